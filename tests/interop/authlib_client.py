"""Authlib as a relying party, with joserfc for the tokens and PyJWT for a second opinion on them.

Its person signs in through Chromium (browse.mjs). It refreshes, asks userinfo, has a service introspect, revokes and
signs out; it refuses what it should, a token of a foreign issuer first of all.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from importlib.metadata import version
from urllib.parse import parse_qs, urlencode, urlsplit

# Authlib takes plain http only when told so; loopback is.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import jwt as pyjwt
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6749 import MismatchingStateException
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata
from checks import Checks, run
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from person import Person

SCOPE = "openid profile email offline_access"
PATIENCE = 15
ASYMMETRIC = ["ES256", "EdDSA", "RS256"]


@dataclass
class Issuer:
    """A provider as this party knows it: metadata and keys, its own client there, one person of it."""

    given: dict
    metadata: dict = field(init=False)
    keys: KeySet = field(init=False)

    def __post_init__(self) -> None:
        self.metadata = get_json(self.given["issuer"] + "/.well-known/openid-configuration")
        self.keys = KeySet.import_key_set(get_json(self.metadata["jwks_uri"]))

    def session(self, origin: str, **more: str) -> OAuth2Session:
        session = OAuth2Session(
            self.given["clientId"],
            scope=SCOPE,
            redirect_uri=f"{origin}/callback",
            token_endpoint_auth_method="none",
            code_challenge_method="S256",
            **more,
        )
        session.default_timeout = PATIENCE
        return session


def get_json(url: str) -> dict:
    answer = requests.get(url, timeout=PATIENCE)
    answer.raise_for_status()
    return answer.json()


def sign_in(issuer: Issuer, person: Person, browser: str) -> tuple[OAuth2Session, dict, str]:
    """Code and PKCE through the hosted page; the session, its tokens and the nonce that was asked for."""
    session = issuer.session(person.origin)
    nonce, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
    extra = {key: issuer.given[key] for key in ("organization", "resource", "prompt") if key in issuer.given}
    url, state = session.create_authorization_url(
        issuer.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **extra
    )
    answer = person.visit(browser, url, "/callback", issuer.given)
    tokens = session.fetch_token(
        issuer.metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
    )
    return session, dict(tokens, answer=answer), nonce


def read_id_token(issuer: Issuer, token: str, nonce: str, access_token: str) -> dict:
    """The ID token as joserfc verifies it and Authlib judges its claims; raises what they raise."""
    verified = jwt.decode(token, issuer.keys, algorithms=ASYMMETRIC)
    options = {
        "iss": {"essential": True, "value": issuer.given["issuer"]},
        "aud": {"essential": True, "value": issuer.given["clientId"]},
    }
    params = {"nonce": nonce, "client_id": issuer.given["clientId"], "access_token": access_token}
    CodeIDToken(verified.claims, verified.header, options, params).validate()
    return verified.claims


def read_access_token(issuer: Issuer, token: str) -> dict:
    """The access token by RFC 9068: type, issuer, audience, time."""
    audience = issuer.given.get("audience", issuer.given["clientId"])
    verified = jwt.decode(token, issuer.keys, algorithms=ASYMMETRIC)
    if verified.header.get("typ") != "at+jwt":
        raise ValueError(f"typ is {verified.header.get('typ')}")
    essential = {name: {"essential": True} for name in ("sub", "client_id", "exp", "iat", "jti")}
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer.given["issuer"]},
        aud={"essential": True, "value": audience},
        **essential,
    )
    rules.validate(verified.claims)
    return verified.claims


def second_opinion(issuer: Issuer, token: str, audience: str) -> dict:
    """PyJWT on the same token, from its own fetch of the keys."""
    key = pyjwt.PyJWKClient(issuer.metadata["jwks_uri"], timeout=PATIENCE).get_signing_key_from_jwt(token)
    return pyjwt.decode(token, key, algorithms=ASYMMETRIC, audience=audience, issuer=issuer.given["issuer"])


def unsigned(token: str) -> str:
    """The token with alg none and no signature."""
    header, payload, _ = token.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{none}.{payload}."


def check_metadata(issuer: Issuer, checks: Checks) -> None:
    """Authlib's own validator; it knows only https, so it is told the addresses as they would be in production."""
    secure = json.loads(json.dumps(issuer.metadata).replace("http://", "https://"))
    OpenIDProviderMetadata(secure).validate()
    checks.that("discovery: valid for Authlib", True)


def signs_in(issuer: Issuer, person: Person, checks: Checks) -> tuple[OAuth2Session, dict, str]:
    session, tokens, nonce = sign_in(issuer, person, "main")
    claims = read_id_token(issuer, tokens["id_token"], nonce, tokens["access_token"])
    checks.same(
        "the answer names its issuer",
        parse_qs(urlsplit(tokens["answer"]).query)["iss"],
        [issuer.given["issuer"]],
    )
    other = second_opinion(issuer, tokens["id_token"], issuer.given["clientId"])
    checks.same("ID token: joserfc and PyJWT read the same", claims, other)

    fresh = dict(tokens)
    renewed = session.refresh_token(issuer.metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
    checks.that("refresh rotates", renewed["refresh_token"] != fresh["refresh_token"])
    checks.that("refresh brings a new access token", renewed["access_token"] != fresh["access_token"])
    answer = session.get(issuer.metadata["userinfo_endpoint"])
    answer.raise_for_status()
    checks.same("userinfo: person", answer.json()["sub"], claims["sub"])
    checks.same("userinfo: address", answer.json()["email"], issuer.given["username"])
    return session, {**fresh, **renewed}, nonce


def check_access_token(issuer: Issuer, session: OAuth2Session, tokens: dict, checks: Checks) -> None:
    """A provider whose userinfo takes no JWT gives one for `resource` only."""
    token = tokens["access_token"]
    if "resource" in issuer.given:
        extra = {"resource": issuer.given["resource"]}
        renewed = session.refresh_token(
            issuer.metadata["token_endpoint"], refresh_token=tokens["refresh_token"], **extra
        )
        token, tokens["refresh_token"] = renewed["access_token"], renewed["refresh_token"]
    claims = read_access_token(issuer, token)
    audience = issuer.given.get("audience", issuer.given["clientId"])
    checks.same(
        "access token: joserfc and PyJWT read the same", claims, second_opinion(issuer, token, audience)
    )
    checks.same("access token: client", claims["client_id"], issuer.given["clientId"])
    tokens["jwt"] = token


def client_refuses(issuer: Issuer, person: Person, tokens: dict, nonce: str, checks: Checks) -> None:
    def id_token(token: str, asked: str = nonce) -> None:
        read_id_token(issuer, token, asked, tokens["access_token"])

    none = unsigned(tokens["id_token"])
    checks.refuses(
        "client refuses another nonce",
        lambda: id_token(tokens["id_token"], "another"),
        JoseError,
        says="nonce",
    )
    checks.refuses("client refuses alg none", lambda: id_token(none), JoseError, ValueError)
    checks.refuses(
        "PyJWT refuses alg none",
        lambda: pyjwt.decode(none, "", algorithms=ASYMMETRIC),
        pyjwt.InvalidTokenError,
    )
    checks.refuses(
        "an ID token is no access token",
        lambda: read_access_token(issuer, tokens["id_token"]),
        ValueError,
        says="typ",
    )
    session = issuer.session(person.origin)
    checks.refuses(
        "client refuses another state",
        lambda: session.fetch_token(
            issuer.metadata["token_endpoint"],
            authorization_response=tokens["answer"],
            state="another",
            code_verifier="x" * 43,
        ),
        MismatchingStateException,
    )


def foreign_refused(issuer: Issuer, person: Person, checks: Checks) -> None:
    """What another issuer gave to its own person is worth nothing here: to the client, and to the provider."""
    foreign = Issuer(issuer.given["foreign"])
    session, theirs, nonce = sign_in(foreign, person, "foreign")
    id_token, access = theirs["id_token"], theirs["access_token"]
    checks.refuses(
        "client refuses a foreign issuer's ID token",
        lambda: read_id_token(issuer, id_token, nonce, access),
        JoseError,
        ValueError,
    )
    checks.refuses(
        "PyJWT refuses a foreign issuer's ID token",
        lambda: second_opinion(issuer, id_token, issuer.given["clientId"]),
        pyjwt.PyJWTError,
    )
    answer = requests.get(
        issuer.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {access}"}, timeout=PATIENCE
    )
    checks.same("provider refuses a foreign access token", answer.status_code, 401)
    here = issuer.session(person.origin)
    checks.refuses(
        "provider refuses a foreign refresh token",
        lambda: here.refresh_token(issuer.metadata["token_endpoint"], refresh_token=theirs["refresh_token"]),
        OAuthError,
        says="invalid_grant",
    )
    again = session.refresh_token(foreign.metadata["token_endpoint"], refresh_token=theirs["refresh_token"])
    checks.that("the foreign refresh token still serves at home", "access_token" in again)


def service_introspects(issuer: Issuer, session: OAuth2Session, tokens: dict, checks: Checks) -> None:
    """A confidential service: client credentials, introspection of the person's token, before and after revocation."""
    given = issuer.given["service"]
    service = OAuth2Session(
        given["clientId"], given["secret"], token_endpoint_auth_method="client_secret_basic"
    )
    granted = service.fetch_token(issuer.metadata["token_endpoint"], grant_type="client_credentials")
    checks.that(
        "client credentials: a token, none to refresh",
        "access_token" in granted and "refresh_token" not in granted,
    )

    def active() -> bool:
        answer = service.introspect_token(
            issuer.metadata["introspection_endpoint"],
            token=tokens["access_token"],
            token_type_hint="access_token",
        )
        return answer.json()["active"]

    checks.that("introspection: live is active", active())
    session.revoke_token(
        issuer.metadata["revocation_endpoint"], token=tokens["refresh_token"], token_type_hint="refresh_token"
    )
    checks.that("introspection: of a revoked family is inactive", not active())
    checks.refuses(
        "provider refuses a revoked refresh token",
        lambda: session.refresh_token(
            issuer.metadata["token_endpoint"], refresh_token=tokens["refresh_token"]
        ),
        OAuthError,
        says="invalid_grant",
    )
    stranger = OAuth2Session(
        given["clientId"], given["secret"] + "x", token_endpoint_auth_method="client_secret_basic"
    )
    checks.refuses(
        "provider refuses a wrong secret",
        lambda: stranger.fetch_token(issuer.metadata["token_endpoint"], grant_type="client_credentials"),
        OAuthError,
        says="invalid_client",
    )


def signs_out(issuer: Issuer, person: Person, tokens: dict, checks: Checks) -> None:
    back = f"{person.origin}/logged-out"
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": back,
        "state": secrets.token_urlsafe(16),
    }
    landed = person.visit(
        "main", f"{issuer.metadata['end_session_endpoint']}?{urlencode(asked)}", "/logged-out", issuer.given
    )
    checks.same(
        "sign-out returns to the app with its state",
        parse_qs(urlsplit(landed).query).get("state"),
        [asked["state"]],
    )
    url, _ = issuer.session(person.origin).create_authorization_url(
        issuer.metadata["authorization_endpoint"], code_verifier=secrets.token_urlsafe(48), prompt="none"
    )
    ended = parse_qs(urlsplit(person.visit("main", url, "/callback", issuer.given)).query)
    checks.same("the session has ended", ended.get("error"), ["login_required"])


def main(given: dict, checks: Checks) -> dict:
    """The whole story; `given` is described in tests/it/interop."""
    issuer = Issuer(given)
    check_metadata(issuer, checks)
    with Person(given) as person:
        session, tokens, nonce = signs_in(issuer, person, checks)
        check_access_token(issuer, session, tokens, checks)
        client_refuses(issuer, person, tokens, nonce, checks)
        foreign_refused(issuer, person, checks)
        service_introspects(issuer, session, tokens, checks)
        signs_out(issuer, person, tokens, checks)
    return {"client": ", ".join(f"{name} {version(name)}" for name in ("Authlib", "joserfc", "PyJWT"))}


run(main)

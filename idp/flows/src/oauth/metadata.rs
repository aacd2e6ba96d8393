//! What an issuer says about itself (OIDC Discovery, section 3; RFC 8414, section 2).

use bytes::Bytes;
use gatehouse_domain::oauth::Alg;
use gatehouse_pages::Locale;
use serde::Serialize;

use super::names::ACR_SINGLE;
use crate::{Idp, Issuer};

#[derive(Serialize)]
struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    end_session_endpoint: String,
    scopes_supported: [&'static str; 4],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 2],
    grant_types_supported: [&'static str; 3],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 3],
    token_endpoint_auth_methods_supported: [&'static str; 4],
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    introspection_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 4],
    code_challenge_methods_supported: [&'static str; 1],
    claims_supported: [&'static str; 16],
    acr_values_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 5],
    ui_locales_supported: [&'static str; 6],
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
}

impl Idp {
    /// The metadata document of an issuer.
    pub fn metadata(&self, issuer: &Issuer) -> Bytes {
        let iss = issuer.iss();
        let at = |path: &str| format!("{iss}/{path}");
        let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
        let document = Metadata {
            issuer: iss,
            authorization_endpoint: at("oauth2/authorize"),
            token_endpoint: at("oauth2/token"),
            userinfo_endpoint: at("oauth2/userinfo"),
            jwks_uri: at(".well-known/jwks.json"),
            introspection_endpoint: at("oauth2/introspect"),
            revocation_endpoint: at("oauth2/revoke"),
            end_session_endpoint: at("oauth2/logout"),
            scopes_supported: ["openid", "profile", "email", "offline_access"],
            response_types_supported: ["code"],
            response_modes_supported: ["query", "form_post"],
            grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: Alg::ALL.map(Alg::as_str),
            token_endpoint_auth_methods_supported: methods,
            token_endpoint_auth_signing_alg_values_supported: ["ES256", "EdDSA", "RS256", "PS256"],
            introspection_endpoint_auth_methods_supported: [
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
            ],
            revocation_endpoint_auth_methods_supported: methods,
            code_challenge_methods_supported: ["S256"],
            claims_supported: [
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "acr",
                "amr",
                "sid",
                "tid",
                "org_id",
                "name",
                "locale",
                "email",
                "email_verified",
            ],
            acr_values_supported: [ACR_SINGLE],
            prompt_values_supported: ["none", "login", "consent", "select_account", "create"],
            ui_locales_supported: Locale::ALL.map(Locale::tag),
            authorization_response_iss_parameter_supported: true,
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
        };
        serde_json::to_vec(&document).map(Bytes::from).unwrap_or_default()
    }
}

//! The token request (RFC 6749, sections 2.3 and 4 to 6), read into types before anything is looked up.

use data_encoding::BASE64;

use super::{Params, Scopes, TokenError, Verifier};
use crate::secret::Secret;

/// How a client says who it is: at most one way in a request.
#[derive(Debug, Clone)]
pub enum ClientClaim {
    /// Id and secret in the `Authorization` header (RFC 6749, section 2.3.1).
    Basic {
        /// The id.
        client_id: String,
        /// The secret.
        secret: Secret<String>,
    },
    /// Id and secret in the body.
    Post {
        /// The id.
        client_id: String,
        /// The secret.
        secret: Secret<String>,
    },
    /// A signed assertion (RFC 7523, section 2.2).
    Assertion {
        /// The id, if it was sent beside the assertion.
        client_id: Option<String>,
        /// The assertion.
        jwt: String,
    },
    /// An id alone.
    Public {
        /// The id.
        client_id: String,
    },
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl ClientClaim {
    /// Reads the claim from header and body.
    ///
    /// # Errors
    /// [`TokenError::InvalidRequest`] for doubled parameters, [`TokenError::InvalidClient`] for none or two claims.
    pub fn read(params: &Params, authorization: Option<&str>) -> Result<Self, TokenError> {
        if params.has_doubles() {
            return Err(TokenError::InvalidRequest);
        }
        let id = params.get("client_id").map(str::to_owned);
        let secret = params.get("client_secret");
        let assertion = params.get("client_assertion");
        match (authorization, secret, assertion, id) {
            (Some(header), None, None, id) => {
                let (client_id, secret) = basic(header).ok_or(TokenError::InvalidClient)?;
                match id {
                    Some(other) if other != client_id => Err(TokenError::InvalidClient),
                    _ => Ok(Self::Basic { client_id, secret: Secret::new(secret) }),
                }
            }
            (None, Some(secret), None, Some(client_id)) => {
                Ok(Self::Post { client_id, secret: Secret::new(secret.to_owned()) })
            }
            (None, None, Some(jwt), client_id)
                if params.get("client_assertion_type") == Some(ASSERTION_TYPE) =>
            {
                Ok(Self::Assertion { client_id, jwt: jwt.to_owned() })
            }
            (None, None, None, Some(client_id)) => Ok(Self::Public { client_id }),
            _ => Err(TokenError::InvalidClient),
        }
    }
}

/// Id and secret of an `Authorization: Basic` header; both are form-encoded before they are joined.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || header.len() > 2048 {
        return None;
    }
    let joined = BASE64.decode(encoded.trim().as_bytes()).ok()?;
    let mut parts = joined.splitn(2, |byte| *byte == b':');
    let id = form_decode(parts.next()?)?;
    let secret = form_decode(parts.next()?)?;
    (!id.is_empty() && !secret.is_empty()).then_some((id, secret))
}

fn form_decode(encoded: &[u8]) -> Option<String> {
    if encoded.contains(&b'&') || encoded.contains(&b'=') {
        return String::from_utf8(encoded.to_vec()).ok();
    }
    let mut pair = b"v=".to_vec();
    pair.extend_from_slice(encoded);
    Params::read(&pair).ok()?.get("v").map(str::to_owned)
}

/// What is asked for.
#[derive(Debug, Clone)]
pub enum GrantRequest {
    /// RFC 6749, section 4.1.3.
    AuthorizationCode {
        /// The code.
        code: Secret<String>,
        /// The URI of the authorization request.
        redirect_uri: String,
        /// The proof of the challenge.
        verifier: Verifier,
    },
    /// RFC 6749, section 6.
    RefreshToken {
        /// The token.
        token: Secret<String>,
        /// A narrower scope, if any.
        scopes: Option<Scopes>,
    },
    /// RFC 6749, section 4.4.
    ClientCredentials {
        /// The scope, if any.
        scopes: Option<Scopes>,
    },
}

/// A token request.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// What is asked for.
    pub grant: GrantRequest,
    /// The resources to make tokens for.
    pub resources: Vec<String>,
    /// The tenant to act in, by slug or id; for client credentials at the platform issuer only.
    pub organization: Option<String>,
}

impl TokenRequest {
    /// Reads the body.
    ///
    /// # Errors
    /// The error of RFC 6749, section 5.2 that fits, with what is wrong for developers.
    pub fn read(params: &Params) -> Result<Self, (TokenError, &'static str)> {
        if params.has_doubles() {
            return Err((TokenError::InvalidRequest, "a parameter was sent twice"));
        }
        let missing = |name| params.get(name).ok_or((TokenError::InvalidRequest, "a parameter is missing"));
        let scopes = params
            .get("scope")
            .map(Scopes::parse)
            .transpose()
            .map_err(|_| (TokenError::InvalidScope, "scope is malformed"))?;
        let grant = match params.get("grant_type") {
            Some("authorization_code") => GrantRequest::AuthorizationCode {
                code: Secret::new(missing("code")?.to_owned()),
                redirect_uri: missing("redirect_uri")?.to_owned(),
                verifier: Verifier::parse(missing("code_verifier")?)
                    .ok_or((TokenError::InvalidGrant, "code_verifier is malformed"))?,
            },
            Some("refresh_token") => GrantRequest::RefreshToken {
                token: Secret::new(missing("refresh_token")?.to_owned()),
                scopes,
            },
            Some("client_credentials") => GrantRequest::ClientCredentials { scopes },
            Some(_) => return Err((TokenError::UnsupportedGrantType, "no such grant here")),
            None => return Err((TokenError::InvalidRequest, "grant_type is missing")),
        };
        let organization = params.get("organization").map(str::to_owned);
        Ok(Self { grant, resources: params.resources().to_vec(), organization })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(text: &str) -> Params {
        Params::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn one_way_of_authenticating() {
        let header = format!("Basic {}", BASE64.encode(b"svc:s%3A1"));
        match ClientClaim::read(&params("grant_type=x"), Some(&header)) {
            Ok(ClientClaim::Basic { client_id, secret }) => {
                assert_eq!((client_id.as_str(), secret.expose().as_str()), ("svc", "s:1"));
            }
            other => panic!("{other:?}"),
        }
        for (body, header) in [
            ("client_id=svc&client_secret=x", Some(header.as_str())),
            ("client_id=other", Some(header.as_str())),
            ("client_secret=x", None),
            ("", None),
            ("client_id=svc&client_assertion=x", None),
            ("client_id=svc", Some("Bearer x")),
            ("client_id=svc", Some("Basic !!!")),
            ("client_id=svc&client_secret=s&client_assertion=x", None),
        ] {
            assert_eq!(
                ClientClaim::read(&params(body), header).err(),
                Some(TokenError::InvalidClient),
                "{body}"
            );
        }
        assert_eq!(
            ClientClaim::read(&params("client_id=a&client_id=b"), None).err(),
            Some(TokenError::InvalidRequest)
        );
    }

    #[test]
    fn the_standard_s_errors() {
        use TokenError as E;
        for (body, expected) in [
            ("", E::InvalidRequest),
            ("grant_type=password", E::UnsupportedGrantType),
            ("grant_type=authorization_code", E::InvalidRequest),
            ("grant_type=authorization_code&code=c&redirect_uri=r&code_verifier=short", E::InvalidGrant),
            ("grant_type=refresh_token", E::InvalidRequest),
            ("grant_type=client_credentials&scope=%22", E::InvalidScope),
            ("grant_type=client_credentials&grant_type=client_credentials", E::InvalidRequest),
        ] {
            assert_eq!(TokenRequest::read(&params(body)).map(|_| ()).unwrap_err().0, expected, "{body}");
        }
    }
}

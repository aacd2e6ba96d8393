//! The authorization request (RFC 6749, section 4.1.1; OIDC Core, section 3.1.2.1): read once, then kept in the flow.

use serde::{Deserialize, Serialize};

use super::{App, AuthorizeError, Challenge, GrantType, Params, RedirectUri, Scopes};

/// How the answer travels (OAuth 2.0 Multiple Response Types; Form Post Response Mode).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of a redirect.
    #[default]
    Query,
    /// In the body of a form that the browser posts.
    FormPost,
}

/// A value of `prompt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Show no page.
    None,
    /// Ask for a credential again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Let the person choose.
    SelectAccount,
    /// Let the person make an account (Initiating User Registration via OpenID Connect 1.0).
    Create,
}

/// The values of `prompt` that were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prompts(Vec<Prompt>);

impl Prompts {
    /// Whether a value was sent.
    pub fn has(&self, prompt: Prompt) -> bool {
        self.0.contains(&prompt)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut values = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            values.push(match word {
                "none" => Prompt::None,
                "login" => Prompt::Login,
                "consent" => Prompt::Consent,
                "select_account" => Prompt::SelectAccount,
                "create" => Prompt::Create,
                _ => return None,
            });
        }
        if values.contains(&Prompt::None) && values.len() > 1 { None } else { Some(Self(values)) }
    }
}

/// A request whose every value was checked against the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// The app's name in requests.
    pub client_id: String,
    /// The URI as presented, which the token request must repeat.
    pub redirect_uri: String,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// Returned unchanged.
    pub state: Option<String>,
    /// Returned in the ID token.
    pub nonce: Option<String>,
    /// What the app asks for.
    pub scopes: Scopes,
    /// The resources it asks tokens for.
    pub resources: Vec<String>,
    /// The PKCE challenge.
    pub challenge: Challenge,
    /// What to show.
    pub prompts: Prompts,
    /// The greatest age of the sign-in, in seconds.
    pub max_age: Option<u32>,
    /// Who is expected.
    pub login_hint: Option<String>,
    /// The languages wished for.
    pub ui_locales: Option<String>,
    /// The classes of authentication wished for, the first the most.
    pub acr_values: Vec<String>,
    /// The tenant to enter, by slug or id; at the platform issuer only.
    pub organization: Option<String>,
}

/// Why a request is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizeFault {
    /// Nothing may be sent to the redirect URI: a page of ours says so (RFC 6749, section 4.1.2.1).
    Page(PageReason),
    /// The app is told.
    Answer {
        /// The error.
        error: AuthorizeError,
        /// What is wrong, for developers.
        description: &'static str,
        /// Where to, already checked.
        redirect_uri: String,
        /// How.
        response_mode: ResponseMode,
        /// Returned unchanged.
        state: Option<String>,
    },
}

/// Why a page of ours, and not the app, must say what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageReason {
    /// A parameter was sent twice, so that none can be trusted.
    Doubled,
    /// No `client_id`.
    NoClient,
    /// No such app here, or it is disabled.
    UnknownApp,
    /// The redirect URI is missing or not registered.
    RedirectUri,
}

impl PageReason {
    /// The machine-readable reason for the event log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Doubled => "duplicate_parameter",
            Self::NoClient => "client_id_missing",
            Self::UnknownApp => "unknown_client",
            Self::RedirectUri => "redirect_uri",
        }
    }
}

/// The client that a request names.
///
/// # Errors
/// If it names none, or a parameter was sent twice.
pub fn client_of(params: &Params) -> Result<&str, PageReason> {
    if params.has_doubles() {
        return Err(PageReason::Doubled);
    }
    params.get("client_id").ok_or(PageReason::NoClient)
}

/// Checks a request against its app. The redirect URI comes first: only behind it may the app be told anything.
///
/// # Errors
/// The first thing that is wrong, with where to say it.
pub fn read(params: &Params, app: &App) -> Result<AuthorizeRequest, AuthorizeFault> {
    let redirect_uri = redirect_uri(params, app).ok_or(AuthorizeFault::Page(PageReason::RedirectUri))?;
    let state = bounded(params.get("state"), 2048);
    let mode = match params.get("response_mode") {
        None | Some("query") => Ok(ResponseMode::Query),
        Some("form_post") => Ok(ResponseMode::FormPost),
        Some(_) => Err(ResponseMode::Query),
    };
    let answer = |(error, description)| AuthorizeFault::Answer {
        error,
        description,
        redirect_uri: redirect_uri.clone(),
        response_mode: mode.unwrap_or_default(),
        state: state.clone(),
    };
    if mode.is_err() {
        return Err(answer((AuthorizeError::InvalidRequest, "response_mode must be query or form_post")));
    }
    refuse_what_we_do_not_speak(params, app).map_err(answer)?;
    let asks = read_asks(params, app).map_err(answer)?;
    Ok(AuthorizeRequest {
        client_id: app.client_id.clone(),
        redirect_uri: redirect_uri.clone(),
        response_mode: mode.unwrap_or_default(),
        state: state.clone(),
        nonce: bounded(params.get("nonce"), 1024),
        scopes: asks.scopes,
        resources: asks.resources,
        challenge: asks.challenge,
        prompts: asks.prompts,
        max_age: asks.max_age,
        login_hint: bounded(params.get("login_hint"), 320),
        ui_locales: bounded(params.get("ui_locales"), 256),
        acr_values: params.get("acr_values").map(words).unwrap_or_default(),
        organization: bounded(params.get("organization"), 64),
    })
}

struct Asks {
    scopes: Scopes,
    resources: Vec<String>,
    challenge: Challenge,
    prompts: Prompts,
    max_age: Option<u32>,
}

type Wrong = (AuthorizeError, &'static str);

fn redirect_uri(params: &Params, app: &App) -> Option<String> {
    let presented = params.get("redirect_uri")?;
    app.config.redirect_uris.iter().any(|uri| uri.matches(presented)).then(|| presented.to_owned())
}

fn refuse_what_we_do_not_speak(params: &Params, app: &App) -> Result<(), Wrong> {
    if params.get("request").is_some() {
        return Err((AuthorizeError::RequestNotSupported, "request objects are not supported"));
    }
    if params.get("request_uri").is_some() {
        return Err((AuthorizeError::RequestUriNotSupported, "request_uri is not supported"));
    }
    if params.get("registration").is_some() {
        return Err((AuthorizeError::RegistrationNotSupported, "registration is not supported"));
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => return Err((AuthorizeError::UnsupportedResponseType, "response_type must be code")),
        None => return Err((AuthorizeError::InvalidRequest, "response_type is missing")),
    }
    if !app.may(GrantType::AuthorizationCode) {
        return Err((
            AuthorizeError::UnauthorizedClient,
            "this app may not use the authorization code grant",
        ));
    }
    let long = |name, most| params.get(name).is_some_and(|value| value.len() > most);
    if long("state", 2048) || long("nonce", 1024) {
        return Err((AuthorizeError::InvalidRequest, "state takes at most 2048 bytes, nonce 1024"));
    }
    Ok(())
}

fn read_asks(params: &Params, app: &App) -> Result<Asks, Wrong> {
    if params.get("code_challenge_method") != Some("S256") {
        return Err((AuthorizeError::InvalidRequest, "code_challenge_method must be S256"));
    }
    let challenge = params
        .get("code_challenge")
        .and_then(Challenge::parse)
        .ok_or((AuthorizeError::InvalidRequest, "code_challenge must be 43 characters of base64url"))?;
    let asked = Scopes::parse(params.get("scope").unwrap_or_default())
        .map_err(|_| (AuthorizeError::InvalidScope, "scope is malformed"))?;
    if !asked.within(&app.config.scopes) {
        return Err((AuthorizeError::InvalidScope, "a scope is not registered for this app"));
    }
    let resources = match params.resources() {
        // What the token will be for is what the person is asked about.
        [] => app.config.resources.get(..1).unwrap_or_default(),
        asked => asked,
    };
    if !resources.iter().all(|resource| app.config.resources.contains(resource)) {
        return Err((AuthorizeError::InvalidTarget, "a resource is not registered for this app"));
    }
    let prompts = Prompts::parse(params.get("prompt").unwrap_or_default())
        .ok_or((AuthorizeError::InvalidRequest, "prompt has an unknown value, or none beside another"))?;
    let max_age = params
        .get("max_age")
        .map(str::parse::<u32>)
        .transpose()
        .map_err(|_| (AuthorizeError::InvalidRequest, "max_age must be a number of seconds"))?;
    // OIDC Core, section 11: offline_access is ignored unless refresh tokens can be had at all.
    let scopes = if app.may(GrantType::RefreshToken) { asked } else { asked.without("offline_access") };
    Ok(Asks { scopes, resources: resources.to_vec(), challenge, prompts, max_age })
}

fn bounded(value: Option<&str>, most: usize) -> Option<String> {
    value.filter(|text| text.len() <= most).map(str::to_owned)
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').filter(|word| !word.is_empty()).take(8).map(str::to_owned).collect()
}

impl AuthorizeRequest {
    /// Where the browser must be let go to at the end: an origin or a private scheme.
    pub fn destination(&self) -> Option<String> {
        RedirectUri::destination(&self.redirect_uri)
    }
}

#[cfg(test)]
mod tests {
    use super::super::app::tests::public_app;
    use super::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn good() -> String {
        format!(
            "client_id=web&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid%20email\
             &state=s1&nonce=n1&code_challenge={CHALLENGE}&code_challenge_method=S256"
        )
    }

    fn outcome(query: &str) -> Result<AuthorizeRequest, AuthorizeFault> {
        read(&Params::read(query.as_bytes()).unwrap(), &public_app())
    }

    fn error(query: &str) -> AuthorizeError {
        match outcome(query) {
            Err(AuthorizeFault::Answer { error, state, redirect_uri, .. }) => {
                assert_eq!((state.as_deref(), redirect_uri.as_str()), (Some("s1"), "https://app.example/cb"));
                error
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_request() {
        let request = outcome(&format!("{}&max_age=60&prompt=login%20consent", good())).unwrap();
        assert_eq!(request.scopes.to_string(), "email openid");
        assert_eq!((request.max_age, request.nonce.as_deref()), (Some(60), Some("n1")));
        assert!(request.prompts.has(Prompt::Login) && request.prompts.has(Prompt::Consent));
    }

    #[test]
    fn the_app_is_told_what_is_wrong() {
        use AuthorizeError as E;
        for (old, new, expected) in [
            ("response_type=code", "response_type=token", E::UnsupportedResponseType),
            ("response_type=code", "response_type=code%20token", E::UnsupportedResponseType),
            ("response_type=code", "x=y", E::InvalidRequest),
            ("code_challenge_method=S256", "code_challenge_method=plain", E::InvalidRequest),
            ("code_challenge_method=S256", "x=y", E::InvalidRequest),
            (CHALLENGE, "short", E::InvalidRequest),
            ("scope=openid%20email", "scope=openid%20admin", E::InvalidScope),
            ("nonce=n1", "prompt=none%20login", E::InvalidRequest),
            ("nonce=n1", "prompt=shout", E::InvalidRequest),
            ("nonce=n1", "max_age=-1", E::InvalidRequest),
            ("nonce=n1", "request=eyJ", E::RequestNotSupported),
            ("nonce=n1", "request_uri=https%3A%2F%2Fevil.example", E::RequestUriNotSupported),
            ("nonce=n1", "registration=%7B%7D", E::RegistrationNotSupported),
            ("nonce=n1", "response_mode=fragment", E::InvalidRequest),
            ("nonce=n1", "resource=https%3A%2F%2Fother.example", E::InvalidTarget),
        ] {
            assert_eq!(error(&good().replace(old, new)), expected, "{new}");
        }
    }

    #[test]
    fn nothing_leaves_for_an_unregistered_address() {
        for query in [good().replace("%2Fcb", "%2Fcb2"), good().replace("redirect_uri", "x")] {
            assert_eq!(outcome(&query), Err(AuthorizeFault::Page(PageReason::RedirectUri)));
        }
        let doubled = Params::read(format!("{}&state=s2", good()).as_bytes()).unwrap();
        assert_eq!(client_of(&doubled), Err(PageReason::Doubled));
    }
}

//! Apps and resources.

use gatehouse_domain::oauth::{AppConfig, AppKind, AuthMethod, BadApp, RedirectUri, Scopes, TokenLives};
use gatehouse_domain::secret::{Digest, Secret};
use gatehouse_keys::client_assertion::ClientKeys;

use super::fields::{Fields, Place};
use super::problem::Problem;
use super::read::{Reading, web_address};
use super::sources::{Trust, secret};
use super::spec::{AppSpec, ResourceSpec};

/// The shortest client secret that production takes.
const SHORTEST_SECRET: usize = 32;

const KEYS: [&str; 22] = [
    "client_id",
    "name",
    "type",
    "auth_method",
    "secret",
    "secret_file",
    "secret_env",
    "redirect_uris",
    "post_logout_redirect_uris",
    "grants",
    "scopes",
    "resources",
    "origins",
    "introspect",
    "first_party",
    "personal_tenants",
    "alg",
    "lives",
    "jwks",
    "jwks_uri",
    "backchannel_logout_uri",
    "initiate_login_uri",
];

pub(super) fn resource(place: &Place<'_>) -> Result<ResourceSpec, Problem> {
    let fields = place.fields(&["identifier", "scopes"], &["name"])?;
    let identifier = fields.need("identifier")?;
    let text = identifier.text()?;
    let absolute = url::Url::parse(text).is_ok_and(|url| url.fragment().is_none());
    if !absolute || text.len() > 512 || text.bytes().any(|b| b <= b' ' || b >= 0x7f) {
        return Err(identifier.refuse("the identifier of a resource is an absolute URI without fragment"));
    }
    let scopes = fields.or("scopes", Scopes::default(), scopes)?;
    Ok(ResourceSpec { origin: identifier.origin.clone(), identifier: text.to_owned(), scopes })
}

pub(super) fn app(place: &Place<'_>, with: Reading<'_>) -> Result<AppSpec, Problem> {
    let fields = place.fields(&KEYS, &["consent", "logo_url"])?;
    let id = fields.need("client_id")?;
    let config = config(&fields, with.trust)?;
    config.validate().map_err(|error| contradiction(&fields, error))?;
    Ok(AppSpec {
        origin: id.origin.clone(),
        client_id: client_id(id)?,
        name: match fields.get("name") {
            Some(name) => name.parse()?,
            None => id.parse()?,
        },
        secret: client_secret(&fields, &config, with)?,
        config,
    })
}

/// Letters, digits and what needs no escaping anywhere (RFC 3986, section 2.3): a client id stands in forms, headers and
/// addresses.
fn client_id(place: &Place<'_>) -> Result<String, Problem> {
    let text = place.text()?;
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if !plain || !(1..=128).contains(&text.len()) {
        return Err(
            place.refuse("a client id is 1 to 128 letters, digits, hyphens, dots, underscores and tildes")
        );
    }
    Ok(text.to_owned())
}

fn config(fields: &Fields<'_>, trust: Trust) -> Result<AppConfig, Problem> {
    let kind: AppKind = fields.need("type")?.word()?;
    let keyed = fields.get("jwks").is_some() || fields.get("jwks_uri").is_some();
    let usual_method = match (kind, keyed) {
        (AppKind::Public, _) => AuthMethod::None,
        (AppKind::Confidential, true) => AuthMethod::PrivateKeyJwt,
        (AppKind::Confidential, false) => AuthMethod::ClientSecretBasic,
    };
    let uris = |list: &Place<'_>| list.list(Place::parse);
    let texts = |list: &Place<'_>| list.list(|item| item.text().map(str::to_owned));
    let redirect_uris: Vec<RedirectUri> = fields.or("redirect_uris", Vec::new(), uris)?;
    // RFC 8252, section 8.6: any program on the device may stand behind such an address, so that the person is asked unless the
    // operator vouches for the app.
    let anybodys = kind == AppKind::Public && redirect_uris.iter().any(RedirectUri::is_anybodys);
    Ok(AppConfig {
        kind,
        auth_method: fields.or("auth_method", usual_method, Place::word)?,
        redirect_uris,
        post_logout_redirect_uris: fields.or("post_logout_redirect_uris", Vec::new(), uris)?,
        grants: fields.need("grants")?.list(Place::word)?,
        scopes: fields.or("scopes", Scopes::default(), scopes)?,
        resources: fields.or("resources", Vec::new(), texts)?,
        origins: fields.or("origins", Vec::new(), texts)?,
        personal_tenants: fields.or("personal_tenants", false, Place::flag)?,
        first_party: fields.or("first_party", !(anybodys && trust == Trust::Serve), Place::flag)?,
        introspect: fields.or("introspect", false, Place::flag)?,
        alg: fields.maybe("alg", Place::word)?,
        lives: fields.or("lives", TokenLives::default(), lives)?,
        jwks: fields.maybe("jwks", jwks)?,
        jwks_uri: fields.maybe("jwks_uri", |place| web_address(place, trust))?,
        backchannel_logout_uri: fields.maybe("backchannel_logout_uri", |place| web_address(place, trust))?,
        initiate_login_uri: fields.maybe("initiate_login_uri", |place| web_address(place, trust))?,
    })
}

fn scopes(place: &Place<'_>) -> Result<Scopes, Problem> {
    let values = place.list(|item| item.text().map(str::to_owned))?;
    let wrong =
        |_| place.refuse("scopes are at most 64 words of printable ASCII without quotes and backslashes");
    Scopes::collect(values.iter().map(String::as_str)).map_err(wrong)
}

fn lives(place: &Place<'_>) -> Result<TokenLives, Problem> {
    let fields = place.fields(&["access", "refresh_idle", "refresh_absolute"], &[])?;
    let usual = TokenLives::default();
    Ok(TokenLives {
        access: fields.or("access", usual.access, Place::parse)?,
        refresh_idle: fields.or("refresh_idle", usual.refresh_idle, Place::parse)?,
        refresh_absolute: fields.or("refresh_absolute", usual.refresh_absolute, Place::parse)?,
    })
}

/// Public keys, judged as they will be when the app authenticates; a private one must not get into configuration.
fn jwks(place: &Place<'_>) -> Result<serde_json::Value, Problem> {
    place.fields(&["keys"], &[])?;
    let value = place.json();
    ClientKeys::parse(value.to_string().as_bytes()).map_err(|error| place.refuse(error))?;
    Ok(value)
}

fn client_secret(
    fields: &Fields<'_>,
    config: &AppConfig,
    with: Reading<'_>,
) -> Result<Option<Digest>, Problem> {
    let by_secret =
        matches!(config.auth_method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost);
    let Some((place, text)) = secret(fields, "secret", with.sources)? else { return Ok(None) };
    if !by_secret {
        return Err(place.refuse("an app that does not authenticate by a secret has none"));
    }
    if with.trust == Trust::Serve && is_weak(&text) {
        return Err(place.refuse(format_args!(
            "a client secret has at least {SHORTEST_SECRET} random characters; make one with: openssl rand -hex 32"
        )));
    }
    Ok(Some(text.digest()))
}

/// Too short, or with too few different characters to be random.
fn is_weak(text: &Secret<String>) -> bool {
    let distinct: std::collections::BTreeSet<char> = text.expose().chars().collect();
    text.expose().chars().count() < SHORTEST_SECRET || distinct.len() < 8
}

/// Points a contradiction to the key where it is felt.
fn contradiction(fields: &Fields<'_>, error: BadApp) -> Problem {
    let key = match error {
        BadApp::Authentication => "auth_method",
        BadApp::NoRedirect | BadApp::RefreshAlone | BadApp::NeedsSecret => "grants",
        BadApp::Keys => "jwks",
        BadApp::Lives => "lives",
        BadApp::Origin => "origins",
    };
    let origin = fields.get(key).map_or(&fields.origin, |place| &place.origin);
    origin.refuse(error)
}

//! The checks of what was answered, made after the window so that they cost nothing inside it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use anyhow::{Context as _, bail, ensure};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use url::Url;

use super::Stage;
use crate::subject::world::Endpoint;
use crate::walk::{Ask, Browser, Link, Person, Rest, parameter};

/// One token in so many is checked, and the first of every connection.
pub(crate) const EVERY: usize = 100;

/// Something to be checked.
#[derive(Debug)]
pub(crate) enum Sampled {
    /// A signed token, and whom it is for where that is known.
    Token { site: usize, token: String, audience: Option<String> },
    /// The answer to a password: must lead to a code for the app.
    SignIn { browser: Browser, location: Url },
}

#[derive(Debug, Deserialize)]
struct Claims {
    jti: Option<String>,
    tid: Option<String>,
    org_id: Option<String>,
}

/// Checks everything that was kept; answers how much that was.
pub(crate) async fn check(stage: &Stage) -> anyhow::Result<usize> {
    let mut keys: HashMap<usize, JwkSet> = HashMap::new();
    let mut seen = HashSet::new();
    let (mut link, sampled) = (stage.link(), stage.sampled());
    let checked = sampled.len();
    for one in sampled {
        match one {
            Sampled::Token { site, token, audience } => {
                let set = match keys.entry(site) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => place.insert(fetch(stage, &mut link, site).await?),
                };
                let claims = claims(stage, site, set, &token, audience.as_deref())
                    .with_context(|| format!("a token of {}", stage.subject.world.issuer(site)))?;
                if let Some(jti) = claims.jti {
                    ensure!(seen.insert(jti.clone()), "two tokens have the id {jti}");
                }
            }
            Sampled::SignIn { mut browser, location } => {
                arrives(stage, &mut link, &mut browser, location).await?;
            }
        }
    }
    Ok(checked)
}

async fn fetch(stage: &Stage, link: &mut Link, site: usize) -> anyhow::Result<JwkSet> {
    let answer = link.send(Ask::get(stage.subject.world.target(site, Endpoint::Jwks))).await?;
    answer.json().context("the key set")
}

/// Signature, `iss`, `aud`, `exp`, and the tenant (RFC 9068, section 4).
fn claims(
    stage: &Stage,
    site: usize,
    set: &JwkSet,
    token: &str,
    audience: Option<&str>,
) -> anyhow::Result<Claims> {
    let world = &stage.subject.world;
    let header = decode_header(token)?;
    let kid = header.kid.context("no kid")?;
    let key = set.find(&kid).with_context(|| format!("no key {kid} in the set"))?;
    let mut validation = Validation::new(header.alg);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[world.issuer(site)]);
    match audience {
        Some(audience) => validation.set_audience(&[audience]),
        None => validation.validate_aud = false,
    }
    let claims = decode::<Claims>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims;
    let access = header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case("at+jwt"));
    if access && world.is_tenanted() {
        ensure!(claims.tid.is_some() && claims.tid == claims.org_id, "no tenant in an access token");
    }
    if let (Some(tid), Some(expected)) = (&claims.tid, world.tenant_id(site)) {
        ensure!(*tid == expected, "the token says {tid}, not {expected}");
    }
    Ok(claims)
}

async fn arrives(stage: &Stage, link: &mut Link, browser: &mut Browser, location: Url) -> anyhow::Result<()> {
    let nobody = Person { identifier: String::new(), password: String::new() };
    let end = if stage.subject.world.base.origin() == location.origin() {
        let target = location
            .query()
            .map_or_else(|| location.path().to_owned(), |query| format!("{}?{query}", location.path()));
        match browser.walk(link, Ask::get(target), &nobody, true).await? {
            Rest::App(url) => url,
            Rest::Password(_) => bail!("the right password led back to the password page"),
        }
    } else {
        location
    };
    ensure!(parameter(&end, "code").is_some(), "no code after a sign-in: {end}");
    Ok(())
}

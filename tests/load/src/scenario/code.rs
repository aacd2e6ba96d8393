//! Sessions, and the authorization code flow with one (RFC 6749, section 4.1; RFC 7636).

use anyhow::{Context as _, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::Stage;
use super::verify::{EVERY, Sampled};
use crate::measure::drive::{Turn, Worker};
use crate::measure::stats::Dice;
use crate::subject::world::{Endpoint, World};
use crate::walk::{Answer, Ask, Browser, Link, Rest, encode, parameter};

/// A browser whose person is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) site: usize,
    browser: Browser,
}

/// The tokens of one code.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) site: usize,
    pub(crate) access: String,
    pub(crate) refresh: String,
    /// Whom the ID token is about.
    pub(crate) subject: String,
    pub(crate) id_token: String,
}

/// A request for a code, and what only its maker knows.
pub(super) struct Request {
    verifier: String,
    state: String,
    pub(super) ask: Ask,
}

impl Request {
    pub(super) fn new(world: &World, site: usize, dice: &mut Dice) -> Self {
        let verifier = format!("{:016x}{:016x}{:016x}", dice.next(), dice.next(), dice.next());
        let state = format!("{:016x}", dice.next());
        let challenge = BASE64URL_NOPAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
        let apps = world.apps();
        let query = encode([
            ("response_type", "code"),
            ("client_id", apps.web),
            ("redirect_uri", apps.redirect),
            ("scope", apps.scope),
            ("state", &state),
            ("nonce", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let ask = Ask::get(format!("{}?{query}", world.target(site, Endpoint::Authorize)));
        Self { verifier, state, ask }
    }

    /// The exchange of the code in a redirect (with `iss`, RFC 9207).
    fn exchange(&self, world: &World, site: usize, redirect: &url::Url) -> anyhow::Result<Ask> {
        ensure!(parameter(redirect, "state").as_ref() == Some(&self.state), "another state in {redirect}");
        ensure!(
            parameter(redirect, "iss").is_some_and(|iss| iss == world.issuer(site)),
            "another iss in {redirect}"
        );
        let code = parameter(redirect, "code").with_context(|| format!("no code in {redirect}"))?;
        let apps = world.apps();
        let body = encode([
            ("grant_type", "authorization_code"),
            ("client_id", apps.web),
            ("redirect_uri", apps.redirect),
            ("code", &code),
            ("code_verifier", &self.verifier),
        ]);
        Ok(Ask::form(&world.target(site, Endpoint::Token), &body))
    }
}

/// Signs the first person of a tenant in, through the pages.
pub(super) async fn sign_in(stage: &Stage, site: usize) -> anyhow::Result<Signed> {
    let world = &stage.subject.world;
    let (mut link, mut dice) = (stage.link(), stage.dice());
    let mut browser = Browser::new(world.base.clone(), dice.network());
    let request = Request::new(world, site, &mut dice);
    let end = browser.walk(&mut link, request.ask.clone(), &world.person(site, 0), false).await?;
    let Rest::App(redirect) = end else { anyhow::bail!("stopped at the password") };
    let answer = link.send(request.exchange(world, site, &redirect)?).await?;
    tokens(&answer, site)?;
    Ok(Signed { site, browser })
}

impl Signed {
    /// The whole operation: authorize, exchange.
    pub(super) async fn family(
        &mut self,
        stage: &Stage,
        link: &mut Link,
        dice: &mut Dice,
    ) -> anyhow::Result<Family> {
        let world = &stage.subject.world;
        let request = Request::new(world, self.site, dice);
        let answer = self.browser.send(link, request.ask.clone()).await?;
        let location = answer.location().with_context(|| {
            format!("authorize with a session answered {}: {}", answer.status, answer.excerpt())
        })?;
        let redirect = world.base.join(location)?;
        let answer = link.send(request.exchange(world, self.site, &redirect)?).await?;
        tokens(&answer, self.site)
    }
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: Option<String>,
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct Subject {
    sub: String,
}

fn tokens(answer: &Answer, site: usize) -> anyhow::Result<Family> {
    ensure!(answer.status == 200, "token: {}: {}", answer.status, answer.excerpt());
    let tokens: Tokens = answer.json()?;
    let id_token = tokens.id_token.context("no ID token")?;
    let claims = id_token.split('.').nth(1).context("a token without claims")?;
    let Subject { sub } = serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes())?)?;
    let refresh = tokens.refresh_token.context("no refresh token")?;
    Ok(Family { site, access: tokens.access_token, refresh, subject: sub, id_token })
}

struct Regular {
    stage: Stage,
    link: Link,
    dice: Dice,
    signed: Signed,
    turns: usize,
}

/// Workers, each with a browser of its own.
pub(super) async fn crew(stage: &Stage) -> anyhow::Result<Vec<Box<dyn Worker>>> {
    let mut crew: Vec<Box<dyn Worker>> = Vec::new();
    for number in 0..stage.connections {
        let signed = stage.signed(number)?.clone();
        let (stage, link, dice) = (stage.clone(), stage.link(), stage.dice());
        crew.push(Box::new(Regular { stage, link, dice, signed, turns: 0 }));
    }
    Ok(crew)
}

impl Worker for Regular {
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
        Box::pin(async {
            let family = self.signed.family(&self.stage, &mut self.link, &mut self.dice).await?;
            self.turns += 1;
            if self.turns % EVERY == 1 {
                let web = self.stage.subject.world.apps().web.to_owned();
                let Family { site, id_token, access, .. } = family;
                self.stage.sample(Sampled::Token { site, token: id_token, audience: Some(web) });
                if self.stage.subject.world.is_tenanted() {
                    self.stage.sample(Sampled::Token { site, token: access, audience: None });
                }
            }
            Ok(Turn::Done)
        })
    }
}

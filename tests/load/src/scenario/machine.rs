//! What needs no session of its own: documents, tokens for apps, looks at tokens.

use anyhow::ensure;
use futures_util::future::BoxFuture;
use http::header::AUTHORIZATION;
use serde::Deserialize;

use super::Stage;
use super::code::Family;
use super::verify::{EVERY, Sampled};
use crate::measure::drive::{Turn, Worker};
use crate::measure::stats::Dice;
use crate::subject::world::Endpoint;
use crate::walk::{Ask, Link, encode};

/// One look in so many is at another tenant's token.
const FOREIGN: usize = 50;

/// A public document.
#[derive(Debug, Clone, Copy)]
pub(super) enum Document {
    Discovery,
    Jwks,
}

struct Reader {
    stage: Stage,
    link: Link,
    dice: Dice,
    document: Document,
}

pub(super) fn readers(stage: &Stage, document: Document) -> Vec<Box<dyn Worker>> {
    let reader = || {
        let (stage, link, dice) = (stage.clone(), stage.link(), stage.dice());
        Box::new(Reader { stage, link, dice, document }) as Box<dyn Worker>
    };
    std::iter::repeat_with(reader).take(stage.connections).collect()
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

impl Worker for Reader {
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
        Box::pin(async {
            let (world, site) = (&self.stage.subject.world, self.stage.pick(&mut self.dice));
            let endpoint = match self.document {
                Document::Discovery => Endpoint::Discovery,
                Document::Jwks => Endpoint::Jwks,
            };
            let answer = self.link.send(Ask::get(world.target(site, endpoint))).await?;
            ensure!(answer.status == 200, "{}: {}", answer.status, answer.excerpt());
            match self.document {
                Document::Discovery => {
                    ensure!(
                        answer.json::<Metadata>()?.issuer == world.issuer(site),
                        "another issuer's metadata"
                    );
                }
                Document::Jwks => ensure!(!answer.json::<Keys>()?.keys.is_empty(), "no keys"),
            }
            Ok(Turn::Done)
        })
    }
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
}

/// One token for the service itself.
pub(super) async fn token(stage: &Stage, link: &mut Link, site: usize) -> anyhow::Result<String> {
    let answer = link.send(stage.subject.world.client_credentials(site)).await?;
    ensure!(answer.status == 200, "{}: {}", answer.status, answer.excerpt());
    stage.count_token();
    Ok(answer.json::<Issued>()?.access_token)
}

/// Asks for tokens of drawn tenants, or of tenants that were never used.
struct Service {
    stage: Stage,
    link: Link,
    dice: Dice,
    turns: usize,
    /// First tokens left to ask for; none for drawn tenants.
    fresh: Option<usize>,
}

fn services(stage: &Stage, fresh: Option<usize>) -> Vec<Box<dyn Worker>> {
    let service = || {
        let (stage, link, dice) = (stage.clone(), stage.link(), stage.dice());
        Box::new(Service { stage, link, dice, turns: 0, fresh }) as Box<dyn Worker>
    };
    std::iter::repeat_with(service).take(stage.connections).collect()
}

pub(super) fn drawn(stage: &Stage) -> Vec<Box<dyn Worker>> {
    services(stage, None)
}

pub(super) fn first(stage: &Stage, wanted: usize) -> Vec<Box<dyn Worker>> {
    services(stage, Some(wanted / stage.connections))
}

impl Worker for Service {
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
        Box::pin(async {
            let site = match self.fresh {
                None => self.stage.pick(&mut self.dice),
                Some(left) => {
                    self.fresh = Some(left.saturating_sub(1));
                    let Some(site) = (left > 0).then(|| self.stage.fresh()).flatten() else {
                        return Ok(Turn::Empty);
                    };
                    site
                }
            };
            let token = token(&self.stage, &mut self.link, site).await?;
            self.turns += 1;
            if self.turns % EVERY == 1 {
                self.stage.sample(Sampled::Token { site, token, audience: None });
            }
            Ok(Turn::Done)
        })
    }
}

struct Introspector {
    stage: Stage,
    link: Link,
    dice: Dice,
    families: std::sync::Arc<[Family]>,
    turns: usize,
}

pub(super) async fn introspectors(stage: &Stage) -> anyhow::Result<Vec<Box<dyn Worker>>> {
    let families: std::sync::Arc<[Family]> = stage.families(stage.connections).await?.into();
    let worker = || {
        let (stage, link, dice) = (stage.clone(), stage.link(), stage.dice());
        Box::new(Introspector { stage, link, dice, families: families.clone(), turns: 0 }) as Box<dyn Worker>
    };
    Ok(std::iter::repeat_with(worker).take(stage.connections).collect())
}

#[derive(Deserialize)]
struct State {
    active: bool,
}

impl Worker for Introspector {
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
        Box::pin(async {
            let own = draw(&self.families, &mut self.dice)?;
            self.turns += 1;
            let mut token = own.access.clone();
            let foreign = self.turns.is_multiple_of(FOREIGN);
            if foreign {
                match stranger(&self.families, own.site, &mut self.dice) {
                    Some(other) => token.clone_from(&other.access),
                    // A server of one tenant has no stranger's token: a cut one stands in.
                    None => token.truncate(token.len().saturating_sub(1)),
                }
            }
            let world = &self.stage.subject.world;
            let ask = Ask::form(&world.target(own.site, Endpoint::Introspect), &encode([("token", &token)]));
            let answer = self.link.send(world.authenticated(ask)).await?;
            ensure!(answer.status == 200, "{}: {}", answer.status, answer.excerpt());
            let active = answer.json::<State>()?.active;
            ensure!(
                active != foreign,
                "active is {active} for a token that is {}",
                if foreign { "another's" } else { "good" }
            );
            Ok(Turn::Done)
        })
    }
}

fn draw<'a>(families: &'a [Family], dice: &mut Dice) -> anyhow::Result<&'a Family> {
    families.get(dice.below(families.len())).ok_or_else(|| anyhow::anyhow!("no tokens"))
}

/// Somebody of another tenant.
fn stranger<'a>(families: &'a [Family], site: usize, dice: &mut Dice) -> Option<&'a Family> {
    let start = dice.below(families.len());
    families.iter().cycle().skip(start).take(families.len()).find(|family| family.site != site)
}

struct Curious {
    stage: Stage,
    link: Link,
    dice: Dice,
    families: std::sync::Arc<[Family]>,
}

pub(super) async fn userinfo(stage: &Stage) -> anyhow::Result<Vec<Box<dyn Worker>>> {
    let families: std::sync::Arc<[Family]> = stage.families(stage.connections).await?.into();
    let worker = || {
        let (stage, link, dice) = (stage.clone(), stage.link(), stage.dice());
        Box::new(Curious { stage, link, dice, families: families.clone() }) as Box<dyn Worker>
    };
    Ok(std::iter::repeat_with(worker).take(stage.connections).collect())
}

#[derive(Deserialize)]
struct About {
    sub: String,
}

impl Worker for Curious {
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
        Box::pin(async {
            let family = draw(&self.families, &mut self.dice)?;
            let target = self.stage.subject.world.target(family.site, Endpoint::Userinfo);
            let ask = Ask::get(target).with(AUTHORIZATION, format!("Bearer {}", family.access));
            let answer = self.link.send(ask).await?;
            ensure!(answer.status == 200, "{}: {}", answer.status, answer.excerpt());
            let sub = answer.json::<About>()?.sub;
            ensure!(sub == family.subject, "userinfo is about {sub}, the ID token about {}", family.subject);
            Ok(Turn::Done)
        })
    }
}

//! Rotation of refresh tokens, and what must happen when an old one comes back (RFC 9700, section 4.14).

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::Stage;
use super::code::Family;
use super::verify::{EVERY, Sampled};
use crate::measure::drive::{Turn, Worker};
use crate::subject::world::Endpoint;
use crate::walk::{Answer, Ask, Link, encode};

/// One rotation in so many is followed by a replay.
const REPLAY: usize = 200;
/// Families kept to take the place of those that replays end.
const SPARE: usize = 64;

struct Rotator {
    stage: Stage,
    link: Link,
    spare: Arc<Mutex<Vec<Family>>>,
    family: Family,
    /// Spent two rotations ago: beyond the grace that the token just spent may have.
    old: Option<String>,
    last: Option<String>,
    turns: usize,
}

pub(super) async fn crew(stage: &Stage) -> anyhow::Result<Vec<Box<dyn Worker>>> {
    let mut families = stage.families(stage.connections + SPARE).await?;
    let own = families.split_off(SPARE);
    let spare = Arc::new(Mutex::new(families));
    let worker = |family| {
        let (stage, link, spare) = (stage.clone(), stage.link(), Arc::clone(&spare));
        Box::new(Rotator { stage, link, spare, family, old: None, last: None, turns: 0 }) as Box<dyn Worker>
    };
    Ok(own.into_iter().map(worker).collect())
}

#[derive(Deserialize)]
struct Rotated {
    access_token: String,
    refresh_token: String,
    id_token: Option<String>,
}

impl Rotator {
    async fn present(&mut self, token: &str) -> anyhow::Result<Answer> {
        let world = &self.stage.subject.world;
        let apps = world.apps();
        let body =
            encode([("grant_type", "refresh_token"), ("client_id", apps.web), ("refresh_token", token)]);
        self.link.send(Ask::form(&world.target(self.family.site, Endpoint::Token), &body)).await
    }

    async fn rotate(&mut self) -> anyhow::Result<()> {
        let current = self.family.refresh.clone();
        let answer = self.present(&current).await?;
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.excerpt());
        let rotated: Rotated = answer.json()?;
        ensure!(rotated.refresh_token != current, "the refresh token was not rotated");
        self.family.refresh = rotated.refresh_token;
        self.old = self.last.replace(current);
        self.turns += 1;
        if self.turns % EVERY == 1 {
            let site = self.family.site;
            if self.stage.subject.world.is_tenanted() {
                self.stage.sample(Sampled::Token { site, token: rotated.access_token, audience: None });
            }
            if let Some(token) = rotated.id_token {
                let audience = Some(self.stage.subject.world.apps().web.to_owned());
                self.stage.sample(Sampled::Token { site, token, audience });
            }
        }
        Ok(())
    }

    /// The old token must be refused, and the good one with it.
    async fn replay(&mut self, old: &str) -> anyhow::Result<()> {
        let answer = self.present(old).await?;
        ensure!(
            answer.status == 400,
            "a replayed token was answered {}: {}",
            answer.status,
            answer.excerpt()
        );
        let current = self.family.refresh.clone();
        let answer = self.present(&current).await?;
        ensure!(
            answer.status == 400,
            "the family outlived a replay: {}: {}",
            answer.status,
            answer.excerpt()
        );
        let next = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        self.family = next.context("no family left")?;
        (self.old, self.last) = (None, None);
        Ok(())
    }

    fn has_spare(&self) -> bool {
        !self.spare.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Worker for Rotator {
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
        Box::pin(async {
            self.rotate().await?;
            if self.turns.is_multiple_of(REPLAY)
                && self.has_spare()
                && let Some(old) = self.old.clone()
            {
                self.replay(&old).await?;
            }
            Ok(Turn::Done)
        })
    }
}

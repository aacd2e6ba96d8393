//! The POST of a password: everything before it is prepared, everything after it is checked outside the window.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail, ensure};
use futures_util::future::BoxFuture;

use super::Stage;
use super::code::Request;
use super::verify::Sampled;
use crate::measure::drive::{Turn, Worker};
use crate::walk::{Ask, Browser, Link, Rest};

/// One sign-in in so many is followed to its code.
const FOLLOW: usize = 20;

struct Waiting {
    browser: Browser,
    post: Ask,
}

struct Typist {
    stage: Stage,
    link: Link,
    stock: Arc<Mutex<Vec<Waiting>>>,
    turns: usize,
}

/// Brings so many browsers to the password page.
pub(super) async fn crew(stage: &Stage, wanted: usize) -> anyhow::Result<Vec<Box<dyn Worker>>> {
    let world = &stage.subject.world;
    let (mut link, mut dice) = (stage.link(), stage.dice());
    let mut stock = Vec::with_capacity(wanted);
    for _ in 0..wanted {
        let site = stage.pick(&mut dice);
        let person = world.person(site, dice.below(world.persons()));
        let mut browser = Browser::new(world.base.clone(), dice.network());
        let request = Request::new(world, site, &mut dice);
        match browser.walk(&mut link, request.ask, &person, true).await? {
            Rest::Password(post) => stock.push(Waiting { browser, post }),
            Rest::App(url) => bail!("no password was asked: {url}"),
        }
    }
    let stock = Arc::new(Mutex::new(stock));
    let worker = || {
        let (stage, link, stock) = (stage.clone(), stage.link(), Arc::clone(&stock));
        Box::new(Typist { stage, link, stock, turns: 0 }) as Box<dyn Worker>
    };
    Ok(std::iter::repeat_with(worker).take(stage.connections).collect())
}

impl Worker for Typist {
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
        Box::pin(async {
            let next = self.stock.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(Waiting { mut browser, post }) = next else { return Ok(Turn::Empty) };
            let answer = browser.send(&mut self.link, post).await?;
            let location =
                answer.location().with_context(|| format!("{}: {}", answer.status, answer.excerpt()))?;
            let location = self.stage.subject.world.base.join(location)?;
            ensure!(answer.headers.contains_key(http::header::SET_COOKIE), "no new cookie after a sign-in");
            self.turns += 1;
            if self.turns.is_multiple_of(FOLLOW) {
                self.stage.sample(Sampled::SignIn { browser, location });
            }
            Ok(Turn::Done)
        })
    }
}

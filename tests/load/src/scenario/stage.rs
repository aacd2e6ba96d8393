//! What the workers of one server share: its world, people who are signed in, and what is to be checked afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

use super::code::{Family, Signed};
use super::verify::Sampled;
use crate::measure::stats::{Choice, Dice, Picker};
use crate::subject::Subject;
use crate::walk::Link;

/// Shared by all workers of one server; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) subject: Subject,
    pub(crate) connections: usize,
    picker: Arc<Picker>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    signed: Vec<Signed>,
    sampled: Mutex<Vec<Sampled>>,
    seeds: AtomicUsize,
    /// Tokens for apps themselves that were answered, to be found in the event log.
    tokens: AtomicUsize,
    /// The next tenant that was never used.
    fresh: AtomicUsize,
}

impl Stage {
    /// Uses every tenant that is to be warm once, and signs people in.
    pub(crate) async fn set(subject: Subject, warmed: usize, sessions: usize) -> anyhow::Result<Self> {
        let warmed = warmed.min(subject.world.sites());
        let mut stage = Self {
            picker: Arc::new(Picker::new(Choice::Uniform, warmed)),
            connections: 8,
            shared: Arc::new(Shared {
                signed: Vec::new(),
                sampled: Mutex::default(),
                seeds: AtomicUsize::new(1),
                tokens: AtomicUsize::new(0),
                fresh: AtomicUsize::new(warmed),
            }),
            subject,
        };
        stage.warm(warmed).await.context("the first token of each tenant")?;
        let mut signed = Vec::new();
        for place in 0..sessions.min(warmed) {
            // Spread evenly over the warm tenants.
            let site = place * warmed / sessions.min(warmed);
            let session = super::code::sign_in(&stage, site).await;
            signed.push(
                session.with_context(|| format!("signing in at {}", stage.subject.world.issuer(site)))?,
            );
        }
        if let Some(shared) = Arc::get_mut(&mut stage.shared) {
            shared.signed = signed;
        }
        Ok(stage)
    }

    async fn warm(&self, warmed: usize) -> anyhow::Result<()> {
        let mut link = self.link();
        for site in 0..warmed {
            super::machine::token(self, &mut link, site).await?;
        }
        Ok(())
    }

    /// The same server with another way to draw tenants and another number of connections.
    pub(crate) fn drawing(&self, choice: Choice, connections: usize) -> Self {
        let warmed = self.warmed();
        Self { picker: Arc::new(Picker::new(choice, warmed)), connections, ..self.clone() }
    }

    /// The same people and tenants in a server that was started again at the same address.
    pub(crate) fn started_again(&self, subject: Subject) -> Self {
        Self { subject, ..self.clone() }
    }

    /// How many tenants are drawn from.
    pub(crate) fn warmed(&self) -> usize {
        self.picker.tenants()
    }

    pub(crate) fn link(&self) -> Link {
        Link::new(self.subject.world.addr, &self.subject.world.host())
    }

    pub(crate) fn dice(&self) -> Dice {
        let seed = self.shared.seeds.fetch_add(1, Ordering::Relaxed);
        Dice::new(u64::try_from(seed).unwrap_or(1) << 32)
    }

    pub(crate) fn pick(&self, dice: &mut Dice) -> usize {
        self.picker.pick(dice)
    }

    /// A tenant that was never used, while there are any.
    pub(crate) fn fresh(&self) -> Option<usize> {
        let site = self.shared.fresh.fetch_add(1, Ordering::Relaxed);
        (site < self.subject.world.sites()).then_some(site)
    }

    /// Somebody who is signed in.
    pub(crate) fn signed(&self, number: usize) -> anyhow::Result<&Signed> {
        let all = &self.shared.signed;
        all.get(number % all.len().max(1)).context("nobody is signed in")
    }

    /// New families of tokens, one for each call; in turn of those signed in.
    pub(crate) async fn families(&self, wanted: usize) -> anyhow::Result<Vec<Family>> {
        let (mut link, mut dice, mut families) = (self.link(), self.dice(), Vec::with_capacity(wanted));
        for number in 0..wanted {
            let mut signed = self.signed(number)?.clone();
            families.push(signed.family(self, &mut link, &mut dice).await?);
        }
        Ok(families)
    }

    /// Keeps something for the check after the window.
    pub(crate) fn sample(&self, sampled: Sampled) {
        self.shared.sampled.lock().unwrap_or_else(PoisonError::into_inner).push(sampled);
    }

    /// Takes what was kept.
    pub(crate) fn sampled(&self) -> Vec<Sampled> {
        std::mem::take(&mut self.shared.sampled.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn count_token(&self) {
        self.shared.tokens.fetch_add(1, Ordering::Relaxed);
    }

    /// Tokens for apps themselves that were answered since the stage was set.
    pub(crate) fn tokens(&self) -> usize {
        self.shared.tokens.load(Ordering::Relaxed)
    }
}

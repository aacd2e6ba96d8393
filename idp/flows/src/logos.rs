//! Logos of tenants: fetched by us and served by us, so that a page calls nobody but its own origin (rule D24).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use gatehouse_domain::ids::TenantId;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::tenant::PictureKind;
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::OutboundError;
use moka::ops::compute::{CompResult, Op};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::sync::watch;
use url::Url;

use crate::{Idp, Issuer, outbound};

/// The largest logo, in bytes.
const MOST: usize = 256 * 1024;
/// How long a logo is taken as it is before its host is asked for it again.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How long nobody is asked again for a logo that could not be had, or is held no more.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// How long a logo outlives the last time that its host gave it.
const LIFE: Duration = Duration::from_secs(24 * 3600);
/// What all logos together may take in memory, in bytes.
const ROOM: u64 = 32 * 1024 * 1024;
/// What a logo takes beside its own bytes: its address, its place in the cache.
const OVERHEAD: usize = 1024;

/// A picture and how to serve it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// What it is, whatever its host called it.
    pub kind: PictureKind,
    /// The file.
    pub bytes: Bytes,
    /// Names the content: the opaque part of an entity tag (RFC 9110, section 8.8.3).
    pub tag: String,
}

/// A logo's place: another address, or another tenant, is another logo.
type Key = (TenantId, Url);

/// What is remembered of the asking for one logo.
#[derive(Debug, Clone)]
struct Asked {
    at: Timestamp,
    /// Whether the time before that came to nothing.
    in_vain: bool,
    /// Closed once it has come to its end.
    end: watch::Receiver<()>,
}

impl Asked {
    fn is_under_way(&self) -> bool {
        self.end.has_changed().is_ok()
    }
}

/// The logos at hand, and when each was asked for. The second outlives the first: a host is not asked again at once because
/// there was no room for what it gave.
#[derive(Debug)]
pub(crate) struct Logos {
    held: Cache<Key, Arc<Logo>>,
    asked: Cache<Key, Asked>,
}

impl Default for Logos {
    fn default() -> Self {
        let weigh = |_: &Key, logo: &Arc<Logo>| {
            u32::try_from(logo.bytes.len().saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
        };
        Self {
            held: Cache::builder()
                .max_capacity(ROOM)
                .weigher(weigh)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(LIFE)
                .build(),
            asked: Cache::builder().max_capacity(20_000).eviction_policy(EvictionPolicy::lru()).build(),
        }
    }
}

impl Idp {
    /// What names the present logo of an issuer in the address that pages show it from; none if it has none, or if it cannot
    /// be had. Never waits: what is not known yet is fetched meanwhile.
    pub fn logo_mark(&self, issuer: &Issuer) -> Option<String> {
        let key = key(issuer)?;
        let asked = self.ask_if_due(&key);
        let hopeful = asked.is_under_way() && !asked.in_vain;
        (hopeful || self.logos.held.contains_key(&key)).then(|| mark(key.1.as_str().as_bytes()))
    }

    /// The logo of an issuer. Whoever asks for one that is being fetched for the first time waits for it; nobody else waits.
    pub async fn logo(&self, issuer: &Issuer) -> Option<Arc<Logo>> {
        let key = key(issuer)?;
        let mut asked = self.ask_if_due(&key);
        if let Some(logo) = self.logos.held.get(&key) {
            return Some(logo);
        }
        // Nothing is ever sent: the wait ends in the error that the sender is gone.
        let _gone = asked.end.changed().await;
        self.logos.held.get(&key)
    }

    /// The last asking for a logo; begins one if that is over and long enough ago. One at a time, whoever comes meanwhile, and
    /// on a task of its own, so that it comes to its end and is remembered when nobody waits any longer.
    fn ask_if_due(&self, key: &Key) -> Asked {
        if let Some(asked) = self.logos.asked.get(key).filter(|asked| !self.is_due(key, asked)) {
            return asked;
        }
        let (ends, end) = watch::channel(());
        let mut asked = Asked { at: self.now(), in_vain: false, end };
        let mut before = None;
        let result = self.logos.asked.entry(key.clone()).and_compute_with(|entry| {
            before = entry.map(moka::Entry::into_value);
            match &before {
                Some(other) if !self.is_due(key, other) => Op::Nop,
                known => {
                    asked.in_vain = known.is_some() && !self.logos.held.contains_key(key);
                    Op::Put(asked.clone())
                }
            }
        });
        match result {
            CompResult::Unchanged(entry) => entry.into_value(),
            _ => {
                self.begin(key.clone(), before, ends);
                asked
            }
        }
    }

    fn is_due(&self, key: &Key, asked: &Asked) -> bool {
        let pause = if self.logos.held.contains_key(key) { FRESH } else { PAUSE };
        !asked.is_under_way() && self.now() >= asked.at + pause
    }

    fn begin(&self, key: Key, before: Option<Asked>, ends: watch::Sender<()>) {
        let idp = self.clone();
        tokio::spawn(async move {
            match idp.fetch_logo(&key.1).await {
                Ok(logo) => idp.logos.held.insert(key, Arc::new(logo)),
                // That we ourselves had no room says nothing about the logo.
                Err(OutboundError::Busy) => match before {
                    Some(before) => idp.logos.asked.insert(key, before),
                    None => idp.logos.asked.invalidate(&key),
                },
                Err(error) => tracing::warn!(tenant = %key.0, %error, "a logo cannot be had"),
            }
            drop(ends);
        });
    }

    async fn fetch_logo(&self, url: &Url) -> Result<Logo, OutboundError> {
        gatehouse_store::outside();
        let file = outbound::picture(self.outbound.as_ref(), url, MOST).await?;
        let kind = PictureKind::of(&file).ok_or(OutboundError::BadAnswer)?;
        Ok(Logo { kind, tag: mark(&file), bytes: file.into() })
    }
}

fn key(issuer: &Issuer) -> Option<Key> {
    let tenant = issuer.tenant()?;
    Some((tenant.at.id, tenant.branding.logo_url.clone()?))
}

/// Half of a SHA-256: tells contents apart and gives none away, for an address may hold a token.
fn mark(content: &[u8]) -> String {
    let digest = Digest::of(content);
    HEXLOWER.encode(digest.as_bytes().first_chunk::<16>().unwrap_or(&[0; 16]))
}

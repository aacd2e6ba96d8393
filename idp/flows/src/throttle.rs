//! Throttles: they slow the source of too many tries, and never lock out the person whose address is tried.

use gatehouse_domain::email::{EmailAddress, ProofPurpose};
use gatehouse_domain::ids::TenantId;
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::seal::Mac;
use gatehouse_store::counters::{self, CounterKey};
use uuid::Uuid;

use crate::new_password::Chooser;
use crate::suspicion::Reached;
use crate::wide::{Allowed, Measure};
use crate::{Ctx, Fault, Idp, Issuer};

/// Tries within a window, of ten minutes where none is named, before the source has to wait for its end. Tries that succeed are given back, so
/// that an office behind one address is not slowed by its own people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one network (/24 or /48), for all addresses together.
    pub per_network: u32,
    /// Of one network for one address.
    pub per_network_and_address: u32,
    /// For one address from all browsers that have not signed it in before.
    pub per_address: u32,
    /// At one tenant's issuer, from all browsers that have not signed the address in before.
    pub per_tenant: u32,
    /// At all issuers together, from such browsers.
    pub of_all: u32,
    /// Mails that one network asks for within an hour.
    pub mails_per_network: u32,
    /// Mails to one address within an hour that one network, or one browser that the address has been signed in with, asks for.
    pub mails_per_source_and_address: u32,
    /// Mails to one address within an hour that all browsers ask for which have not signed it in before.
    pub mails_per_address: u32,
    /// Mails within an hour that such browsers ask for at one tenant's issuer.
    pub mails_per_tenant: u32,
    /// Mails within an hour that such browsers ask for at all issuers together.
    pub mails_of_all: u32,
    /// Codes that one source tries for one address and purpose within an hour, over all mails.
    pub codes_per_source_and_address: u32,
    /// Codes that all browsers which have not signed an address in before try for it and one purpose within an hour, over all mails.
    pub codes_per_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_network: 150,
            per_network_and_address: 10,
            per_address: 100,
            per_tenant: 3_000,
            of_all: 30_000,
            mails_per_network: 60,
            mails_per_source_and_address: 5,
            mails_per_address: 20,
            mails_per_tenant: 2_000,
            mails_of_all: 20_000,
            codes_per_source_and_address: 10,
            codes_per_address: 50,
        }
    }
}

/// Ten minutes.
const TRIES_WINDOW: u32 = 600;
/// New passwords that one person may have judged within ten minutes.
const NEW_PASSWORDS: u32 = 20;
/// An hour.
const MAIL_WINDOW: u32 = 3600;

/// What one visitor asks for about one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// To be signed in by a password.
    Password,
    /// That a mail be sent there.
    Mail,
}

impl Ask {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Mail => "mail",
        }
    }

    /// What stands for an address where what is asked for is counted. Mail to all spellings that many servers deliver to one mailbox is
    /// counted as mail to that one; a password is tried for a person, whose address is nobody else's (rule D7).
    fn subject(self, address: &EmailAddress) -> String {
        match self {
            Self::Password => address.canonical(),
            Self::Mail => address.folded(),
        }
    }

    pub(crate) const fn window_s(self) -> u32 {
        match self {
            Self::Password => TRIES_WINDOW,
            Self::Mail => MAIL_WINDOW,
        }
    }
}

/// A try that was counted.
#[derive(Debug)]
pub(crate) struct Counted {
    /// What was counted, to be given back if the try succeeds.
    pub(crate) keys: Vec<CounterKey>,
    /// What was counted for the tenant and for all, to be given back too.
    pub(crate) wide: Vec<Allowed>,
    /// Seconds to wait, if it is one too many.
    pub(crate) wait: Option<u32>,
}

/// Limits of one address and of its network, as [`Idp::throttle_keys`] orders them.
#[derive(Debug, Clone, Copy)]
struct Narrow {
    per_network: u32,
    per_source: u32,
    per_address: u32,
}

impl Idp {
    /// Counts what a visitor asks for about an address before the work it would cause. A browser that has signed the address in
    /// before is judged by itself, so that nobody else's tries stand in its way.
    pub(crate) async fn count(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        ask: Ask,
        address: &EmailAddress,
        known_browser: Option<Uuid>,
    ) -> Result<Counted, Fault> {
        let tenant = issuer.tenant_id();
        let wide = if known_browser.is_some() { Vec::new() } else { self.allowed(ask, tenant) };
        if let Err(over) = self.wide.take(&wide, cx.now) {
            if over.first {
                self.suspect(cx, ask, over.measure.tenant, Reached::Wide).await;
            }
            return Ok(Counted { keys: Vec::new(), wide: Vec::new(), wait: Some(over.wait) });
        }
        let keys = self.throttle_keys(cx, ask, &ask.subject(address), known_browser).await?;
        let counts = self.count_keys(cx, &keys).await?;
        let wait = wait(&counts, cx.now);
        if wait.is_some() {
            // What a narrower limit stops is not held against everybody else.
            self.wide.give_back(&wide, cx.now);
            if ask == Ask::Password && known_browser.is_none() {
                self.note_limits_reached(cx, tenant, address, &keys, &counts).await;
            }
        }
        Ok(Counted { keys, wide, wait })
    }

    /// What happens once when a limit of passwords is reached: the first try beyond it.
    async fn note_limits_reached(
        &self,
        cx: &Ctx,
        tenant: Option<TenantId>,
        address: &EmailAddress,
        keys: &[CounterKey],
        counts: &[counters::Counted],
    ) {
        let first: Vec<bool> = keys
            .iter()
            .zip(counts)
            .map(|(key, counted)| counted.count == u64::from(key.limit).saturating_add(1))
            .collect();
        let (of_network, of_address) = first.split_at(1.min(first.len()));
        if of_network.contains(&true) {
            self.suspect(cx, Ask::Password, tenant, Reached::Network).await;
        }
        if of_address.contains(&true) {
            self.queue_refused_tries(cx, tenant, address).await;
        }
    }

    /// Gives back a try that was no guess: the right password, or one that was not judged.
    pub(crate) fn give_back(&self, cx: &Ctx, counted: &Counted) {
        self.wide.give_back(&counted.wide, cx.now);
    }

    fn allowed(&self, ask: Ask, tenant: Option<TenantId>) -> Vec<Allowed> {
        let limits = self.settings.limits;
        let (per_tenant, of_all) = match ask {
            Ask::Password => (limits.per_tenant, limits.of_all),
            Ask::Mail => (limits.mails_per_tenant, limits.mails_of_all),
        };
        let allowed =
            |tenant, limit| Allowed { measure: Measure { ask, tenant }, window_s: ask.window_s(), limit };
        let tenant = tenant.map(|tenant| allowed(Some(tenant), per_tenant));
        tenant.into_iter().chain([allowed(None, of_all)]).collect()
    }

    /// Counts a try of a mailed code, over all codes that were mailed to an address for one purpose; seconds to wait, if it is one
    /// too many.
    ///
    /// A code has a million values and five tries of its own, and a further code needs a further mail. One source gets ten tries an
    /// hour (abuse case EML-09). If that were all that the address gets from everybody, one attacker could spend the ten tries of the
    /// person who waits for the code (rule D22); so the address has room for several sources, and a browser that has signed it in
    /// before has its ten to itself. Whoever has networks enough to use up the room guesses right in one of 20,000 such hours, and
    /// each of them puts ten mails into the victim's mailbox.
    pub(crate) async fn count_code_try(
        &self,
        cx: &Ctx,
        purpose: ProofPurpose,
        address: &str,
        known_browser: Option<Uuid>,
    ) -> Result<Option<u32>, Fault> {
        let mac = self.data_key(Owner::Platform).await?.mac_key("throttle")?;
        let limits = self.settings.limits;
        let key = |kind: &[u8], subject: &[u8], limit| {
            let parts: [&[u8]; 5] = [b"code", kind, purpose.as_str().as_bytes(), subject, address.as_bytes()];
            CounterKey { key: mac.tag(&parts.join(&0_u8)), window_s: MAIL_WINDOW, limit }
        };
        let keys = match known_browser {
            Some(browser) => vec![
                key(b"browser", browser.as_bytes(), limits.codes_per_source_and_address),
                key(b"known", b"", limits.codes_per_address),
            ],
            None => vec![
                key(b"source", network(cx).as_bytes(), limits.codes_per_source_and_address),
                key(b"address", b"", limits.codes_per_address),
            ],
        };
        Ok(wait(&self.count_keys(cx, &keys).await?, cx.now))
    }

    /// Counts a password that somebody chose, before it is judged; seconds to wait, if it is one too many. Judging costs a moment of
    /// the processor and there are only so many judges: a person has fewer choices in a window than there are judges.
    pub(crate) async fn count_new_password(
        &self,
        cx: &Ctx,
        chooser: Chooser<'_>,
    ) -> Result<Option<u32>, Fault> {
        let mac = self.data_key(Owner::Platform).await?.mac_key("throttle")?;
        let key = |kind: &[u8], subject: &[u8], limit| {
            let parts: [&[u8]; 3] = [b"new_password", kind, subject];
            CounterKey { key: mac.tag(&parts.join(&0_u8)), window_s: TRIES_WINDOW, limit }
        };
        let whose = match chooser {
            Chooser::Person(person) => key(b"person", person.uuid().as_bytes(), NEW_PASSWORDS),
            Chooser::Newcomer(address) => key(b"mailbox", address.folded().as_bytes(), NEW_PASSWORDS),
        };
        let keys = [key(b"network", network(cx).as_bytes(), self.settings.limits.per_network), whose];
        Ok(wait(&self.count_keys(cx, &keys).await?, cx.now))
    }

    /// Counts one use of each key. The last is what all sources share: what a limit of one source stops is taken back from it, or a
    /// single source could use it up for everybody by going on.
    async fn count_keys(&self, cx: &Ctx, keys: &[CounterKey]) -> Result<Vec<counters::Counted>, Fault> {
        let counts = counters::count(self.pool()?, keys, cx.now).await?;
        let source_is_over = counts.iter().rev().skip(1).any(|count| count.over);
        if let Some(shared) = keys.last().filter(|_| source_is_over) {
            counters::give_back(self.pool()?, std::slice::from_ref(shared), cx.now).await?;
        }
        Ok(counts)
    }

    async fn throttle_keys(
        &self,
        cx: &Ctx,
        ask: Ask,
        address: &str,
        known_browser: Option<Uuid>,
    ) -> Result<Vec<CounterKey>, Fault> {
        let mac: Mac = self.data_key(Owner::Platform).await?.mac_key("throttle")?;
        let Narrow { per_network, per_source, per_address } = self.narrow(ask);
        let key = |kind: &[u8], subject: &[&[u8]], limit| {
            let joined = [&[ask.name().as_bytes(), kind], subject].concat().join(&0_u8);
            CounterKey { key: mac.tag(&joined), window_s: ask.window_s(), limit }
        };
        let address = address.as_bytes();
        if let Some(browser) = known_browser {
            // Whoever can sign in has as many such browsers as they like: together they have no more than all strangers.
            return Ok(vec![
                key(b"browser", &[browser.as_bytes(), address], per_source),
                key(b"known", &[address], per_address),
            ]);
        }
        let network = network(cx);
        let network = network.as_bytes();
        Ok(vec![
            key(b"network", &[network], per_network),
            key(b"source", &[network, address], per_source),
            key(b"address", &[address], per_address),
        ])
    }

    fn narrow(&self, ask: Ask) -> Narrow {
        let limits = &self.settings.limits;
        match ask {
            Ask::Password => Narrow {
                per_network: limits.per_network,
                per_source: limits.per_network_and_address,
                per_address: limits.per_address,
            },
            Ask::Mail => Narrow {
                per_network: limits.mails_per_network,
                per_source: limits.mails_per_source_and_address,
                per_address: limits.mails_per_address,
            },
        }
    }

    /// A fingerprint of an address for the events of an owner: the same address gives the same text there, and nobody
    /// without the owner's key can try addresses against it.
    pub(crate) async fn address_fingerprint(&self, owner: Owner, address: &str) -> Result<String, Fault> {
        let mac = self.data_key(owner).await?.mac_key("event-address")?;
        let tag = mac.tag(address.as_bytes());
        Ok(data_encoding::HEXLOWER.encode(tag.get(..12).unwrap_or_default()))
    }
}

/// The network that a visitor comes from, as it is counted.
fn network(cx: &Ctx) -> String {
    cx.network().map(|network| network.to_string()).unwrap_or_default()
}

/// Until when to wait, in seconds, if one of the counts is over.
fn wait(counts: &[counters::Counted], now: Timestamp) -> Option<u32> {
    let over = counts.iter().filter(|count| count.over);
    let seconds = over.map(|count| count.reset_at.signed_duration_since(now).num_seconds().max(1)).max();
    seconds.map(|seconds| u32::try_from(seconds).unwrap_or(MAIL_WINDOW))
}

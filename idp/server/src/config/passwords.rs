//! Section `[passwords]`: the cost of argon2id, the pool that pays it, and which passwords nobody may choose.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::context::Context;
use super::error::ConfigError;
use super::value::One;

/// Argon2id parameters (RFC 9106) and the size of the pool that computes them.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// Memory per hash in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// Hashes computed at once; each holds `memory_kib` for good.
    pub threads: usize,
    /// Hashes that may wait; beyond that the answer is 503.
    pub queue: usize,
    /// Which passwords nobody may choose.
    pub breached: Breached,
}

/// Where lists of leaked passwords are.
#[derive(Debug, Clone, Default)]
pub struct Breached {
    /// A list in place of the one inside the program.
    pub file: Option<PathBuf>,
    /// A range service that is asked beside the list; ends with `/`.
    pub range_url: Option<Url>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPasswords {
    memory_kib: Option<One<u32>>,
    iterations: Option<One<u32>>,
    parallelism: Option<One<u32>>,
    threads: Option<One<usize>>,
    queue: Option<One<usize>>,
    breached: RawBreached,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawBreached {
    file: Option<One<PathBuf>>,
    range_url: Option<One<Url>>,
}

impl RawBreached {
    fn validate(self, cx: &Context<'_>) -> Result<Breached, ConfigError> {
        let Some(One(mut url)) = self.range_url else {
            return Ok(Breached { file: self.file.map(|one| cx.path(&one.0)), range_url: None });
        };
        cx.refuse_if(
            url.cannot_be_a_base() || url.query().is_some() || url.fragment().is_some(),
            KEY,
            "expected an address that the five digits are put behind, such as https://api.pwnedpasswords.com/range/",
        )?;
        cx.refuse_if(
            url.scheme() != "https" && cx.serves(),
            KEY,
            "expected an https:// address: what is asked for tells something of a password",
        )?;
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Breached { file: self.file.map(|one| cx.path(&one.0)), range_url: Some(url) })
    }
}

const KEY: &str = "passwords.breached.range_url";

impl Passwords {
    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        out.push(("passwords.memory_kib", self.memory_kib.to_string()));
        out.push(("passwords.iterations", self.iterations.to_string()));
        out.push(("passwords.parallelism", self.parallelism.to_string()));
        out.push(("passwords.threads", self.threads.to_string()));
        out.push(("passwords.queue", self.queue.to_string()));
        let file = self.breached.file.as_ref().map(|path| path.display().to_string());
        out.push(("passwords.breached.file", file.unwrap_or_default()));
        let url = self.breached.range_url.as_ref().map(ToString::to_string);
        out.push((KEY, url.unwrap_or_default()));
    }
}

impl RawPasswords {
    pub(super) fn validate(self, cx: &Context<'_>) -> Result<Passwords, ConfigError> {
        let threads = self.threads.map_or(cx.sources.cores.max(1), |one| one.0);
        let set = Passwords {
            memory_kib: self.memory_kib.map_or(19_456, |one| one.0),
            iterations: self.iterations.map_or(2, |one| one.0),
            parallelism: self.parallelism.map_or(1, |one| one.0),
            threads,
            queue: self.queue.map_or(threads.saturating_mul(16), |one| one.0),
            breached: self.breached.validate(cx)?,
        };
        cx.refuse_if(
            !(1..=16).contains(&set.parallelism),
            "passwords.parallelism",
            "expected a number from 1 to 16",
        )?;
        cx.refuse_if(
            !(8 * set.parallelism..=1 << 21).contains(&set.memory_kib),
            "passwords.memory_kib",
            "expected at least 8 KiB per lane and at most 2097152",
        )?;
        cx.refuse_if(
            !(1..=64).contains(&set.iterations),
            "passwords.iterations",
            "expected a number from 1 to 64",
        )?;
        // The two weakest settings of the OWASP list that this server would start with.
        let strong = set.memory_kib >= 47_104 || (set.memory_kib >= 19_456 && set.iterations >= 2);
        cx.refuse_if(
            cx.serves() && !strong,
            "passwords.memory_kib",
            "too cheap to guess: expected at least 19456 with 2 iterations, or 47104 with 1",
        )?;
        cx.refuse_if(
            !(1..=256).contains(&set.threads),
            "passwords.threads",
            "expected a number from 1 to 256",
        )?;
        cx.refuse_if(
            !(1..=100_000).contains(&set.queue),
            "passwords.queue",
            "expected a number from 1 to 100000",
        )?;
        Ok(set)
    }
}

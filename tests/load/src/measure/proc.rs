//! Processor time and memory from `/proc`.

use std::fs;

use anyhow::Context as _;

/// The kernel reports in hundredths of a second, on every architecture we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// More burials in a row than any server has.
const LOOKS: usize = 1000;

/// The processes of one server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Procs {
    pub(crate) app: u32,
    /// PostgreSQL's first process, the parent of all others.
    pub(crate) postmaster: Option<u32>,
}

/// CPU-seconds used so far, user and system.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Cpu {
    pub(crate) app: f64,
    pub(crate) database: f64,
}

impl Cpu {
    pub(crate) fn since(self, before: Self) -> Self {
        Self { app: self.app - before.app, database: self.database - before.database }
    }

    pub(crate) fn total(self) -> f64 {
        self.app + self.database
    }
}

impl Procs {
    /// The application's own process; of the database the postmaster, the children it has buried, and those alive.
    pub(crate) fn cpu(&self) -> anyhow::Result<Cpu> {
        let app = stat(self.app).context("the server is gone")?;
        let database = match self.postmaster {
            Some(postmaster) => family(postmaster).context("the database is gone")?,
            None => 0.0,
        };
        Ok(Cpu { app: app.own, database })
    }

    /// Proportional resident memory of the application in MiB.
    pub(crate) fn memory_mib(&self) -> anyhow::Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.app))?;
        let line =
            text.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss in smaps_rollup")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }
}

/// One line of `/proc/PID/stat`.
#[derive(Debug, PartialEq)]
struct Stat {
    parent: u32,
    own: f64,
    buried: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The name, in brackets, may hold blanks and brackets of its own: fields are counted from the last one.
fn parse(line: &str) -> Option<Stat> {
    let (_, rest) = line.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let seconds = |at: usize| fields.get(at)?.parse::<f64>().ok().map(|ticks| ticks / TICKS_PER_SECOND);
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: seconds(11)? + seconds(12)?,
        buried: seconds(13)? + seconds(14)?,
    })
}

/// A process, the children it has buried, and those alive. One that is buried between the two looks would be counted by
/// neither, so they are repeated until nobody was.
fn family(pid: u32) -> Option<f64> {
    let mut parent = stat(pid)?;
    for _ in 0..LOOKS {
        let alive: f64 = children(pid).iter().map(|child| child.own + child.buried).sum();
        let now = stat(pid)?;
        if now.buried <= parent.buried {
            return Some(now.own + now.buried + alive);
        }
        parent = now;
    }
    None
}

fn children(parent: u32) -> Vec<Stat> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(stat)
        .filter(|found| found.parent == parent)
        .collect()
}

/// CPU-seconds of the calling thread, to the nanosecond.
pub(crate) fn thread_seconds() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: f64 = text.split_whitespace().next().context("an empty schedstat")?.parse()?;
    Ok(nanos / 1e9)
}

/// The state of the machine, for the record.
pub(crate) fn machine() -> serde_json::Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    serde_json::json!({
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "model": model.map(|(_, name)| name),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "load_average": read("/proc/loadavg").trim(),
        "steal_ticks": read("/proc/stat").lines().next().and_then(|line| line.split_whitespace().nth(8))
            .and_then(|ticks| ticks.parse::<u64>().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_brackets_do_not_shift_the_fields() {
        let line = "7 (a) b) (c) S 3 7 7 0 -1 4 1 0 0 0 250 50 1000 25 20 0 1 0 9";
        let expected = Stat { parent: 3, own: 3.0, buried: 10.25 };
        assert_eq!(parse(line), Some(expected));
        assert_eq!(parse("7 (a) S 3"), None);
    }

    #[test]
    fn our_own_process_can_be_read() {
        let procs = Procs { app: std::process::id(), postmaster: None };
        assert!(procs.cpu().unwrap().app >= 0.0);
        assert!(procs.memory_mib().unwrap() > 0.1);
        assert!(thread_seconds().unwrap() > 0.0);
    }
}

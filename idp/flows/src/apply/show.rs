//! The difference as people read it.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use gatehouse_domain::tenant::Slug;
use serde_json::{Map, Value};

use super::applied::{Applied, Section};
use super::difference::{Difference, Fate};

/// How many tenants outside of the file are named.
const NAMED: usize = 20;

impl Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for section in self.sections.iter().filter(|section| section.is_worth_showing()) {
            section.fmt(f)?;
        }
        if !self.unnamed_tenants.is_empty() {
            let names: Vec<&str> = self.unnamed_tenants.iter().take(NAMED).map(Slug::as_str).collect();
            let more = self.unnamed_tenants.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            writeln!(f, "tenants that the file does not name, left alone: {}{more}", names.join(", "))?;
        }
        let [created, updated, removed, unnamed, unchanged] =
            [Fate::Created, Fate::Updated, Fate::Removed, Fate::Unnamed, Fate::Unchanged]
                .map(|fate| self.count(fate));
        write!(f, "{created} created, {updated} updated, {removed} removed, {unchanged} unchanged")?;
        if unnamed > 0 {
            write!(f, ", {unnamed} not named by the file (--prune removes them)")?;
        }
        writeln!(f, "{}", if self.dry_run { "; dry run, nothing was written" } else { "" })?;
        let unsent = self.links.iter().filter(|(_, link)| !link.mailed).count();
        if unsent > 0 {
            writeln!(
                f,
                "no mail server is configured: {unsent} invited must be given their link by hand (--show-link prints links \
                 once, here and in `gatehouse invitation resend`)"
            )?;
        }
        Ok(())
    }
}

impl Section {
    fn is_worth_showing(&self) -> bool {
        self.differences.iter().any(|difference| difference.fate != Fate::Unchanged)
    }
}

impl Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tenant {
            Some(slug) => writeln!(f, "tenant {slug}")?,
            None => writeln!(f, "platform")?,
        }
        for difference in self.differences.iter().filter(|difference| difference.fate != Fate::Unchanged) {
            difference.fmt(f)?;
        }
        writeln!(f)
    }
}

impl Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.fate {
            Fate::Created => '+',
            Fate::Updated => '~',
            Fate::Removed => '-',
            Fate::Unnamed => '?',
            Fate::Unchanged => ' ',
        };
        writeln!(f, "  {sign} {} {}", self.object.as_str(), self.name)?;
        match self.fate {
            Fate::Created => values(f, '+', self.after.as_ref()),
            Fate::Updated => changes(f, self.before.as_ref(), self.after.as_ref()),
            Fate::Removed | Fate::Unnamed | Fate::Unchanged => Ok(()),
        }
    }
}

/// What a new object is, but for what says nothing.
fn values(f: &mut fmt::Formatter<'_>, sign: char, value: Option<&Value>) -> fmt::Result {
    let Some(Value::Object(map)) = value else { return Ok(()) };
    for (key, value) in map.iter().filter(|(_, value)| says_something(value)) {
        writeln!(f, "      {sign} {key}: {}", plain(value))?;
    }
    Ok(())
}

fn changes(f: &mut fmt::Formatter<'_>, before: Option<&Value>, after: Option<&Value>) -> fmt::Result {
    let nothing = Map::new();
    let map = |value: Option<&Value>| value.and_then(Value::as_object).unwrap_or(&nothing).clone();
    let (before, after) = (map(before), map(after));
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys.into_iter().filter(|key| before.get(*key) != after.get(*key)) {
        let side = |map: &Map<String, Value>| map.get(key).map_or_else(|| "nothing".to_owned(), plain);
        writeln!(f, "      {key}: {} -> {}", side(&before), side(&after))?;
    }
    Ok(())
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{key}: {}", plain(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

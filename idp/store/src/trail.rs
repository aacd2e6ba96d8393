//! What a commit says about itself.

use std::fmt::Write as _;

use gatehouse_domain::audit::Record;

/// Why a change leaves no event: closed, so that leaving one out is a decision that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTrail {
    /// A step of an unfinished flow; its end has an event.
    Step,
    /// A mark of use, such as last-seen times.
    Seen,
    /// Bookkeeping of the work queue, of throttles or of expired rows.
    Housekeeping,
    /// Keys made on first use, which nobody asked for.
    FirstUse,
    /// A part of a larger change whose other transaction carries the event.
    PartOf,
}

/// The events of a transaction, appended with its commit.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    records: Vec<Record>,
}

impl Trail {
    /// Events that describe the change, in order.
    pub fn of(records: impl IntoIterator<Item = Record>) -> Self {
        Self { records: records.into_iter().collect() }
    }

    /// No event, for a reason.
    pub const fn none(_reason: NoTrail) -> Self {
        Self { records: Vec::new() }
    }

    /// The statements that append the events and commit, for one round trip. Everything but digits and hyphens travels as
    /// hexadecimal digits, so nothing can be smuggled in.
    pub(crate) fn closing(&self) -> String {
        if self.records.is_empty() {
            return "COMMIT".to_owned();
        }
        let list = |cast: &str, item: &dyn Fn(&Record) -> String| {
            let items: Vec<String> = self.records.iter().map(item).collect();
            format!("ARRAY[{}]::{cast}", items.join(","))
        };
        format!(
            "SELECT audit.append({}, {}, {}, {}, {}); COMMIT",
            list("text[]", &|r| format!("'{}'", r.stream.kind())),
            list("uuid[]", &|r| format!("'{}'", r.stream.id())),
            list("uuid[]", &|r| format!("'{}'", r.event.uuid())),
            list("text[]", &|r| format!("convert_from('\\x{}', 'UTF8')", hex(r.kind.as_bytes()))),
            list("bytea[]", &|r| format!("'\\x{}'", hex(&r.body))),
        )
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_domain::audit::Stream;
    use gatehouse_domain::ids::EventId;
    use uuid::Uuid;

    #[test]
    fn bodies_travel_as_hexadecimal() {
        let record = Record {
            stream: Stream::Platform,
            event: EventId::from_uuid(Uuid::nil()),
            kind: "a'b",
            body: b"'); DROP".to_vec(),
        };
        let sql = Trail::of([record]).closing();
        assert!(sql.contains("'\\x6127") && sql.contains("'\\x27293b2044524f50'"), "{sql}");
        assert!(sql.ends_with("; COMMIT"));
        assert_eq!(Trail::none(NoTrail::Step).closing(), "COMMIT");
    }
}

//! Checks that write down how they went.

use gatehouse_domain::connection::{Denial, Trace};

/// Writes each check into the trace and stops at the first that fails.
#[derive(Debug)]
pub(crate) struct Checks<'a> {
    trace: &'a mut Trace,
}

impl<'a> Checks<'a> {
    pub(crate) const fn new(trace: &'a mut Trace) -> Self {
        Self { trace }
    }

    /// Demands that something holds.
    pub(crate) fn that(
        &mut self,
        code: &'static str,
        holds: bool,
        details: &[(&'static str, &str)],
    ) -> Result<(), Denial> {
        if holds {
            self.trace.pass(code, details);
            return Ok(());
        }
        self.trace.fail(code, details);
        Err(Denial::Invalid(code))
    }

    /// Demands that two values are the same, character by character.
    pub(crate) fn same(
        &mut self,
        code: &'static str,
        expected: &str,
        came: Option<&str>,
    ) -> Result<(), Denial> {
        let details = [("expected", expected), ("came", came.unwrap_or_default())];
        self.that(code, came == Some(expected), &details)
    }

    /// Demands that something is there.
    pub(crate) fn found<T>(&mut self, code: &'static str, found: Option<T>) -> Result<T, Denial> {
        self.that(code, found.is_some(), &[])?;
        found.ok_or(Denial::Invalid(code))
    }

    /// Demands that a step has succeeded, and names its problem otherwise.
    pub(crate) fn take<T>(
        &mut self,
        code: &'static str,
        result: Result<T, &'static str>,
    ) -> Result<T, Denial> {
        match result {
            Ok(value) => {
                self.trace.pass(code, &[]);
                Ok(value)
            }
            Err(problem) => {
                self.trace.fail(code, &[("problem", problem)]);
                Err(Denial::Invalid(code))
            }
        }
    }
}

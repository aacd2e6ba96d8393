//! How a check ends: in the trace, and in the one denial.

use gatehouse_domain::connection::{Denial, Trace};
use gatehouse_spi::OutboundError;

/// The details of a check, by name.
pub(crate) type Details<'a> = &'a [(&'static str, &'a str)];

/// Notes a check, and ends the sign-in unless it holds.
pub(crate) fn check(
    trace: &mut Trace,
    holds: bool,
    code: &'static str,
    details: Details<'_>,
) -> Result<(), Denial> {
    if !holds {
        return Err(invalid(trace, code, details));
    }
    trace.pass(code, details);
    Ok(())
}

/// A check of ours failed.
pub(crate) fn invalid(trace: &mut Trace, code: &'static str, details: Details<'_>) -> Denial {
    trace.fail(code, details);
    Denial::Invalid(code)
}

/// What is configured here or there cannot work.
pub(crate) fn misconfigured(trace: &mut Trace, code: &'static str, details: Details<'_>) -> Denial {
    trace.fail(code, details);
    Denial::Misconfigured(code)
}

/// A call came to nothing.
pub(crate) fn failed_call(trace: &mut Trace, code: &'static str, url: &str, error: OutboundError) -> Denial {
    let (why, denial) = match error {
        OutboundError::Blocked => ("blocked", Denial::Misconfigured(code)),
        OutboundError::Unreachable => ("unreachable", Denial::Unreachable),
        OutboundError::BadAnswer => ("too_long", Denial::Invalid(code)),
        OutboundError::Busy => ("busy", Denial::Busy),
    };
    trace.fail(code, &[("url", url), ("why", why)]);
    denial
}

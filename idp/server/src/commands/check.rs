//! `gatehouse config check`.

use std::path::Path;

use super::say;
use crate::config::{Profile, Sources, load, render_effective};

/// Prints what would be used, or says what is wrong.
pub(super) fn run(file: &Path) -> anyhow::Result<()> {
    let config = load(&Sources::of_process(Profile::Serve, Some(file))?)?;
    say(render_effective(&config).trim_end());
    Ok(())
}

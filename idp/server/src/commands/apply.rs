//! `gatehouse apply`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::apply::{ApplyOptions, Checked, Sources, Trust};

use super::{invitation, say, tool};
use crate::cli::Apply;
use crate::config::{Profile, variable};

/// Compares a file with what is there, shows the difference, and makes it so.
pub(super) async fn run(options: &Apply) -> anyhow::Result<()> {
    let file = &options.file;
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let (idp, config) = tool::open(&options.world).await?;
    let trust = if config.profile == Profile::Dev { Trust::Dev } else { Trust::Serve };
    let folder = file.parent().unwrap_or(Path::new("")).to_path_buf();
    let checked = Checked::read(&text, &file.display().to_string(), &Around { folder }, trust)?;
    let applied =
        idp.apply(&checked, ApplyOptions { dry_run: options.dry_run, prune: options.prune }).await?;
    if options.json {
        let mut json = applied.to_json();
        if let (true, Some(map)) = (options.show_link, json.as_object_mut()) {
            let links = applied.links.iter().map(|(_, link)| invitation::as_json(link, true));
            map.insert("links".to_owned(), links.collect());
        }
        say(&serde_json::to_string_pretty(&json)?);
        return Ok(());
    }
    say(applied.to_string().trim_end());
    for (_, link) in applied.links.iter().filter(|_| options.show_link) {
        say(&invitation::told(link, true));
    }
    Ok(())
}

/// Files beside the one that is applied, and the process's environment.
struct Around {
    folder: PathBuf,
}

impl Sources for Around {
    fn file(&self, path: &str) -> Result<Secret<String>, String> {
        std::fs::read_to_string(self.folder.join(path)).map(Secret::new).map_err(|error| error.to_string())
    }

    fn variable(&self, name: &str) -> Option<Secret<String>> {
        variable(name)
    }
}

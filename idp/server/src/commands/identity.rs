//! `gatehouse identity`.

use anyhow::Context as _;
use gatehouse_domain::tenant::Slug;
use gatehouse_flows::import::ImportFile;
use zeroize::Zeroizing;

use super::{say, tool};
use crate::cli::Import;

/// Makes people from a file of another system.
pub(super) async fn import(options: &Import) -> anyhow::Result<()> {
    let named = options.file.display();
    let text = std::fs::read_to_string(&options.file).map(Zeroizing::new);
    let text = text.with_context(|| format!("{named} cannot be read"))?;
    let tenant: Option<Slug> = options.tenant.as_deref().map(str::parse).transpose().context("--tenant")?;
    let file = ImportFile::read(&text, tenant.as_ref()).with_context(|| named.to_string())?;
    drop(text);
    let (idp, _) = tool::open(&options.world).await?;
    let done = idp.import_people(&file, options.dry_run).await.with_context(|| named.to_string())?;
    if options.json {
        say(&serde_json::to_string_pretty(&done.to_json())?);
    } else {
        say(&done.to_string());
    }
    Ok(())
}

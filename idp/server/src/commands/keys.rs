//! `gatehouse keys`.

use gatehouse_domain::oauth::Alg;

use super::{say, tool};
use crate::cli::Rotate;

/// Makes the next signing key current.
pub(super) async fn rotate(options: &Rotate) -> anyhow::Result<()> {
    let (idp, _) = tool::open(&options.world).await?;
    let alg = options.alg.as_deref().and_then(|name| Alg::ALL.into_iter().find(|alg| alg.as_str() == name));
    let rotated = idp.rotate_keys(options.tenant.as_deref(), alg).await?;
    say(&format!("{} signs now ({}).", rotated.current, rotated.alg.as_str()));
    Ok(())
}

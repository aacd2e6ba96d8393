//! `gatehouse keys`.

use anyhow::anyhow;
use gatehouse_domain::oauth::Alg;
use gatehouse_flows::{RotateError, Rotation};

use super::{say, tool};
use crate::cli::Rotate;

/// Makes the next signing key current.
pub(super) async fn rotate(options: &Rotate) -> anyhow::Result<()> {
    let (idp, _) = tool::open(&options.world).await?;
    let alg = options.alg.as_deref().and_then(|name| Alg::ALL.into_iter().find(|alg| alg.as_str() == name));
    let slug = options.tenant.as_deref();
    let how = match (options.now, options.revoke) {
        (_, true) => Rotation::NowAndRevoke,
        (true, false) => Rotation::Now,
        (false, false) => Rotation::Planned,
    };
    let rotated = idp.rotate_keys(slug, alg, how).await.map_err(|error| match (error, slug) {
        (RotateError::NoSuchTenant, Some(slug)) => anyhow!("there is no tenant {slug:?}"),
        (error, _) => error.into(),
    })?;
    say(&format!("{} signs now ({}).", rotated.current, rotated.alg.as_str()));
    for key in &rotated.revoked {
        say(&format!("{key} is revoked."));
    }
    Ok(())
}

//! What the tools share: the world they work on.

use std::path::Path;

use gatehouse_flows::Idp;

use super::{clock, rng};
use crate::cli::World;
use crate::config::{Config, Profile, Sources, load};
use crate::wire;
use crate::world::{running, settings};

/// The use cases of the world that a tool was pointed at, and its profile.
pub(super) async fn open(world: &World) -> anyhow::Result<(Idp, Config)> {
    let config = match &world.config {
        Some(file) => load(&Sources::of_process(Profile::Serve, Some(file))?)?,
        None => {
            let folder = world.data.as_deref().unwrap_or(Path::new(".gatehouse"));
            running(folder, Sources::of_process(Profile::Dev, None)?)?
        }
    };
    let house = wire::wire(&config, settings(&config), clock(), rng()).await?;
    Ok((house.idp, config))
}

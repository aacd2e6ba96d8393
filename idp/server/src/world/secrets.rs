//! The secrets of a development world: made once, kept in its folder, readable by its owner alone.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use data_encoding::HEXLOWER;
use gatehouse_domain::random::{self, Rng};
use gatehouse_domain::secret::Secret;
use serde::{Deserialize, Serialize};

/// What a world needs beside its database.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The key-encryption key, in hexadecimal digits.
    pub kek: Secret<String>,
    /// The password of `gatehouse_app`.
    pub app: Secret<String>,
    /// The password of `gatehouse_migrator`.
    pub migrator: Secret<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    kek: String,
    app: String,
    migrator: String,
}

impl Secrets {
    /// Reads the secrets of a folder, or makes them.
    ///
    /// # Errors
    /// If the file can be neither read nor written.
    pub fn keep(data: &Path, rng: &dyn Rng) -> anyhow::Result<Self> {
        let path = file(data);
        if path.exists() {
            return Self::read(data);
        }
        let fresh = || HEXLOWER.encode(&random::bytes::<32>(rng));
        let stored = Stored { kek: fresh(), app: fresh(), migrator: fresh() };
        let mut out = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        out.write_all(&serde_json::to_vec_pretty(&stored)?)?;
        out.sync_all()?;
        Ok(stored.secrets())
    }

    /// Reads the secrets of a folder.
    ///
    /// # Errors
    /// If there are none, or they are damaged.
    pub fn read(data: &Path) -> anyhow::Result<Self> {
        let path = file(data);
        let text = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let stored: Stored =
            serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?;
        Ok(stored.secrets())
    }

    /// Notes the port that a world answers on, so that tools find its address.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn note_port(data: &Path, port: u16) -> std::io::Result<()> {
        std::fs::write(data.join("port"), port.to_string())
    }

    /// The port that was noted.
    pub fn port(data: &Path) -> Option<u16> {
        std::fs::read_to_string(data.join("port")).ok()?.trim().parse().ok()
    }
}

impl Stored {
    fn secrets(self) -> Secrets {
        Secrets {
            kek: Secret::new(self.kek),
            app: Secret::new(self.app),
            migrator: Secret::new(self.migrator),
        }
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("secrets.json")
}

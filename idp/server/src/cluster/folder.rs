//! Where everything of a cluster lies, and who may read it.
//!
//! The data folder belongs to whoever runs gatehouse; only the folder `postgres` in it belongs to the server's account.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink,
};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use gatehouse_domain::random::{self, Rng};
use gatehouse_domain::secret::Secret;

use super::account::Account;
use super::error::{ClusterError, file};

/// Where the data goes when the account cannot reach the data folder (it lies in a home of mode 0700, say).
const STATE: &str = "/var/lib/gatehouse";

/// The paths of one cluster.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// The data folder as it was given.
    pub(super) root: PathBuf,
}

impl Layout {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    /// Where the server account's folder is, or the link to it.
    fn place(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// The server account's folder. A link is followed here: the account may be unable to pass through to it.
    pub(super) fn home(&self) -> PathBuf {
        let place = self.place();
        fs::read_link(&place).unwrap_or(place)
    }

    /// The folder the server calls its data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    pub(super) fn ca(&self) -> PathBuf {
        self.root.join("ca.pem")
    }

    pub(super) fn password(&self) -> PathBuf {
        self.root.join("superuser.password")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    /// The major version that wrote the data, if there is data.
    pub(super) fn version(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// Makes the folders and takes the lock that one gatehouse at a time holds on them.
    pub(super) fn open(&self, account: Account, rng: &dyn Rng) -> Result<File, ClusterError> {
        DirBuilder::new().recursive(true).create(&self.root).map_err(file("make the folder", &self.root))?;
        if account != Account::Same {
            // The account passes through this folder; it cannot list it, and every secret in it is closed to it.
            let mode = fs::metadata(&self.root).map_err(file("look at", &self.root))?.mode();
            set_mode(&self.root, (mode & 0o777) | 0o111)?;
        }
        let lock = self.lock()?;
        let place = self.place();
        if place.is_symlink() && !place.exists() {
            // The state folder was cleared: what the link led to is gone.
            fs::remove_file(&place).map_err(file("delete", &place))?;
        }
        if !place.exists() {
            self.make_home(account, rng)?;
        }
        Ok(lock)
    }

    fn lock(&self) -> Result<File, ClusterError> {
        let path = self.root.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(file("write", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(ClusterError::AlreadyRunning { folder: self.root.clone() }),
            Err(TryLockError::Error(source)) => Err(file("lock", &path)(source)),
        }
    }

    fn make_home(&self, account: Account, rng: &dyn Rng) -> Result<(), ClusterError> {
        let place = self.place();
        if account.can_reach(&self.root)? {
            return private_folder(&place, account);
        }
        let state = Path::new(STATE);
        DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(state)
            .map_err(file("make the folder", state))?;
        let elsewhere = state.join(format!("cluster-{}", HEXLOWER.encode(&random::bytes::<8>(rng))));
        private_folder(&elsewhere, account)?;
        symlink(&elsewhere, &place).map_err(file("make the link", &place))
    }

    /// Deletes everything, also what lies elsewhere behind the link.
    pub(super) fn remove(&self) -> Result<(), ClusterError> {
        if let Ok(elsewhere) = fs::read_link(self.place()) {
            fs::remove_dir_all(&elsewhere).map_err(file("delete", &elsewhere))?;
        }
        fs::remove_dir_all(&self.root).map_err(file("delete", &self.root))
    }

    /// The superuser's password, made at the first call.
    pub(super) fn superuser_password(&self, rng: &dyn Rng) -> Result<Secret<String>, ClusterError> {
        if self.password().exists() {
            return self.read_password();
        }
        let password = HEXLOWER.encode(&random::bytes::<32>(rng));
        write(&self.password(), password.as_bytes(), 0o600)?;
        Ok(Secret::new(password))
    }

    /// The superuser's password as it was made earlier.
    pub(super) fn read_password(&self) -> Result<Secret<String>, ClusterError> {
        let path = self.password();
        let text = Secret::new(fs::read_to_string(&path).map_err(file("read", &path))?);
        Ok(Secret::new(text.expose().trim().to_owned()))
    }
}

fn private_folder(path: &Path, account: Account) -> Result<(), ClusterError> {
    DirBuilder::new().mode(0o700).create(path).map_err(file("make the folder", path))?;
    account.own(path)
}

fn set_mode(path: &Path, mode: u32) -> Result<(), ClusterError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(file("change the permissions of", path))
}

/// Writes a file whole or not at all, never readable by more than `mode` allows.
pub(super) fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), ClusterError> {
    write_for(path, content, mode, Account::Same)
}

/// As [`write`], and hands the file to `account` before it takes its place.
pub(super) fn write_for(
    path: &Path,
    content: &[u8],
    mode: u32,
    account: Account,
) -> Result<(), ClusterError> {
    let new = path.with_extension("new");
    if new.exists() {
        fs::remove_file(&new).map_err(file("delete", &new))?;
    }
    OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(mode)
        .open(&new)
        .and_then(|mut out| out.write_all(content))
        .map_err(file("write", &new))?;
    account.own(&new)?;
    fs::rename(&new, path).map_err(file("write", path))
}

#[cfg(test)]
mod tests {
    use super::super::tests::TestRng;
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path());
        let held = layout.open(Account::Same, &TestRng).unwrap();
        assert!(matches!(layout.open(Account::Same, &TestRng), Err(ClusterError::AlreadyRunning { .. })));
        drop(held);
        layout.open(Account::Same, &TestRng).unwrap();
    }

    #[test]
    fn the_password_is_made_once_and_private() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path());
        let first = layout.superuser_password(&TestRng).unwrap();
        assert_eq!(first.expose().len(), 64);
        assert_eq!(first.expose(), layout.superuser_password(&TestRng).unwrap().expose());
        assert_eq!(fs::metadata(layout.password()).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_unwritable_place_is_one_sentence() {
        let layout = Layout::new(Path::new("/proc/nowhere"));
        let refusal = layout.open(Account::Same, &TestRng).unwrap_err().to_string();
        assert!(refusal.starts_with("Cannot make the folder /proc/nowhere: "), "{refusal}");
    }
}

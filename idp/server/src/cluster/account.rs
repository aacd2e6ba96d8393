//! The unprivileged account the server runs under when gatehouse itself runs as root.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::{ClusterError, file};

/// From util-linux, essential on Debian.
const SETPRIV: &str = "setpriv";
/// What child programs see as their PATH: the caller's environment, with its secrets, is not passed on.
const SYSTEM_PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// Who runs the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// Gatehouse is not root: the server runs as the same user.
    Same,
    /// Gatehouse is root: the server steps down.
    Other {
        /// User to become.
        uid: u32,
        /// Group to become.
        gid: u32,
    },
}

impl Account {
    pub(super) fn choose() -> Result<Self, ClusterError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Same);
        }
        let path = Path::new("/etc/passwd");
        let users = fs::read_to_string(path).map_err(file("read", path))?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| Self::named(&users, name))
            .ok_or(ClusterError::NoAccount)
    }

    fn named(users: &str, name: &str) -> Option<Self> {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next() != Some(name) {
                return None;
            }
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            (uid != 0).then_some(Self::Other { uid, gid })
        })
    }

    /// Hands a file or folder to the account.
    pub(super) fn own(self, path: &Path) -> Result<(), ClusterError> {
        match self {
            Self::Same => Ok(()),
            Self::Other { uid, gid } => {
                chown(path, Some(uid), Some(gid)).map_err(file("change the owner of", path))
            }
        }
    }

    /// Whether the account may pass through `folder` and all folders above it.
    pub(super) fn can_reach(self, folder: &Path) -> Result<bool, ClusterError> {
        let Self::Other { uid, gid } = self else { return Ok(true) };
        let real: PathBuf = folder.canonicalize().map_err(file("find", folder))?;
        for step in real.ancestors() {
            let meta = fs::metadata(step).map_err(file("look at", step))?;
            let bit = if meta.uid() == uid {
                0o100
            } else if meta.gid() == gid {
                0o010
            } else {
                0o001
            };
            if meta.mode() & bit == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A command that runs `program` as the account, with a clean environment, and that receives SIGINT from the
    /// kernel when the thread that started it ends, so that nothing outlives a killed gatehouse.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(SETPRIV);
        command.env_clear().env("PATH", SYSTEM_PATH).env("LANG", "C.UTF-8").current_dir("/");
        if let Self::Other { uid, gid } = self {
            command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups");
        }
        command.args(["--pdeathsig", "INT", "--"]).arg(program);
        command
    }
}

/// Turns the failure to start a command into a sentence.
pub(super) fn not_started(error: &std::io::Error) -> ClusterError {
    if error.kind() == std::io::ErrorKind::NotFound {
        return ClusterError::MissingProgram { program: SETPRIV, package: "util-linux" };
    }
    ClusterError::Program { program: SETPRIV, reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_come_from_the_user_list_and_are_never_root() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\nodd:x:0:7::/:\n";
        assert_eq!(Account::named(users, "postgres"), Some(Account::Other { uid: 101, gid: 104 }));
        assert_eq!(Account::named(users, "nobody"), None);
        assert_eq!(Account::named(users, "odd"), None);
    }

    #[test]
    fn a_private_folder_on_the_way_is_noticed() {
        use std::os::unix::fs::PermissionsExt as _;
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let stranger = Account::Other { uid: 4_000_000, gid: 4_000_000 };
        fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!stranger.can_reach(&inner).unwrap());
        fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o711)).unwrap();
        assert!(stranger.can_reach(&inner).unwrap());
        assert!(Account::Same.can_reach(&inner).unwrap());
    }
}

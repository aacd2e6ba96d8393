//! Finding the system's PostgreSQL programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ClusterError;

/// The oldest major version whose features the schema uses.
const FLOOR: u32 = 15;
/// Where Debian and its relatives put each major version; these folders are not on the PATH.
const DEBIAN: &str = "/usr/lib/postgresql";
const SET: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// A complete set of programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Chooses among the folders of `path` and Debian's: the version that wrote the data where there is data, else the
/// newest.
pub(super) fn find(path: &OsStr, data: Option<(u32, &Path)>) -> Result<Binaries, ClusterError> {
    choose(&folders(path, Path::new(DEBIAN)), data, major_of)
}

fn folders(path: &OsStr, debian: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let versions =
        std::fs::read_dir(debian).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    for folder in std::env::split_paths(path).chain(versions) {
        // A server finds its libraries beside its real place, so links are followed first.
        let Ok(program) = folder.join("postgres").canonicalize() else { continue };
        let Some(real) = program.parent().map(Path::to_path_buf) else { continue };
        if !found.contains(&real) {
            found.push(real);
        }
    }
    found
}

fn choose(
    folders: &[PathBuf],
    data: Option<(u32, &Path)>,
    version: impl Fn(&Path) -> Option<u32>,
) -> Result<Binaries, ClusterError> {
    let mut refusal = ClusterError::NotInstalled;
    let mut sets = Vec::new();
    for folder in folders {
        let missing = SET.iter().find(|name| !folder.join(name).is_file());
        match (version(&folder.join("postgres")), missing) {
            (Some(major), _) if major < FLOOR => {
                refusal = ClusterError::TooOld { found: major, folder: folder.clone() };
            }
            (Some(_), Some(missing)) => {
                refusal = ClusterError::Incomplete { folder: folder.clone(), missing };
            }
            (Some(major), None) if version(&folder.join("initdb")) == Some(major) => {
                sets.push(Binaries { folder: folder.clone(), major });
            }
            _ => {}
        }
    }
    match data {
        Some((wanted, folder)) => sets
            .into_iter()
            .find(|set| set.major == wanted)
            .ok_or(ClusterError::OtherVersion { folder: folder.to_path_buf(), wanted }),
        None => sets.into_iter().max_by_key(|set| set.major).ok_or(refusal),
    }
}

fn major_of(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").env_clear().output().ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian …)`.
fn parse_major(text: &str) -> Option<u32> {
    let version = text.split("(PostgreSQL)").nth(1)?.trim_start();
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(root: &Path, major: u32, programs: &[&str]) -> PathBuf {
        let folder = root.join(major.to_string()).join("bin");
        std::fs::create_dir_all(&folder).unwrap();
        for program in programs {
            std::fs::write(folder.join(program), major.to_string()).unwrap();
        }
        folder.canonicalize().unwrap()
    }

    fn by_content(program: &Path) -> Option<u32> {
        std::fs::read_to_string(program).ok()?.parse().ok()
    }

    #[test]
    fn versions_are_read_from_the_programs_word() {
        for (text, major) in [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", Some(15)),
            ("initdb (PostgreSQL) 18beta1", Some(18)),
            ("postgres (EnterpriseDB) 16", None),
            ("", None),
        ] {
            assert_eq!(parse_major(text), major, "{text}");
        }
    }

    #[test]
    fn the_newest_complete_set_wins_and_data_binds_to_its_version() {
        let root = tempfile::tempdir().unwrap();
        installed(root.path(), 14, &SET);
        installed(root.path(), 15, &SET);
        let sixteen = installed(root.path(), 16, &SET);
        installed(root.path(), 17, &["postgres", "initdb"]);
        let found = folders(sixteen.as_os_str(), root.path());
        assert_eq!(found.len(), 4, "the folder on the PATH is not counted twice");

        assert_eq!(choose(&found, None, by_content).unwrap().major, 16);
        let here = Path::new("/data");
        assert_eq!(choose(&found, Some((15, here)), by_content).unwrap().major, 15);
        assert!(matches!(
            choose(&found, Some((13, here)), by_content),
            Err(ClusterError::OtherVersion { wanted: 13, .. })
        ));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let root = tempfile::tempdir().unwrap();
        assert!(matches!(choose(&[], None, by_content), Err(ClusterError::NotInstalled)));
        let old = installed(root.path(), 14, &SET);
        assert!(matches!(choose(&[old], None, by_content), Err(ClusterError::TooOld { found: 14, .. })));
        let half = installed(root.path(), 15, &["postgres", "initdb"]);
        assert!(matches!(
            choose(&[half], None, by_content),
            Err(ClusterError::Incomplete { missing: "pg_ctl", .. })
        ));
    }
}

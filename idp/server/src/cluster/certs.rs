//! The cluster's own small certificate authority and the server's certificate, renewed before they end.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{Datelike as _, Days, NaiveDate};
use gatehouse_domain::time::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::account::Account;
use super::error::{ClusterError, file};
use super::folder::{Layout, write, write_for};

const CA_DAYS: u64 = 3650;
const LEAF_DAYS: u64 = 397;
/// A certificate with fewer days left than this is replaced at the next start.
const RENEW_DAYS: u64 = 60;
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The server's certificate and key, in the server account's folder.
#[derive(Debug)]
pub(super) struct ServerFiles {
    pub(super) cert: PathBuf,
    pub(super) key: PathBuf,
}

/// Makes what is missing or near its end; the rest stays as it is.
pub(super) fn ensure(layout: &Layout, account: Account, now: Timestamp) -> Result<ServerFiles, ClusterError> {
    let today = now.date_naive();
    let files = ServerFiles { cert: layout.home().join("server.pem"), key: layout.home().join("server.key") };
    let ca_key_path = layout.root.join("ca.key");
    let ca_end = layout.root.join("ca.expires");
    let leaf_end = layout.root.join("server.expires");
    let params = authority(today)?;
    let fresh_ca = !(layout.ca().exists() && ca_key_path.exists() && outlasts(&ca_end, today, LEAF_DAYS));
    let key = if fresh_ca {
        let key = KeyPair::generate()?;
        write(&ca_key_path, key.serialize_pem().as_bytes(), 0o600)?;
        write(&layout.ca(), params.self_signed(&key)?.pem().as_bytes(), 0o644)?;
        note_end(&ca_end, today, CA_DAYS)?;
        key
    } else {
        KeyPair::from_pem(&fs::read_to_string(&ca_key_path).map_err(file("read", &ca_key_path))?)?
    };
    let whole = files.cert.exists() && files.key.exists() && outlasts(&leaf_end, today, RENEW_DAYS);
    if fresh_ca || !whole {
        let leaf_key = KeyPair::generate()?;
        let leaf = leaf(today)?.signed_by(&leaf_key, &Issuer::new(params, key))?;
        write_for(&files.key, leaf_key.serialize_pem().as_bytes(), 0o600, account)?;
        write_for(&files.cert, leaf.pem().as_bytes(), 0o644, account)?;
        note_end(&leaf_end, today, LEAF_DAYS)?;
    }
    Ok(files)
}

/// The authority's parameters. Its name never changes, so that a certificate signed later by the same key chains up.
fn authority(today: NaiveDate) -> Result<CertificateParams, ClusterError> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, "Gatehouse private cluster");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_life(&mut params, today, CA_DAYS);
    Ok(params)
}

fn leaf(today: NaiveDate) -> Result<CertificateParams, ClusterError> {
    let mut params = CertificateParams::new(NAMES.map(str::to_owned))?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_life(&mut params, today, LEAF_DAYS);
    Ok(params)
}

/// Begins the day before, so that no time zone or small clock error makes a certificate not yet valid.
fn set_life(params: &mut CertificateParams, today: NaiveDate, days: u64) {
    let date = |day: NaiveDate| {
        let month = u8::try_from(day.month()).unwrap_or(1);
        date_time_ymd(day.year(), month, u8::try_from(day.day()).unwrap_or(1))
    };
    params.not_before = date(today.checked_sub_days(Days::new(1)).unwrap_or(today));
    params.not_after = date(end(today, days));
}

fn end(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_add_days(Days::new(days)).unwrap_or(today)
}

fn note_end(path: &Path, today: NaiveDate, days: u64) -> Result<(), ClusterError> {
    write(path, end(today, days).to_string().as_bytes(), 0o644)
}

/// Whether the day noted in `path` is more than `days` away; an unreadable note counts as the end.
fn outlasts(path: &Path, today: NaiveDate, days: u64) -> bool {
    fs::read_to_string(path)
        .ok()
        .and_then(|text| text.trim().parse::<NaiveDate>().ok())
        .is_some_and(|noted| noted > end(today, days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        format!("{day}T12:00:00Z").parse().unwrap()
    }

    fn read(layout: &Layout) -> (String, String) {
        (
            fs::read_to_string(layout.ca()).unwrap(),
            fs::read_to_string(layout.home().join("server.pem")).unwrap(),
        )
    }

    #[test]
    fn certificates_are_kept_until_they_near_their_end() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path());
        fs::create_dir(layout.home()).unwrap();
        let make = |day| {
            ensure(&layout, Account::Same, at(day)).unwrap();
            read(&layout)
        };
        let (ca, server) = make("2030-01-01");
        assert_eq!(make("2030-06-01"), (ca.clone(), server.clone()));

        let (same_ca, renewed) = make("2031-01-01");
        assert_eq!(same_ca, ca);
        assert_ne!(renewed, server);

        let (new_ca, new_server) = make("2039-06-01");
        assert_ne!(new_ca, ca);
        assert_ne!(new_server, renewed);
    }
}

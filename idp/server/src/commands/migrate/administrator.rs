//! The administrator's login, from a `postgres://` address.

use std::str::FromStr as _;

use anyhow::{Context as _, bail, ensure};
use gatehouse_domain::secret::Secret;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use crate::cli::Migrate;
use crate::config::{Database, Transport};

/// How the administrator connects, if a login was given: to the configured database, with the server's identity verified.
pub(super) fn login(options: &Migrate, database: &Database) -> anyhow::Result<Option<PgConnectOptions>> {
    let address = match (&options.bootstrap, &options.bootstrap_file) {
        (Some(url), _) => Secret::new(url.clone()),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            Secret::new(text.trim().to_owned())
        }
        (None, None) => return Ok(None),
    };
    checked(&address, database).map(Some)
}

fn checked(address: &Secret<String>, database: &Database) -> anyhow::Result<PgConnectOptions> {
    // Neither parser's complaint is shown: it may quote the password.
    let url = Url::parse(address.expose()).ok();
    let Some(url) = url.filter(|url| matches!(url.scheme(), "postgres" | "postgresql")) else {
        bail!("the administrator's login is not a postgres:// address");
    };
    let Ok(options) = PgConnectOptions::from_str(address.expose()) else {
        bail!("the administrator's login is not a postgres:// address");
    };
    // Roles get their rights on the database that is connected to: another one must not get them by mistake.
    let named = url.path().trim_start_matches('/');
    ensure!(
        named.is_empty() || options.get_database() == Some(database.name.as_str()),
        "the administrator's login is for another database than database.name ({}) of the configuration",
        database.name
    );
    let options = options.database(&database.name);
    if options.get_socket().is_some() {
        return Ok(options);
    }
    let given = |wanted: &str| url.query_pairs().any(|(name, _)| name == wanted);
    let (mode, authority) =
        (given("sslmode") || given("ssl-mode"), given("sslrootcert") || given("ssl-root-cert"));
    ensure!(
        !mode || matches!(options.get_ssl_mode(), PgSslMode::VerifyFull),
        "the administrator's login has another sslmode than verify-full, which alone protects its password"
    );
    let options = options.ssl_mode(PgSslMode::VerifyFull);
    match &database.transport {
        Transport::Tls { ca_file, .. } if !authority => Ok(options.ssl_root_cert(ca_file)),
        _ => Ok(options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(address: &str) -> Result<PgConnectOptions, String> {
        let transport = Transport::Tls { host: "db".to_owned(), port: 5432, ca_file: "/etc/ca.pem".into() };
        let database = Database {
            transport,
            name: "gatehouse".to_owned(),
            user: "gatehouse_app".to_owned(),
            password: None,
            pool_size: 8,
            migrator_password_file: None,
        };
        checked(&Secret::new(address.to_owned()), &database).map_err(|error| error.to_string())
    }

    #[test]
    fn the_way_is_verified_and_the_database_is_the_configured_one() {
        for address in [
            "postgres://admin:hidden@db.internal",
            "postgres://admin:hidden@db.internal/gatehouse",
            "postgresql://admin:hidden@db.internal:6543/gatehouse?sslmode=verify-full&sslrootcert=/ca.pem",
        ] {
            let options = login(address).unwrap();
            assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull), "{address}");
            assert_eq!(options.get_database(), Some("gatehouse"), "{address}");
            assert_eq!(options.get_username(), "admin", "{address}");
        }
        let socket = login("postgres:///gatehouse?host=/run/postgresql&user=postgres").unwrap();
        assert!(socket.get_socket().is_some());
    }

    #[test]
    fn other_addresses_are_refused_without_their_password() {
        for (address, reason) in [
            ("admin:hidden@db.internal", "not a postgres:// address"),
            ("mysql://admin:hidden@db.internal", "not a postgres:// address"),
            ("postgres://admin:hidden@db.internal:port/x", "not a postgres:// address"),
            ("postgres://admin:hidden@db.internal/postgres", "another database"),
            ("postgres://admin:hidden@db.internal/gatehouse?sslmode=require", "verify-full"),
            ("postgres://admin:hidden@db.internal/gatehouse?sslmode=disable", "verify-full"),
        ] {
            let refused = login(address).unwrap_err();
            assert!(refused.contains(reason), "{address}: {refused}");
            assert!(!refused.contains("hidden"), "{refused}");
        }
    }
}

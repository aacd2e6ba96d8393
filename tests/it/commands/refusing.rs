//! What `gatehouse serve` does not start on.

use sqlx::AssertSqlSafe;

use super::installation::{APP_PASSWORD, Installation, MIGRATOR_PASSWORD, access};
use super::program::refusal;

#[tokio::test]
async fn unsafe_or_mistaken_settings_are_one_sentence_with_file_and_key() {
    let installation = Installation::empty("unsafe").await;
    let good = installation.configuration();
    let file = installation.path("gatehouse.toml");
    let ca = format!("ca_file = \"{}\"\n", access().ca_pem.display());
    for (old, new, key, reason) in [
        ("https://", "http://", "base_url", "expected an https:// address"),
        ("base_url", "bass_url", "bass_url", "unknown key; known here: base_url, "),
        ("pool_size", "pool", "database.pool", "unknown key; known here: host, "),
        ("[keys]\nkek_file = \"kek\"\n", "", "keys.kek", "missing: the key-encryption key"),
        ("kek_file = \"kek\"", "kek = \"c2hvcnQ=\"", "keys.kek", "expected 32 random bytes"),
        ("kek_file = \"kek\"", "kek_file = \"kek\"\nkek = \"canary\"", "keys.kek", "given twice"),
        ("kek_file = \"kek\"", "kek_file = \"nowhere\"", "keys.kek_file", "cannot read "),
        ("password_file", "password = \"canary\"\npassword_file", "database.password", "given twice"),
        (
            "migrator_password_file",
            "migrator_password",
            "database.migrator_password",
            "`gatehouse migrate` alone",
        ),
        ("[keys]", "sslmode = \"require\"\n[keys]", "database.sslmode", "only verify-full protects"),
        (&ca, "", "database.ca_file", "missing: the certificate (PEM)"),
        (
            "listen = \"127.0.0.1:0\"\n[tls]",
            "trusted_proxies = [\"0.0.0.0/0\"]\n[tls]",
            "trusted_proxies",
            "forge",
        ),
        ("key_file = \"tls.key\"\n", "", "tls.key_file", "missing: tls.cert_file needs"),
        ("threads = 1", "memory_kib = 1024", "passwords.memory_kib", "too cheap to guess"),
    ] {
        let text = good.replacen(old, new, 1);
        assert_ne!(text, good, "{old}");
        installation.write("gatehouse.toml", &text);
        let refused = refusal(&installation.run(&["serve"], &[]).await);
        assert!(refused.contains(&format!("`{key}`")) && refused.contains(reason), "{old}: {refused}");
        let missing = reason.starts_with("missing");
        assert!(missing || refused.starts_with(file.to_str().unwrap()), "{refused}");
        for secret in ["canary", "c2hvcnQ=", APP_PASSWORD, MIGRATOR_PASSWORD, &installation.kek] {
            assert!(!refused.contains(secret), "{refused}");
        }
    }
    let nowhere = installation.path("gatehouse.toml");
    std::fs::remove_file(&nowhere).unwrap();
    let refused = refusal(&installation.run(&["serve"], &[]).await);
    assert!(refused.starts_with(&format!("Cannot read {}: ", nowhere.display())), "{refused}");
}

#[tokio::test]
async fn a_database_that_would_not_hold_tenants_apart_is_refused() {
    let installation = Installation::empty("unready").await;
    installation.bootstrap().await;
    let mut admin = installation.admin().await;
    let access = access();
    let superuser = [
        ("GATEHOUSE_DATABASE__USER", access.user.as_str()),
        ("GATEHOUSE_DATABASE__PASSWORD", access.password.expose()),
    ];
    let migrator = [
        ("GATEHOUSE_DATABASE__USER", "gatehouse_migrator"),
        ("GATEHOUSE_DATABASE__PASSWORD", MIGRATOR_PASSWORD),
    ];
    let wrong = [("GATEHOUSE_DATABASE__PASSWORD", "not the one")];
    for (sql, env, reason) in [
        ("", superuser.as_slice(), "the database role postgres is a superuser; the server runs only as"),
        ("", migrator.as_slice(), "gatehouse_migrator is a member of another role; the server runs only as"),
        ("", wrong.as_slice(), "password authentication failed for user \"gatehouse_app\""),
        (
            "ALTER TABLE cell.tenants OWNER TO gatehouse_app",
            &[],
            "gatehouse_app owns the product's schemas or tables; the server runs only as",
        ),
        (
            "ALTER TABLE cell.tenants OWNER TO gatehouse_owner;
             ALTER TABLE cell.tenants NO FORCE ROW LEVEL SECURITY",
            &[],
            "table cell.tenants has no forced row security; run `gatehouse migrate`",
        ),
        (
            "ALTER TABLE cell.tenants FORCE ROW LEVEL SECURITY;
             DELETE FROM gatehouse.migrations WHERE set_name = 'cell'",
            &[],
            "19 migrations are pending, the first is cell/0001_tenants; run `gatehouse migrate`",
        ),
        ("DROP SCHEMA gatehouse CASCADE", &[], "the first is base/0001_scope; run `gatehouse migrate`"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
        let refused = refusal(&installation.run(&["serve"], env).await);
        assert!(refused.contains(reason), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn what_the_machine_lacks_is_one_sentence() {
    let installation = Installation::migrated("machine").await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (variable, key) in
        [("GATEHOUSE_LISTEN", "listen"), ("GATEHOUSE_MANAGEMENT__LISTEN", "management.listen")]
    {
        let refused = refusal(&installation.run(&["serve"], &[(variable, &address)]).await);
        let sentence = format!("{key}: {address} cannot be listened on: Address already in use");
        assert!(refused.starts_with(&sentence), "{refused}");
    }
    installation.write("tls.key", "no key");
    let refused = refusal(&installation.run(&["serve"], &[]).await);
    assert!(refused.starts_with("tls.cert_file and tls.key_file: "), "{refused}");
}

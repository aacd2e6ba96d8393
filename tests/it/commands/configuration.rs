//! `gatehouse config check`.

use super::installation::{APP_PASSWORD, Installation, MIGRATOR_PASSWORD};
use super::program::{refusal, said};

#[tokio::test]
async fn all_that_will_be_used_is_printed_but_no_secret() {
    let installation = Installation::empty("check").await;
    let printed = said(&installation.run(&["config", "check"], &[]).await);
    for line in [
        "base_url = \"https://id.example.test\"",
        "database.sslmode = \"verify-full\"",
        "database.user = \"gatehouse_app\"",
        "database.password = \"(hidden)\"",
        "database.pool_size = \"4\"",
        "keys.kek = \"(hidden)\"",
        "passwords.memory_kib = \"19456\"",
        "limits.shutdown_seconds = \"5\"",
        "log.format = \"json\"",
        "outbound.allow_loopback = \"false\"",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
    for secret in [APP_PASSWORD, MIGRATOR_PASSWORD, &installation.kek] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[tokio::test]
async fn the_environment_wins_over_the_file_and_is_checked_alike() {
    let installation = Installation::empty("check_environment").await;
    let kek = installation.kek.as_str();
    let env = [("GATEHOUSE_DATABASE__POOL_SIZE", "9"), ("GATEHOUSE_KEYS__KEK", kek)];
    let printed = said(&installation.run(&["config", "check"], &env).await);
    assert!(printed.contains("database.pool_size = \"9\"\n"), "{printed}");
    for (variable, value, reason) in [
        ("GATEHOUSE_DATABASE__POOL_SIZE", "many", "GATEHOUSE_DATABASE__POOL_SIZE: expected a whole number."),
        ("GATEHOUSE_DATABASE__POOLSIZE", "9", "GATEHOUSE_DATABASE__POOLSIZE: unknown key"),
        ("GATEHOUSE_LOG__FILTER", "a=b=c", "GATEHOUSE_LOG__FILTER: expected levels by target"),
    ] {
        let refused = refusal(&installation.run(&["config", "check"], &[(variable, value)]).await);
        assert!(refused.starts_with(reason), "{refused}");
    }
}

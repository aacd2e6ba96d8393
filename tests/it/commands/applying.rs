//! `gatehouse apply` on production.

use serde_json::Value;

use super::installation::Installation;
use super::program::{refusal, said};

/// A client secret as production wants it.
pub(super) const SECRET: &str = "canary-4c1d6f0a2b9e8d7c6b5a49382716";
/// The password of alice.
pub(super) const PASSWORD: &str = "canary of a long password";
/// The variables that the file's secrets come from.
pub(super) const APPS: &[(&str, &str)] = &[("SVC_SECRET", SECRET), ("ALICE_PASSWORD", PASSWORD)];
/// A small world.
pub(super) const WORLD: &str = r#"version: 1
tenants:
  - slug: acme
    name: Acme
    domains: [{ name: acme.example, verified: true }]
    apps:
      - client_id: svc
        type: confidential
        secret_env: SVC_SECRET
        grants: [client_credentials]
        introspect: true
      - client_id: web
        type: public
        grants: [authorization_code, refresh_token]
        redirect_uris: ["https://web.example/cb"]
        scopes: [openid, offline_access]
    members:
      - { email: alice@acme.example, name: Alice, password_env: ALICE_PASSWORD, roles: [owner] }
"#;

#[tokio::test]
async fn a_file_is_shown_then_applied_then_holds() {
    let installation = Installation::migrated("applying").await;
    installation.write("world.yaml", WORLD);
    let dry = said(&installation.run(&["apply", "world.yaml", "--dry-run"], APPS).await);
    assert!(dry.contains("\n  + app svc\n") && dry.contains("\n  + member alice@acme.example\n"), "{dry}");
    assert!(dry.ends_with("; dry run, nothing was written\n") && !dry.contains("canary"), "{dry}");
    assert_eq!(tenants(&installation).await, 0);

    let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let first = json(said(&installation.run(&["apply", "world.yaml", "--json"], APPS).await));
    assert!(!first.to_string().contains("canary"), "{first}");
    assert_eq!(first["made"]["tenants"][0]["issuer"], "https://id.example.test/t/acme");
    let second = json(said(&installation.run(&["apply", "world.yaml", "--json"], APPS).await));
    assert_eq!(first["made"], second["made"], "the ids stay");
    let again = said(&installation.run(&["apply", "world.yaml"], APPS).await);
    assert!(again.starts_with("0 created, 0 updated, 0 removed, "), "{again}");

    // Without its app, and with leave to take away what is not named.
    let alone: String = WORLD
        .lines()
        .filter(|line| !line.starts_with("      ") || line.contains("- { email"))
        .collect::<Vec<_>>()
        .join("\n");
    installation.write("world.yaml", &alone.replace("    apps:", "    apps: []"));
    let left = said(&installation.run(&["apply", "world.yaml"], APPS).await);
    assert!(left.contains("\n  ? app svc\n"), "{left}");
    let pruned = said(&installation.run(&["apply", "world.yaml", "--prune"], APPS).await);
    assert!(pruned.contains("\n  - app svc\n") && pruned.contains(" 2 removed"), "{pruned}");
}

async fn tenants(installation: &Installation) -> i64 {
    let mut admin = installation.admin().await;
    sqlx::query_scalar("SELECT count(*) FROM cell.tenants").fetch_one(&mut admin).await.unwrap()
}

#[tokio::test]
async fn a_mistake_is_named_by_line_and_key_and_changes_nothing() {
    let installation = Installation::migrated("applying_refused").await;
    let file = installation.path("world.yaml");
    let short = &[("SVC_SECRET", "canary-too-short"), ("ALICE_PASSWORD", PASSWORD)];
    for (text, env, place, reason) in [
        (
            WORLD.to_owned(),
            short.as_slice(),
            "line 9: tenants[0].apps[0].secret_env: ",
            "at least 32 random characters",
        ),
        (WORLD.to_owned(), &[], "line 9: tenants[0].apps[0].secret_env: ", "not set"),
        (WORLD.replace("introspect", "inspect"), APPS, "line 11: tenants[0].apps[0].inspect: ", "unknown"),
        (WORLD.replace("version: 1", "version: 2"), APPS, "line 1: version: ", "1"),
    ] {
        installation.write("world.yaml", &text);
        let refused = refusal(&installation.run(&["apply", file.to_str().unwrap()], env).await);
        let place = format!("{}, {place}", file.display());
        assert!(refused.starts_with(&place) && refused.contains(reason), "{refused}");
        assert!(!refused.contains("canary"), "{refused}");
    }
    let refused = refusal(&installation.run(&["apply", "nowhere.yaml"], APPS).await);
    assert!(refused.starts_with("nowhere.yaml cannot be read: "), "{refused}");
    assert_eq!(tenants(&installation).await, 0);
}

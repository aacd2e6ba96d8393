//! Runs: the difference, its events, pruning, interruption.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use gatehouse_domain::ids::TenantId;
use gatehouse_domain::tenant::{CellName, TenantRef};
use gatehouse_flows::apply::{Applied, ApplyError, ApplyOptions, Fate, Object, Trust};
use gatehouse_store::{NoTrail, Scope, Trail, directory};

use super::world::{DRY, PRUNE, World, read};

/// A file with one of everything. Its secrets are canaries.
const FULL: &str = r##"
version: 1
platform:
  resources: [{ identifier: "https://api.example", scopes: [read, write] }]
  apps:
    - { client_id: portal, name: Portal, type: public, grants: [authorization_code, refresh_token],
        redirect_uris: ["https://portal.example/cb"], scopes: [openid, read], resources: ["https://api.example"] }
    - { client_id: meter, type: confidential, secret: canary-secret-meter, grants: [client_credentials] }
tenants:
  - slug: acme
    name: Acme
    domains: [{ name: acme.test, verified: true }, { name: acme.example }]
    policy: { session_idle: 1h, token_alg: EdDSA }
    branding: { primary: "#0b5fff", product_name: Acme }
    resources: [{ identifier: "urn:acme:orders", scopes: [orders] }]
    platform_apps: [portal]
    apps:
      - { client_id: web, type: public, grants: [authorization_code], redirect_uris: ["https://web.example/cb"] }
      - { client_id: svc, type: confidential, secret: canary-secret-svc, grants: [client_credentials],
          introspect: true, resources: ["urn:acme:orders"] }
    members:
      - { email: ann@acme.test, name: Ann, password: canary-password-ann, roles: [owner] }
      - { email: ben@acme.test, name: Ben, roles: [admin, auditor] }
"##;

/// The same tenant with hardly anything.
const BARE: &str = r#"
version: 1
platform: { resources: [], apps: [] }
tenants:
  - slug: acme
    name: Acme
    domains: []
    resources: []
    platform_apps: []
    apps: []
    members: [{ email: ann@acme.test, name: Ann, roles: [owner] }]
"#;

fn fate(applied: &Applied, object: Object, name: &str) -> Fate {
    let all = applied.sections.iter().flat_map(|section| &section.differences);
    all.into_iter().find(|difference| difference.object == object && difference.name == name).unwrap().fate
}

#[tokio::test]
async fn the_second_run_changes_nothing() {
    let world = World::new("apply_twice").await;
    let first = world.apply(FULL).await;
    assert_eq!(first.count(Fate::Created), 14, "{first}");
    let before = world.everything().await;
    let second = world.run(FULL, Trust::Dev, PRUNE).await.unwrap();
    assert!(!second.has_changes(), "{second}");
    assert_eq!(before, world.everything().await);
    let [first, second] = [first, second].map(|applied| serde_json::to_value(applied.made).unwrap());
    assert_eq!(first, second);
    let acme = &first["tenants"][0];
    assert_eq!(acme["issuer"], "http://localhost:8080/t/acme");
    assert_eq!(acme["discovery"], "http://localhost:8080/t/acme/.well-known/openid-configuration");
    for (path, prefix) in [
        ("/tenants/0/id", "tnt_"),
        ("/tenants/0/apps/1/id", "app_"),
        ("/tenants/0/resources/0/id", "res_"),
        ("/tenants/0/domains/0/id", "dom_"),
        ("/tenants/0/members/1/id", "mem_"),
        ("/tenants/0/members/1/identity", "idn_"),
        ("/platform/apps/0/id", "app_"),
    ] {
        let id = first.pointer(path).and_then(|id| id.as_str()).unwrap_or_default();
        assert!(id.starts_with(prefix), "{path}: {id:?}");
    }
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let world = World::new("apply_dry").await;
    let empty = world.everything().await;
    let shown = world.run(FULL, Trust::Dev, DRY).await.unwrap();
    assert_eq!(shown.count(Fate::Created), 14, "{shown}");
    assert_eq!(empty, world.everything().await);
    assert!(shown.to_string().contains("nothing was written"), "{shown}");
    assert!(serde_json::to_value(&shown.made).unwrap()["tenants"][0]["id"].is_null());

    world.apply(FULL).await;
    let full = world.everything().await;
    let shown = world.run(BARE, Trust::Dev, DRY).await.unwrap();
    assert!(shown.count(Fate::Removed) > 0, "{shown}");
    assert_eq!(full, world.everything().await);
}

#[tokio::test]
async fn only_pruning_takes_away() {
    let world = World::new("apply_prune").await;
    world.apply(FULL).await;
    let kept = world.apply(BARE).await;
    assert!(!kept.has_changes() && kept.count(Fate::Unnamed) == 10, "{kept}");
    assert!(kept.to_string().contains("--prune"), "{kept}");

    let pruned = world.run(BARE, Trust::Dev, PRUNE).await.unwrap();
    assert_eq!((pruned.count(Fate::Removed), pruned.count(Fate::Unnamed)), (10, 0), "{pruned}");
    for (what, left) in [
        ("cell.apps WHERE status = 'active'", 0),
        ("cell.apps", 2),
        ("directory.apps WHERE status = 'active'", 0),
        ("cell.domains", 0),
        ("directory.domains", 0),
        ("cell.entitlements", 0),
        ("cell.resources", 0),
        ("directory.resources", 0),
        ("cell.members WHERE status = 'active'", 1),
        ("cell.members WHERE status = 'removed' AND roles = '{}'", 1),
        ("cell.memberships WHERE status = 'removed'", 1),
    ] {
        assert_eq!(world.count(what).await, left, "{what}");
    }
    let again = world.run(BARE, Trust::Dev, PRUNE).await.unwrap();
    assert!(!again.has_changes(), "{again}");

    let members = world.texts("SELECT id::text FROM cell.members ORDER BY id").await;
    let back = world.apply(FULL).await;
    assert_eq!(fate(&back, Object::App, "web"), Fate::Updated, "{back}");
    assert_eq!(members, world.texts("SELECT id::text FROM cell.members ORDER BY id").await);
    assert_eq!(world.count("cell.members WHERE status = 'active'").await, 2);
}

#[tokio::test]
async fn changes_are_shown_and_made_one_by_one() {
    let world = World::new("apply_changes").await;
    world.apply(FULL).await;
    let changed = FULL
        .replace("https://web.example/cb", "https://web.example/callback")
        .replace("canary-secret-svc", "canary-secret-new")
        .replace("session_idle: 1h", "session_idle: 2h")
        .replace("{ name: acme.example }", "{ name: acme.example, verified: true }")
        .replace("roles: [admin, auditor]", "roles: [auditor]")
        .replace("name: Ben", "name: Benedict");
    let applied = world.apply(&changed).await;
    assert_eq!((applied.count(Fate::Updated), applied.count(Fate::Created)), (5, 0), "{applied}");
    let text = applied.to_string();
    for line in [
        "redirect_uris: [https://web.example/cb] -> [https://web.example/callback]",
        "session_idle: 1h -> 2h",
        "state: pending -> verified",
        "roles: [admin, auditor] -> [auditor]",
        "name: Ben -> Benedict",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert_eq!(world.count("cell.app_secrets").await, 1);
    assert_eq!(world.count("directory.domains").await, 2);
    let epochs = "SELECT client_id || epoch FROM cell.apps ORDER BY client_id";
    assert_eq!(
        world.texts(epochs).await,
        ["svc2", "web2"],
        "a new secret and new addresses end what was issued"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_applied_changes_nothing() {
    let world = World::new("apply_refused").await;
    world.apply(FULL).await;
    let before = world.everything().await;
    let good = "version: 1\nplatform: { apps: [{ client_id: new, type: public, grants: [] }] }\ntenants:\n  - slug: other\n    name: Other\n";
    for (bad, key, words) in [
        ("    domains: [{ name: acme.test, verified: true }]\n", "domains[0].name", "another tenant"),
        ("    platform_apps: [nothing]\n", "platform_apps[0]", "no app nothing"),
        (
            "    apps: [{ client_id: svc, type: confidential, grants: [client_credentials] }]\n",
            "apps[0].client_id",
            "secret",
        ),
        (
            "    apps: [{ client_id: a, type: public, grants: [], resources: [\"urn:acme:orders\"] }]\n",
            "apps[0].client_id",
            "does not exist",
        ),
    ] {
        let text = format!("{good}{bad}");
        let Err(ApplyError::Refused(refused)) = world.run(&text, Trust::Dev, PRUNE).await else {
            panic!("accepted: {text}")
        };
        assert_eq!((refused.problem.line, refused.problem.key), (6, format!("tenants[0].{key}")));
        assert!(refused.problem.text.contains(words), "{}", refused.problem.text);
        assert_eq!(before, world.everything().await, "{text}");
    }
    assert!(read(&FULL.replace("slug: acme", "slog: acme"), Trust::Dev).is_err());
}

#[tokio::test]
async fn an_interrupted_run_is_completed() {
    let world = World::new("apply_interrupted").await;
    // A run that ended between directory and cell.
    let store = world.store().await;
    let mut tx = store.directory().write(Scope::platform(), "test").await.unwrap();
    let id: TenantId = "tnt_01h455vb4pex5vsknk084sn02q".parse().unwrap();
    let at = TenantRef { id, slug: "acme".parse().unwrap(), cell: CellName::pool() };
    let now = world.idp.now();
    assert_eq!(
        directory::reserve_tenant(&mut tx, &at, false, now).await.unwrap(),
        gatehouse_store::Insertion::Done
    );
    tx.commit(Trail::none(NoTrail::PartOf)).await.unwrap();

    let file = read(FULL, Trust::Dev).unwrap();
    let mut runs = 0_usize;
    let applied = loop {
        let mut run = pin!(world.idp.apply(&file, ApplyOptions::default()));
        let mut polls = 0;
        runs += 1;
        let ended = poll_fn(|cx| {
            polls += 1;
            if polls > 10 + 7 * runs { Poll::Ready(None) } else { run.as_mut().poll(cx).map(Some) }
        });
        if let Some(applied) = ended.await {
            break applied.unwrap();
        }
    };
    assert!(runs > 3, "the run was never interrupted");
    assert_eq!(applied.made.tenants[0].id, Some(id));
    let last = world.apply(FULL).await;
    assert!(!last.has_changes(), "{last}");
    for (what, there) in [
        ("directory.tenants", 1),
        ("cell.tenants", 1),
        ("cell.apps", 2),
        ("directory.apps", 2),
        ("cell.app_secrets", 1),
        ("cell.domains", 2),
        ("directory.domains", 1),
        ("cell.members", 2),
        ("cell.identities", 2),
        ("cell.addresses", 2),
        ("cell.credentials", 1),
        ("audit.events WHERE kind = 'identity.created'", 2),
        ("audit.events WHERE kind = 'member.changed' AND stream_kind = 't'", 2),
    ] {
        assert_eq!(world.count(what).await, there, "{what}");
    }
}

#[tokio::test]
async fn every_change_has_its_event_and_no_event_or_output_has_a_secret() {
    let world = World::new("apply_events").await;
    let applied = world.apply(FULL).await;
    let kinds = world
        .texts("SELECT stream_kind || ' ' || kind || ' ' || count(*) FROM audit.events GROUP BY stream_kind, kind ORDER BY 1")
        .await;
    assert_eq!(
        kinds,
        [
            "i credential.changed 1",
            "i email.claimed 2",
            "i identity.created 2",
            "i member.changed 2",
            "p config.changed 4",
            "t config.changed 8",
            "t key.changed 2",
            "t member.changed 2",
        ]
    );
    let records = world.texts("SELECT encode(record, 'escape') FROM audit.events").await;
    assert!(
        records
            .iter()
            .any(|record| record.contains(r#""change":"created""#) && record.contains("web.example"))
    );
    assert!(
        records
            .iter()
            .filter(|record| record.contains("config.changed"))
            .all(|record| record.contains("operator"))
    );
    assert!(!records.iter().any(|record| record.contains("ann@acme.test")), "an address stands in clear");
    let told = format!("{applied} {} {applied:?}", applied.to_json());
    let stored = world.everything().await.join("\n");
    for canary in ["canary-secret", "canary-password", "canary-s", "canary-p"] {
        let hex: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
        for shape in [canary.to_owned(), data_encoding::BASE64.encode(canary.as_bytes()), hex] {
            assert!(!told.contains(&shape) && !stored.contains(&shape), "{shape}");
        }
    }
    assert!(told.contains("fingerprint"));
}

#[tokio::test]
async fn tenants_that_the_file_does_not_name_are_only_listed() {
    let world = World::new("apply_unnamed").await;
    world.apply(FULL).await;
    let before = world.everything().await;
    let applied = world.run("version: 1\ntenants: []\n", Trust::Dev, PRUNE).await.unwrap();
    assert!(!applied.has_changes());
    assert!(applied.to_string().contains("left alone: acme"), "{applied}");
    assert_eq!(before, world.everything().await);
}

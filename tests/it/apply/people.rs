//! People: who an address belongs to, and who may decide for them.

use gatehouse_domain::secret::Secret;
use gatehouse_flows::apply::{ApplyError, ApplyOptions, DEMO_PASSWORD, Fate, Trust};
use gatehouse_keys::password::{Against, PasswordHash, Verdict};

use super::world::{PRUNE, World};

fn tenant(slug: &str, members: &str) -> String {
    format!("version: 1\ntenants:\n  - slug: {slug}\n    name: Some\n    members: {members}\n")
}

#[tokio::test]
async fn the_demo_world_is_made_once_and_proven() {
    let world = World::new("apply_demo").await;
    let first = world.idp.make_demo_world().await.unwrap();
    assert!(first.has_changes());
    let before = world.everything().await;
    let second = world.idp.make_demo_world().await.unwrap();
    assert!(!second.has_changes(), "{second}");
    assert_eq!(before, world.everything().await);

    let members = world
        .texts(
            "SELECT t.slug || ' ' || a.address || ' ' || m.status || ' ' || array_to_string(m.roles, ',')
             FROM cell.members AS m JOIN directory.tenants AS t ON t.id = m.tenant_id
             JOIN cell.addresses AS a ON a.identity_id = m.identity_id AND a.state = 'verified' ORDER BY 1",
        )
        .await;
    assert_eq!(
        members,
        [
            "acme alice@acme.test active owner",
            "acme carol@consult.test active member",
            "globex bob@globex.test active owner",
            "globex carol@consult.test active member",
        ]
    );
    assert_eq!(world.count("cell.identities").await, 3);
    let ledger =
        "SELECT DISTINCT address || ' ' || state || ' ' || method FROM cell.address_evidence ORDER BY 1";
    let moves = ["claimed operator", "pending proof_sent", "verified dev"];
    let people = gatehouse_flows::apply::DEMO_PEOPLE;
    let told: Vec<_> = people.iter().flat_map(|who| moves.map(|step| format!("{who} {step}"))).collect();
    assert_eq!(world.texts(ledger).await, told, "proven by the functions that every proof goes through");
    assert_eq!(world.count("cell.address_evidence").await, 9);
    let spent = "cell.mailbox_proofs WHERE attempts = 1 AND proven_at IS NOT NULL AND spent_at IS NOT NULL";
    assert_eq!((world.count(spent).await, world.count("cell.mailbox_proofs").await), (3, 3));
    assert_eq!(world.count("audit.events WHERE kind = 'email.verified'").await, 3);
    assert_eq!(world.count("cell.entitlements").await, 4);
    assert_eq!(world.count("cell.apps").await + world.count("directory.apps").await, 6);
    let hashes = world.texts("SELECT secret FROM cell.credentials").await;
    assert_eq!(hashes.len(), 3);
    let pool = gatehouse_keys::password::PasswordPool::start(
        gatehouse_keys::password::PoolOptions::default(),
        std::sync::Arc::new(gatehouse_keys::entropy::SystemRng),
    )
    .unwrap();
    for hash in hashes {
        let hash = PasswordHash::from_stored(hash);
        let verdict = pool.verify(Against::Hash(&hash), Secret::new(DEMO_PASSWORD.to_owned())).await.unwrap();
        assert_ne!(verdict, Verdict::Mismatch);
    }
}

#[tokio::test]
async fn an_unproven_address_in_two_tenants_is_two_people() {
    let world = World::new("apply_unproven").await;
    for slug in ["one", "two"] {
        world
            .run(
                &tenant(slug, "[{ email: Dora@D.test, password: \"long enough\", roles: [owner] }]"),
                Trust::Serve,
                ApplyOptions::default(),
            )
            .await
            .unwrap();
    }
    assert_eq!(world.count("cell.identities").await, 2);
    assert_eq!(world.count("cell.addresses WHERE state = 'claimed'").await, 2);
    let said = "cell.address_evidence WHERE state = 'claimed' AND method = 'operator'";
    assert_eq!(
        (world.count(said).await, world.count("cell.address_evidence").await),
        (2, 2),
        "said, and no more"
    );
    let logins = "SELECT login_address || ' ' || status FROM cell.members";
    assert_eq!(world.texts(logins).await, ["dora@d.test active", "dora@d.test active"]);
    assert_eq!(world.texts("SELECT DISTINCT typed FROM cell.addresses").await, ["Dora@d.test"]);
}

#[tokio::test]
async fn who_has_proven_an_address_decides_alone() {
    let world = World::new("apply_owned").await;
    world.idp.make_demo_world().await.unwrap();
    let before = world.texts("SELECT secret FROM cell.credentials ORDER BY 1").await;
    let file = tenant(
        "third",
        "[{ email: carol@consult.test, password: \"another password\", roles: [admin] }, { email: eve@e.test, roles: [owner] }]",
    );
    let applied = world.run(&file, Trust::Serve, ApplyOptions::default()).await.unwrap();
    let carol = &applied.made.tenants[0].members[0];
    assert_eq!(carol.status, Some(gatehouse_domain::identity::MemberStatus::Invited));
    assert_eq!(before, world.texts("SELECT secret FROM cell.credentials ORDER BY 1").await);
    assert_eq!(world.count("cell.identities").await, 4);
    let again = world.run(&file, Trust::Serve, PRUNE).await.unwrap();
    assert!(!again.has_changes(), "{again}");
    let dev = world.run(&file, Trust::Dev, ApplyOptions::default()).await.unwrap();
    assert_eq!(dev.count(Fate::Updated), 1, "{dev}");
    assert_eq!(before, world.texts("SELECT secret FROM cell.credentials ORDER BY 1").await);
    assert_eq!(world.count("cell.memberships WHERE status = 'active'").await, 6);
}

#[tokio::test]
async fn a_password_is_set_once() {
    let world = World::new("apply_password").await;
    world.apply(&tenant("one", "[{ email: a@a.test, roles: [owner] }]")).await;
    assert_eq!(world.count("cell.credentials").await, 0);
    let with = tenant("one", "[{ email: a@a.test, password: \"first password\", roles: [owner] }]");
    let applied = world.apply(&with).await;
    assert_eq!(applied.count(Fate::Created), 1, "{applied}");
    let hash = world.texts("SELECT secret FROM cell.credentials").await;
    let other = world.apply(&with.replace("first", "second")).await;
    assert!(!other.has_changes(), "{other}");
    assert_eq!(hash, world.texts("SELECT secret FROM cell.credentials").await);
    assert_eq!(world.count("audit.events WHERE kind = 'credential.changed'").await, 1);
}

#[tokio::test]
async fn a_hash_of_another_system_is_taken_as_it_is() {
    let world = World::new("apply_password_hash").await;
    let hash = "$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.";
    let with = tenant("one", &format!("[{{ email: a@a.test, password_hash: \"{hash}\", roles: [owner] }}]"));
    let applied = world.apply(&with).await;
    assert!(!applied.to_string().contains("abcdefgh"), "{applied}");
    assert_eq!(world.texts("SELECT secret FROM cell.credentials").await, [hash]);
    assert!(!world.apply(&with).await.has_changes());
}

#[tokio::test]
async fn the_last_owner_stays() {
    let world = World::new("apply_owner").await;
    world.apply(&tenant("one", "[{ email: a@a.test, roles: [owner] }, { email: b@a.test }]")).await;
    let before = world.everything().await;
    let empty = tenant("one", "[]");
    let Err(ApplyError::Refused(refused)) = world.run(&empty, Trust::Dev, PRUNE).await else {
        panic!("the last owner was pruned")
    };
    assert_eq!((refused.problem.line, refused.problem.key.as_str()), (3, "tenants[0].slug"));
    assert_eq!(before, world.everything().await);

    // A change of hands in one run: the new owner is in before the old one goes.
    let handed = tenant("one", "[{ email: b@a.test, roles: [owner] }]");
    let applied = world.run(&handed, Trust::Dev, PRUNE).await.unwrap();
    assert_eq!((applied.count(Fate::Updated), applied.count(Fate::Removed)), (1, 1), "{applied}");
    let owners = "SELECT login_address FROM cell.members WHERE status = 'active' AND 'owner' = ANY (roles)";
    assert_eq!(world.texts(owners).await, ["b@a.test"]);
}

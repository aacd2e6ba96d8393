//! Invitations by the operator: in a file, and by the commands.

use gatehouse_flows::apply::{ApplyOptions, Checked, Fate, NoSources, Trust};

use super::kit::{acme, serve, states, texts};
use crate::support::World;

const LIST: &str = "    invitations:\n      - { email: new@else.example, role: auditor, name: New }\n      - { email: bob@globex.test }\n";

#[tokio::test]
async fn a_list_is_made_true_once() {
    let world = World::dev().await;
    let dry = Checked::read(&acme(LIST), "test", &NoSources, Trust::Serve).unwrap();
    let dry = world.server.house.idp.apply(&dry, ApplyOptions { dry_run: true, prune: true }).await.unwrap();
    assert_eq!((dry.count(Fate::Created), dry.links.len()), (2, 0), "{dry}");
    assert!(states(&world).await.is_empty());
    let first = serve(&world, &acme(LIST)).await;
    assert!(first.to_string().contains("\n  + invitation new@else.example\n"), "{first}");
    let made = &first.to_json()["made"]["tenants"][0]["invitations"];
    assert!(made[0]["id"].as_str().unwrap().starts_with("inv_"), "{made}");
    assert!(!first.to_json().to_string().contains("gh_ml_") && !format!("{first:?}").contains("gh_ml_"));
    let rows = texts(&world, "SELECT t::text FROM cell.invitations AS t ORDER BY 1").await;
    let again = serve(&world, &acme(LIST)).await;
    assert!(!again.has_changes() && again.links.is_empty(), "{again}");
    assert_eq!(texts(&world, "SELECT t::text FROM cell.invitations AS t ORDER BY 1").await, rows);

    // Another role is another invitation, and the older link is worth nothing.
    let other = serve(&world, &acme(&LIST.replace("auditor", "admin"))).await;
    assert_eq!((other.count(Fate::Updated), other.links.len()), (1, 1), "{other}");
    let alone = acme("    invitations: [{ email: bob@globex.test }]\n");
    let kept = serve(&world, &alone).await;
    assert_eq!(kept.count(Fate::Unnamed), 1, "{kept}");
    let file = Checked::read(&alone, "test", &NoSources, Trust::Serve).unwrap();
    let options = ApplyOptions { dry_run: false, prune: true };
    let pruned = world.server.house.idp.apply(&file, options).await.unwrap();
    assert_eq!(pruned.count(Fate::Removed), 1, "{pruned}");
    assert_eq!(
        states(&world).await,
        [
            "new@else.example auditor revoked",
            "bob@globex.test member pending",
            "new@else.example admin revoked"
        ]
    );
    // A file that speaks of neither members nor invitations leaves them alone.
    let silent = serve(&world, &acme("    platform_apps: all\n")).await;
    assert_eq!(silent.count(Fate::Unnamed), 0, "{silent}");
}

#[tokio::test]
async fn a_member_who_owns_the_address_is_asked() {
    let world = World::dev().await;
    let members = |bob: &str| {
        acme(&format!(
            "    members: [{{ email: alice@acme.test, name: Alice, roles: [owner] }}, {{ email: bob@globex.test, roles: {bob} }}]\n"
        ))
    };
    let file = Checked::read(&members("[admin, auditor]"), "test", &NoSources, Trust::Serve).unwrap();
    let refused = world.server.house.idp.apply(&file, ApplyOptions::default()).await.unwrap_err().to_string();
    assert!(refused.contains("an invitation is to one role"), "{refused}");
    let first = serve(&world, &members("[admin]")).await;
    let made = &first.to_json()["made"]["tenants"][0];
    assert_eq!(made["members"][1]["status"], "invited", "{made}");
    assert_eq!(made["members"][1]["id"], serde_json::Value::Null, "there is no member yet");
    assert_eq!(states(&world).await, ["bob@globex.test admin pending"]);
    let again = serve(&world, &members("[admin]")).await;
    assert!(!again.has_changes(), "{again}");
    // In development nobody has to accept.
    world.apply(&members("[admin]")).await;
    assert_eq!(super::kit::standing(&world, "bob@globex.test").await.as_deref(), Some("active admin"));
}

#[tokio::test]
async fn who_is_a_member_is_not_invited() {
    let world = World::dev().await;
    let listed =
        serve(&world, &acme("    invitations: [{ email: carol@consult.test, role: owner }]\n")).await;
    assert!(!listed.has_changes(), "{listed}");
}

#[tokio::test]
async fn the_last_owner_stays_whoever_is_invited() {
    let world = World::dev().await;
    let text = acme("    members: [{ email: bob@globex.test, roles: [owner] }]\n");
    let file = Checked::read(&text, "test", &NoSources, Trust::Serve).unwrap();
    let options = ApplyOptions { dry_run: false, prune: true };
    let refused = world.server.house.idp.apply(&file, options).await.unwrap_err().to_string();
    assert!(refused.contains("without an active owner"), "{refused}");
    assert!(states(&world).await.is_empty());
}

#[test]
fn a_file_that_makes_no_sense_is_refused() {
    for (of, reason) in [
        ("    invitations: [{ email: a@b.example, role: king }]\n", "role"),
        ("    invitations: [{ email: a@b.example, roles: [owner] }]\n", "roles"),
        ("    invitations: [{ email: not-an-address }]\n", "email"),
        ("    invitations: [{ email: a@b.example, name: \"<b>x</b>\" }]\n", "name"),
        ("    invitations: [{ email: a@b.example, name: \"see https://evil.example\" }]\n", "name"),
        ("    invitations: [{ email: a@b.example }, { email: A@b.example }]\n", "an entry above"),
        (
            "    members: [{ email: a@b.example, roles: [owner] }]\n    invitations: [{ email: a@b.example }]\n",
            "an entry above",
        ),
    ] {
        let refused = Checked::read(&acme(of), "test", &NoSources, Trust::Serve).unwrap_err().to_string();
        assert!(refused.contains(reason), "{of}: {refused}");
    }
}

//! Accounts that were there before their owner: a claim is worth nothing against a proof (LNK-01, LNK-02).

use chrono::TimeDelta;
use gatehouse_domain::time::Clock as _;

use super::kit::{apply, ask, count, silently, sql};
use super::mailed::{GENEROUS, GOOD, Visitor};
use crate::support::World;

/// The attacker's tenant says that somebody else's address is its member's, with a password that the attacker knows.
const TRAP: &str = "
version: 1
tenants:
  - slug: trap
    name: Trap
    members: [ { email: victim@corp.example, name: Not me, password: the password of the attacker, roles: [owner] } ]
    apps:
      - { client_id: demo-web, name: Web, type: public, redirect_uris: ['http://127.0.0.1/callback'],
          grants: [authorization_code, refresh_token], scopes: [openid, profile, email, offline_access] }
";
const VICTIM: &str = "victim@corp.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_of_an_address_gets_an_account_of_their_own() {
    let world = World::with(GENEROUS).await;
    apply(&world, TRAP, false).await;
    let trap = world.issuer("trap");
    let mut attacker = world.agent();
    let asked = attacker.get(&ask(&trap, &[])).await;
    let done = attacker.sign_in(&asked, VICTIM, "the password of the attacker").await;
    assert!(done.param("code").is_some(), "the claim opens the tenant that made it: {}", done.body);

    let mut victim = Visitor::signs_up(&world, &world.platform(), VICTIM).await;
    let home = victim.agent.get(&format!("{}/", world.platform())).await;
    assert!(home.body.contains("Ada Archer") && !home.body.contains("Not me"), "{}", home.body);
    world.work_done().await;
    assert_eq!(world.events("email.claim_evicted").await, 1);
    let owners =
        "(SELECT DISTINCT identity_id FROM cell.addresses WHERE address = 'victim@corp.example') AS o";
    assert_eq!(count(&world, owners).await, 2, "two identities, of which one has the address");
    let left = "cell.addresses WHERE address = 'victim@corp.example' AND state IN ('claimed', 'pending')";
    assert_eq!(count(&world, left).await, 0, "the claim is gone");

    // The attacker's password opens nothing of the victim's, at no door.
    for issuer in [world.platform(), trap.clone()] {
        let mut agent = world.agent();
        let asked = agent.get(&ask(&issuer, &[])).await;
        let no = agent.sign_in(&asked, VICTIM, "the password of the attacker").await;
        assert_eq!(no.complaint().as_deref(), Some("wrong_credentials"), "{issuer}");
    }
    // The session of before is the attacker's own, in the attacker's own tenant.
    assert!(silently(&attacker, &trap).await.is_ok());
    let told = attacker.get(&format!("{}/", world.platform())).await;
    assert!(!told.body.contains("Ada Archer"), "{}", told.body);
    // And the victim is no member of the trap.
    let mut agent = world.agent();
    let asked = agent.get(&ask(&trap, &[])).await;
    let answered = agent.sign_in(&asked, VICTIM, GOOD).await;
    let page = agent.follow(&answered).await;
    assert_eq!(page.complaint().as_deref(), Some("not_a_member"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_that_nobody_proves_end_after_a_week() {
    let world = World::with(GENEROUS).await;
    let file = |members: &str| {
        let head = TRAP.split("    members:").next().unwrap();
        let apps = TRAP.split("    apps:").nth(1).unwrap();
        format!("{head}    members: [ {members} ]\n    apps:{apps}")
    };
    let owner =
        "{ email: owner@trap.example, name: Owner, password: the password of the owner, roles: [owner] }";
    let passing =
        "{ email: passing@trap.example, name: Passing, password: some passing password, roles: [member] }";
    apply(&world, &file(&format!("{owner}, {passing}")), false).await;
    apply(&world, &file(owner), true).await;
    let claims = "cell.addresses WHERE address LIKE '%@trap.example' AND state = 'claimed'";
    world.clock.advance(TimeDelta::days(6));
    world.server.house.idp.tidy().await.unwrap();
    assert_eq!(count(&world, claims).await, 2, "not before its time");
    world.clock.advance(TimeDelta::days(2));
    world.server.house.idp.tidy().await.unwrap();
    assert_eq!(count(&world, claims).await, 0);
    let why = "cell.address_evidence WHERE address LIKE '%@trap.example' AND state = 'retired' AND method = 'unproven'";
    assert_eq!(count(&world, why).await, 2);
    let gone = "cell.identities AS i WHERE status = 'deleted' AND name IS NULL \
        AND NOT EXISTS (SELECT FROM cell.credentials AS c WHERE c.identity_id = i.identity_id)";
    assert_eq!(count(&world, gone).await, 1, "who has nothing else goes with the claim");
    let kinds = world.kinds().await;
    assert_eq!((kinds["i email.retired"], kinds["i identity.deleted"]), (2, 1), "{kinds:?}");
    // The member whose login address it is still signs in at that tenant.
    let mut agent = world.agent();
    let asked = agent.get(&ask(&world.issuer("trap"), &[])).await;
    assert!(
        agent
            .sign_in(&asked, "owner@trap.example", "the password of the owner")
            .await
            .param("code")
            .is_some()
    );
    // The demo world's people have proven theirs.
    assert_eq!(count(&world, "cell.addresses WHERE state = 'verified'").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_nothing_else_goes_when_the_owner_of_the_address_comes() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    apply(&world, TRAP, false).await;
    sql(&world, "UPDATE cell.members SET status = 'removed' WHERE name = 'Not me'").await;
    Visitor::signs_up(&world, &platform, VICTIM).await;
    world.work_done().await;
    let gone = "cell.identities AS i WHERE status = 'deleted' AND name IS NULL \
        AND NOT EXISTS (SELECT FROM cell.credentials AS c WHERE c.identity_id = i.identity_id)";
    assert_eq!(count(&world, gone).await, 1, "name and password are gone with the claim");
    let kinds = world.kinds().await;
    assert_eq!((kinds["i email.claim_evicted"], kinds["i identity.deleted"]), (1, 1), "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_whose_tenant_was_never_made_is_given_up() {
    let world = World::dev().await;
    let reserve = |slug: &str, age: &str| {
        format!(
            "INSERT INTO directory.tenants (id, slug, cell, personal, created_at) \
             VALUES (gen_random_uuid(), '{slug}', 'pool', true, '{}'::timestamptz - interval '{age}')",
            world.clock.now().to_rfc3339()
        )
    };
    sql(&world, &reserve("pold", "2 hours")).await;
    sql(&world, &reserve("pnew", "2 minutes")).await;
    for _ in 0..2 {
        world.server.house.idp.tidy().await.unwrap();
    }
    assert_eq!(count(&world, "directory.tenants WHERE slug = 'pold'").await, 0);
    assert_eq!(count(&world, "directory.tenants WHERE slug = 'pnew'").await, 1);
    assert_eq!(count(&world, "directory.tenants WHERE slug IN ('acme', 'globex')").await, 2);
}

//! A sign-in of one's own for a person whom a tenant's connection made (table 19.1, row 25; SES-08).

use chrono::TimeDelta;

use super::kit::{code, enter, open, person, sql, standing, state, subjects};
use crate::support::{Agent, World};

const CAROL: &str = "carol@consult.test";
const MINE: &str = "carol@mine.example";
const NEW: &str = "seven purple walruses dance";

/// A browser with a session that Acme's connection opened, of somebody who is Acme's alone and has no credential.
async fn vouched_for(world: &World) -> Agent {
    let (agent, _) = enter(world, &world.platform(), CAROL).await;
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let carol = person(world, CAROL).await;
    for change in [
        format!("UPDATE cell.sessions SET authority_tenant = '{}'", acme.uuid()),
        format!(
            "UPDATE cell.members SET status = 'removed' WHERE tenant_id = '{}' AND identity_id = '{}'",
            globex.uuid(),
            carol.uuid()
        ),
        format!("DELETE FROM cell.credentials WHERE identity_id = '{}'", carol.uuid()),
        format!(
            "UPDATE cell.addresses SET state = 'retired', is_primary = false WHERE identity_id = '{}'",
            carol.uuid()
        ),
    ] {
        sql(world, &change).await;
    }
    agent
}

#[tokio::test]
async fn the_mailbox_and_a_password_make_it() {
    let world = World::dev().await;
    let platform = world.platform();
    let carol = person(&world, CAROL).await;
    let mut agent = vouched_for(&world).await;
    let account = open(&mut agent, &format!("{platform}/account")).await;
    assert!(account.body.contains("/account/own\""), "{}", account.body);
    let page = open(&mut agent, &format!("{platform}/account/own")).await;
    assert!(page.body.contains("You sign in through Acme."), "{}", page.body);
    let wrong = agent.submit(&page, "/account/own", &[("address", "nobody at all")]).await;
    assert_eq!((wrong.status.as_u16(), wrong.complaint().as_deref()), (422, Some("identifier_invalid")));
    let asked = agent.submit(&page, "/account/own", &[("address", MINE)]).await;
    let step = agent.follow(&asked).await;
    let code = code(&world, MINE).await;
    let done = agent.submit(&step, "/verify/code", &[("code", &code)]).await;
    let step = agent.follow(&done).await;
    assert_eq!(standing(&world, carol).await, [format!("{MINE} pending")], "a password comes with it");
    for page in ["name", "password", "addresses"] {
        let no = agent.get(&format!("{platform}/account/{page}")).await;
        assert_eq!(no.status, 403, "SES-08: {page}: {}", no.body);
    }
    let done = agent.submit(&step, "/recover/password", &[("password", NEW)]).await;
    assert_eq!(agent.get(&format!("{platform}/account")).await.status, 303, "the tenant's session is over");
    assert_eq!(standing(&world, carol).await, [format!("{MINE} verified main")]);
    let step = agent.follow(&done).await;
    let done = agent.submit(&step, "/login/password", &[("password", NEW)]).await;
    assert_eq!(done.location().as_str(), format!("{platform}/account"));
    let account = agent.follow(&done).await;
    assert!(
        account.body.contains("Set on") && account.body.contains(MINE),
        "its credentials: {}",
        account.body
    );
    open(&mut agent, &format!("{platform}/account/password")).await;
    let told = subjects(&world, MINE).await;
    assert!(told.iter().any(|subject| subject.contains("password was changed")), "{told:?}");
    let again = agent.get(&format!("{platform}/account/own")).await;
    assert_eq!(again.location().as_str(), format!("{platform}/account"), "it is there");
}

#[tokio::test]
async fn nobody_else_gets_one_this_way() {
    let ways = [
        "INSERT INTO cell.credentials (identity_id, id, kind, secret, created_at, changed_at)
             SELECT identity_id, gen_random_uuid(), 'password', 'x', now(), now() FROM cell.sessions LIMIT 1",
        "UPDATE cell.members SET status = 'active' WHERE status = 'removed'",
        "UPDATE cell.members SET status = 'suspended' WHERE status = 'removed'",
        "INSERT INTO cell.addresses (identity_id, id, address, typed, state, created_at, verified_at)
             SELECT identity_id, gen_random_uuid(), 'p@q.example', 'p@q.example', 'stale', now(), now()
             FROM cell.sessions LIMIT 1",
    ];
    for way in ways {
        let world = World::dev().await;
        let url = format!("{}/account/own", world.platform());
        let mut agent = vouched_for(&world).await;
        let page = open(&mut agent, &url).await;
        sql(&world, way).await;
        let before = state(&world).await;
        let no = agent.get(&url).await;
        assert_eq!(no.status, 403, "SES-08: {way}: {}", no.body);
        let no = agent.submit(&page, "/account/own", &[("address", MINE)]).await;
        assert_eq!(no.status, 403, "SES-08: {way}: {}", no.body);
        assert!(
            !open(&mut agent, &format!("{}/account", world.platform())).await.body.contains("/account/own")
        );
        assert_eq!(state(&world).await, before);
    }
}

#[tokio::test]
async fn the_tenant_vouched_a_moment_ago_and_the_proof_does_not_outlive_that() {
    let world = World::dev().await;
    let platform = world.platform();
    let mut agent = vouched_for(&world).await;
    let page = open(&mut agent, &format!("{platform}/account/own")).await;
    let asked = agent.submit(&page, "/account/own", &[("address", MINE)]).await;
    let step = agent.follow(&asked).await;
    let code = code(&world, MINE).await;
    let done = agent.submit(&step, "/verify/code", &[("code", &code)]).await;
    let step = agent.follow(&done).await;
    // Somebody gives the person a password in between: what was begun is worth nothing any more.
    sql(
        &world,
        "INSERT INTO cell.credentials (identity_id, id, kind, secret, created_at, changed_at)
             SELECT identity_id, gen_random_uuid(), 'password', 'x', now(), now() FROM cell.sessions LIMIT 1",
    )
    .await;
    let no = agent.submit(&step, "/recover/password", &[("password", NEW)]).await;
    assert_eq!(no.status, 403, "{}", no.body);
    sql(&world, "DELETE FROM cell.credentials WHERE secret = 'x'").await;
    world.clock.advance(TimeDelta::minutes(6));
    let late = agent.submit(&page, "/account/own", &[("address", MINE)]).await;
    assert_eq!(late.status, 401, "{}", late.body);
}

//! The first proof of an account: until then it is nobody's for certain (rule D3, abuse case LNK-03).

use super::kit::{PASSWORD, act, arrive, code, enter, letters, open, person, sql, standing, state};
use crate::support::World;

const CAROL: &str = "carol@consult.test";
const NEW: &str = "seven purple walruses dance";

/// An account as an import leaves it: its address is a claim.
async fn unproven(world: &World) {
    sql(
        world,
        "UPDATE cell.addresses SET state = 'claimed', verified_at = NULL, is_primary = false
         WHERE address = 'carol@consult.test'",
    )
    .await;
}

#[tokio::test]
async fn nothing_is_added_before_the_first_address_is_proven() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let (mut agent, _) = enter(&world, &acme, CAROL).await;
    let page = open(&mut agent, &format!("{acme}/account/address")).await;
    unproven(&world).await;
    let before = state(&world).await;
    let refused = agent.submit(&page, "/account/address", &[("address", "mallory@evil.example")]).await;
    assert_eq!(refused.status, 403, "LNK-03: {}", refused.body);
    assert!(refused.body.contains("Confirm your address first"), "{}", refused.body);
    assert_eq!(state(&world).await, before);
    assert!(letters(&world, "mallory@evil.example").await.is_empty());
    assert_eq!(world.kinds().await["i credential.add_denied"], 1);
}

#[tokio::test]
async fn the_first_proof_ends_everything_older() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let carol = person(&world, CAROL).await;
    let (mut agent, _) = enter(&world, &acme, CAROL).await;
    let (mut older, _) = enter(&world, &world.platform(), CAROL).await;
    unproven(&world).await;
    let asked = act(&mut agent, &acme, "prove", CAROL).await;
    let step = agent.follow(&asked).await;
    let code = code(&world, CAROL).await;
    let done = agent.submit(&step, "/verify/code", &[("code", &code)]).await;
    let step = agent.follow(&done).await;
    assert_eq!(standing(&world, carol).await, ["carol@consult.test pending"], "a new password comes with it");
    open(&mut older, &format!("{}/account", world.platform())).await;
    let unfit = agent.submit(&step, "/recover/password", &[("password", "carol")]).await;
    assert_eq!(unfit.status, 422, "{}", unfit.body);
    let before = world.kinds().await;
    let done = agent.submit(&step, "/recover/password", &[("password", NEW)]).await;
    assert_eq!(standing(&world, carol).await, ["carol@consult.test verified main"]);
    for (browser, issuer) in [(&mut older, world.platform()), (&mut agent, acme.clone())] {
        assert_eq!(browser.get(&format!("{issuer}/account")).await.status, 303, "every session is over");
    }
    let step = agent.follow(&done).await;
    let wrong = agent.submit(&step, "/login/password", &[("password", PASSWORD)]).await;
    assert_eq!(wrong.complaint().as_deref(), Some("wrong_credentials"), "{}", wrong.body);
    let done = agent.submit(&step, "/login/password", &[("password", NEW)]).await;
    assert_eq!(done.location().as_str(), format!("{acme}/account/addresses"));
    let after = world.kinds().await;
    for kind in ["i email.verified", "i credential.changed", "i sessions.revoked"] {
        let earlier = before.get(kind).copied().unwrap_or_default();
        assert_eq!(after[kind], earlier + 1, "{kind}");
    }
    arrive(&mut world.agent(), &format!("{acme}/account"), CAROL, NEW).await;
}

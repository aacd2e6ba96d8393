//! The overview, name and language, and another password.

use chrono::TimeDelta;

use super::kit::{PASSWORD, arrive, code, enter, letters, open, sql, state, subjects};
use crate::support::{Answered, World};

const NEW: &str = "seven purple walruses dance";

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_and_comes_back() {
    let world = World::dev().await;
    for issuer in [world.platform(), world.issuer("acme")] {
        let (mut agent, page) = enter(&world, &issuer, "alice@acme.test").await;
        assert!(page.body.contains("Alice") && page.body.contains("alice@acme.test"), "{}", page.body);
        assert!(page.body.contains(">Acme<") && !page.body.contains("Globex"), "{}", page.body);
        let home = open(&mut agent, &format!("{issuer}/")).await;
        assert!(home.body.contains("/account\""), "{}", home.body);
    }
    let (mut carol, page) = enter(&world, &world.platform(), "carol@consult.test").await;
    assert!(page.body.contains(">Acme<") && page.body.contains(">Globex<"), "no organisation is asked for");
    let chooser = carol.get(&format!("{}/account/choose", world.platform())).await;
    let chooser = carol.follow(&chooser).await;
    assert!(chooser.body.contains("carol@consult.test"), "{}", chooser.body);
    let back = carol.submit(&chooser, "/login/account", &[("session", &named(&chooser.body))]).await;
    assert_eq!(back.location().as_str(), format!("{}/account", world.platform()));
}

/// The session of the only account on a page with accounts.
fn named(chooser: &str) -> String {
    let from = chooser.find("value=\"ses_").unwrap() + "value=\"".len();
    chooser[from..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn another_password_ends_everything_else() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut here, _) = enter(&world, &platform, "alice@acme.test").await;
    let (mut elsewhere, _) = enter(&world, &world.issuer("acme"), "alice@acme.test").await;
    let before = world.kinds().await;
    let page = open(&mut here, &format!("{platform}/account/password")).await;
    let unfit = here.submit(&page, "/account/password", &[("password", "alice@acme.test")]).await;
    assert_eq!(unfit.status, 422, "{}", unfit.body);
    assert!(unfit.complaint().is_some());
    let done = here.submit(&page, "/account/password", &[("password", NEW)]).await;
    assert_eq!(done.location().as_str(), format!("{platform}/account"));
    open(&mut here, &format!("{platform}/account")).await;
    assert_eq!(elsewhere.get(&format!("{}/account", world.issuer("acme"))).await.status, 303, "SES-05");
    assert_eq!(subjects(&world, "alice@acme.test").await, ["Your Gatehouse password was changed"]);
    let kinds = world.kinds().await;
    assert_eq!(
        (kinds["i sessions.revoked"], kinds["i credential.changed"]),
        (1, before["i credential.changed"] + 1)
    );
    let mut again = world.agent();
    let asked = again.get(&format!("{platform}/account")).await;
    let wrong = again.sign_in(&asked, "alice@acme.test", PASSWORD).await;
    assert_eq!(wrong.complaint().as_deref(), Some("wrong_credentials"));
    arrive(&mut world.agent(), &format!("{platform}/account"), "alice@acme.test", NEW).await;
}

#[tokio::test]
async fn what_matters_needs_a_sign_in_of_a_moment_ago() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, "alice@acme.test").await;
    let page = open(&mut agent, &format!("{platform}/account/password")).await;
    let addresses = open(&mut agent, &format!("{platform}/account/address")).await;
    world.clock.advance(TimeDelta::minutes(5) + TimeDelta::seconds(1));
    let before = state(&world).await;
    let late = [
        agent.submit(&page, "/account/password", &[("password", NEW)]).await,
        agent.submit(&addresses, "/account/address", &[("address", "mallory@evil.example")]).await,
        agent.get(&format!("{platform}/account/password")).await,
    ];
    for answered in late {
        assert_eq!(answered.status, 303, "EML-02: {}", answered.body);
        assert!(answered.location().path().ends_with("/login"), "{}", answered.location());
    }
    assert_eq!(state(&world).await, before);
    assert!(letters(&world, "mallory@evil.example").await.is_empty());
    let asked = agent.get(&format!("{platform}/account/password")).await;
    let step = agent.follow(&asked).await;
    let wrong = agent.submit(&step, "/login/password", &[("password", "wrong")]).await;
    assert_eq!(wrong.complaint().as_deref(), Some("wrong_credentials"));
    let done = agent.submit(&step, "/login/password", &[("password", PASSWORD)]).await;
    assert_eq!(done.location().as_str(), format!("{platform}/account/password"));
    open(&mut agent, &format!("{platform}/account/password")).await;
}

#[tokio::test]
async fn name_and_language_are_the_person_s() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, "alice@acme.test").await;
    let page = open(&mut agent, &format!("{platform}/account/name")).await;
    let before = state(&world).await;
    let unfit = agent.submit(&page, "/account/name", &[("name", "www.evil.example"), ("locale", "de")]).await;
    assert_eq!((unfit.status.as_u16(), unfit.complaint().as_deref()), (422, Some("name_unfit")));
    let unknown = agent.submit(&page, "/account/name", &[("name", "Alice"), ("locale", "tlh")]).await;
    assert_eq!(unknown.status, 400);
    assert_eq!(state(&world).await, before);
    let done = agent.submit(&page, "/account/name", &[("name", "Alice Archer"), ("locale", "de")]).await;
    let page = agent.follow(&done).await;
    assert!(page.body.contains("lang=\"de\"") && page.body.contains("Alice Archer"), "{}", page.body);
    assert_eq!(world.kinds().await["i profile.changed"], 1);
    let page = open(&mut agent, &format!("{platform}/account/password")).await;
    agent.submit(&page, "/account/password", &[("password", NEW)]).await;
    let told = subjects(&world, "alice@acme.test").await;
    assert!(told[0].contains("Passwort"), "{told:?}");
}

#[tokio::test]
async fn the_strictest_of_all_organisations_rules_counts_wherever_a_password_is_set() {
    let world = World::with(&[("GATEHOUSE_LIMITS__MAILS_PER_SOURCE_AND_ADDRESS", "20")]).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let strict =
        "{version: 1, tenants: [{slug: globex, name: Globex, policy: {password: {min_length: 40}}}]}";
    world.apply(strict).await;
    let too_short = |page: &Answered| page.status == 422 && page.body.contains("40");
    // Carol is in both; Alice is not bound by what an organisation asks that she is none of.
    let (mut carol, _) = enter(&world, &acme, "carol@consult.test").await;
    let page = open(&mut carol, &format!("{acme}/account/password")).await;
    let refused = carol.submit(&page, "/account/password", &[("password", NEW)]).await;
    assert!(too_short(&refused), "{}", refused.body);
    for issuer in [&acme, &globex, &world.platform()] {
        let mut agent = world.agent();
        let begun = agent.get(&format!("{issuer}/recover")).await;
        let page = agent.follow(&begun).await;
        let asked = agent.submit(&page, "/recover/address", &[("address", "carol@consult.test")]).await;
        let code = code(&world, "carol@consult.test").await;
        let page = agent.follow(&asked).await;
        let proven = agent.submit(&page, "/verify/code", &[("code", &code)]).await;
        let page = agent.follow(&proven).await;
        let refused = agent.submit(&page, "/recover/password", &[("password", NEW)]).await;
        assert!(too_short(&refused), "{issuer}: {}", refused.body);
    }
    let (mut alice, _) = enter(&world, &acme, "alice@acme.test").await;
    let page = open(&mut alice, &format!("{acme}/account/password")).await;
    let done = alice.submit(&page, "/account/password", &[("password", NEW)]).await;
    assert_eq!(done.location().as_str(), format!("{acme}/account"));
    // What an organisation asks ends with the membership.
    let out = "UPDATE cell.members SET status = 'removed' WHERE tenant_id = (SELECT id FROM directory.tenants WHERE slug = 'globex')
        AND identity_id IN (SELECT identity_id FROM cell.addresses WHERE address = 'carol@consult.test')";
    sql(&world, out).await;
    let page = open(&mut carol, &format!("{acme}/account/password")).await;
    let done = carol.submit(&page, "/account/password", &[("password", NEW)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
}

/// Judging costs a moment of the processor: whoever goes on choosing waits, and nobody else does.
#[tokio::test]
async fn weak_passwords_have_a_measure() {
    let world = World::dev().await;
    world.new_window(600);
    let platform = world.platform();
    let (mut carol, _) = enter(&world, &platform, "carol@consult.test").await;
    let page = open(&mut carol, &format!("{platform}/account/password")).await;
    for _ in 0..20 {
        let weak = carol.submit(&page, "/account/password", &[("password", "password")]).await;
        assert_eq!(weak.status, 422, "{}", weak.body);
    }
    let good = [("password", "seven purple walruses dance")];
    let waits = carol.submit(&page, "/account/password", &good).await;
    assert_eq!((waits.status.as_u16(), waits.complaint().as_deref()), (429, Some("throttled")));
    assert!(waits.headers.contains_key("retry-after"));
    assert!(waits.body.contains("href=\"/account/password\""), "{}", waits.body);
    let (mut bob, _) = enter(&world, &platform, "bob@globex.test").await;
    let page = open(&mut bob, &format!("{platform}/account/password")).await;
    assert_eq!(bob.submit(&page, "/account/password", &good).await.status, 303);
}

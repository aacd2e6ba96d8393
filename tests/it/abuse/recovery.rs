//! A new password by mail: for whoever proved the address before, once, and for nothing else (EML-06, 07, 08, SES-05, PWD-01).

use futures_util::future::join_all;

use super::kit::{PASSWORD, apply, ask, count, refresh, refused, silently, tokens};
use super::mailed::{GENEROUS, GOOD, Visitor, letters, newest};
use crate::support::World;

const ALICE: &str = "alice@acme.test";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_password_ends_what_was_issued_before() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let held = tokens(&world, &acme, ALICE).await;
    assert!(silently(&held.agent, &acme).await.is_ok());
    let visitor = Visitor::recovers(&world, &acme, "Alice@Acme.Test", GOOD).await;
    let notice = newest(&world, ALICE).await;
    assert!(notice.subject().contains("password was changed"), "{}", notice.subject());
    // It sets the password and nothing else: nobody is signed in by it.
    assert!(visitor.page.body.contains("name=\"password\""), "{}", visitor.page.body);
    assert_eq!(silently(&visitor.agent, &acme).await, Err("login_required".to_owned()));
    assert_eq!(silently(&held.agent, &acme).await, Err("login_required".to_owned()));
    refused(&refresh(&held.agent, &acme, &held.refresh, &[]).await, "invalid_grant", "a family of before");
    let mut agent = world.agent();
    let asked = agent.get(&ask(&acme, &[])).await;
    let no = agent.sign_in(&asked, ALICE, PASSWORD).await;
    assert_eq!(no.complaint().as_deref(), Some("wrong_credentials"), "the old password");
    let mut agent = world.agent();
    let asked = agent.get(&ask(&acme, &[])).await;
    assert!(agent.sign_in(&asked, ALICE, GOOD).await.param("code").is_some(), "the new one");
    let kinds = world.kinds().await;
    assert_eq!((kinds["i password.reset"], kinds["i sessions.revoked"]), (1, 1), "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_learns_who_has_an_account() {
    let world = World::with(GENEROUS).await;
    let acme = world.issuer("acme");
    let claimed = "
version: 1
tenants:
  - slug: trap
    name: Trap
    members: [ { email: said@new.example, name: Said, password: some good old password, roles: [owner] } ]
";
    apply(&world, claimed, false).await;
    let mut pages = Vec::new();
    for (address, mails) in [(ALICE, 1), ("nobody@new.example", 0), ("said@new.example", 0)] {
        let before = letters(&world).await.len();
        let mut visitor = Visitor::asked(&world, &acme, "recover", address).await;
        assert_eq!(
            letters(&world).await.len(),
            before + mails,
            "{address}: only proven addresses get a code"
        );
        let first = visitor.page.bare(address);
        visitor.send("/verify/code", &[("code", "000000")]).await;
        pages.push((first, visitor.page.bare(address)));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_used_once_and_the_newest_counts() {
    let world = World::with(GENEROUS).await;
    let acme = world.issuer("acme");
    // Asking again voids what was sent before to the same browser, and nothing that was sent to another: whoever asks in the
    // victim's name takes nothing from the victim.
    let mut own = Visitor::asked(&world, &acme, "recover", ALICE).await;
    let first = newest(&world, ALICE).await;
    own.send("/verify/again", &[]).await;
    let mut newer = Visitor::asked(&world, &acme, "recover", ALICE).await;
    let page = own.send("/verify/code", &[("code", &first.code())]).await;
    assert_ne!(page.complaint(), None, "the first code is worth nothing any more");
    newer.proves(&world, ALICE).await;
    let finishing = newer.clone();
    newer.send("/recover/password", &[("password", GOOD)]).await;
    assert!(newer.page.body.contains("role=\"status\""), "{}", newer.page.body);
    let mut again = finishing.clone();
    let second = again.send("/recover/password", &[("password", "another password 77 ladder")]).await;
    assert_eq!(second.status, 409, "{}", second.body);
    // A password that was set another way meanwhile voids what is under way.
    let mut slow = Visitor::asked(&world, &acme, "recover", ALICE).await;
    slow.proves(&world, ALICE).await;
    Visitor::recovers(&world, &acme, ALICE, "a third turnip 99 harbour").await;
    let late = slow.send("/recover/password", &[("password", "a fourth turnip 11 harbour")]).await;
    assert_eq!(late.status, 409, "{}", late.body);
    assert_eq!(world.events("password.reset").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_at_once_one_sets_the_password() {
    let world = World::with(GENEROUS).await;
    let acme = world.issuer("acme");
    let mut visitor = Visitor::asked(&world, &acme, "recover", ALICE).await;
    visitor.proves(&world, ALICE).await;
    let racers = (0..20).map(|number| {
        let mut visitor = visitor.clone();
        async move {
            let password = format!("turnip ladder moss quartz {number}");
            visitor.agent.submit(&visitor.page, "/recover/password", &[("password", &password)]).await.status
        }
    });
    let statuses: Vec<_> = join_all(racers).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(world.events("password.reset").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_cannot_be_left_out() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    // The form of the last step, sent while the code is still wanted.
    for (door, last) in [("recover", "recover/password"), ("signup", "signup/account")] {
        let mut visitor = Visitor::asked(&world, &platform, door, "carol@consult.test").await;
        let hidden = visitor.page.hidden("/verify/code");
        let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields.extend([("name", "Eve"), ("password", GOOD)]);
        let answered = visitor.agent.post(&format!("{platform}/{last}"), &fields).await;
        assert_eq!(answered.status, 409, "{door}: {}", answered.body);
    }
    // A mailbox proven for one thing is proven for nothing else.
    let mut visitor = Visitor::asked(&world, &platform, "recover", "carol@consult.test").await;
    visitor.proves(&world, "carol@consult.test").await;
    let hidden = visitor.page.hidden("/recover/password");
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.extend([("name", "Eve"), ("password", GOOD)]);
    let answered = visitor.agent.post(&format!("{platform}/signup/account"), &fields).await;
    assert_eq!(answered.status, 409, "{}", answered.body);
    assert_eq!(world.events("password.reset").await, 0);
    let resets = "audit.events WHERE kind = 'request.refused'";
    assert!(count(&world, resets).await >= 3, "flows out of order are noted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_to_an_address_are_few_and_its_owner_is_not_shut_out() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    // Alice's own browser has signed her in before.
    let held = tokens(&world, &acme, ALICE).await;
    for _ in 0..5 {
        Visitor::asked(&world, &acme, "recover", ALICE).await;
    }
    let mut sixth = Visitor::at(&world, &acme, "recover").await;
    let page = sixth.send("/recover/address", &[("address", ALICE)]).await;
    assert_eq!(
        (page.status.as_u16(), page.complaint().as_deref()),
        (429, Some("throttled")),
        "{}",
        page.body
    );
    assert!(page.headers.contains_key("retry-after"));
    let mut own = Visitor { agent: held.agent.clone(), page: page.clone() };
    let begun = own.agent.get(&format!("{acme}/recover")).await;
    own.page = own.agent.follow(&begun).await;
    let page = own.send("/recover/address", &[("address", ALICE)]).await;
    assert_eq!(page.status, 200, "a browser that knows her is judged by itself: {}", page.body);
}

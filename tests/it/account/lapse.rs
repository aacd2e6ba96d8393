//! An address whose letters come back for long has to be proven again (rule 19.2).

use chrono::TimeDelta;
use gatehouse_domain::ids::MailId;
use gatehouse_flows::mail::{Bounced, Report};

use super::kit::{act, add, arrive, code, enter, letters, open, person, standing, subjects};
use crate::support::World;

const ALICE: &str = "alice@acme.test";
const SECOND: &str = "alice@second.example";
const BOB: &str = "bob@globex.test";

/// A letter to an address goes out and comes back.
async fn comes_back(world: &World, to: &str) {
    let idp = &world.server.house.idp;
    let issuer = idp.issuer(None).await.unwrap().unwrap();
    let mail: MailId = idp.queue_test_mail(&issuer, &to.parse().unwrap()).await.unwrap();
    world.work_done().await;
    let report = Report { mail, failed: vec![to.parse().unwrap()] };
    assert_eq!(idp.mail_bounced(&report).await.unwrap(), Bounced::Noted { address: true });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_refuses_letters_for_long_opens_nothing_until_it_is_proven_again() {
    let world = World::dev().await;
    let platform = world.platform();
    let alice = person(&world, ALICE).await;
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    add(&world, &mut agent, &platform, SECOND).await;
    world.clock.advance(TimeDelta::minutes(1));
    for to in [ALICE, BOB] {
        comes_back(&world, to).await;
    }
    world.clock.advance(TimeDelta::days(29));
    comes_back(&world, ALICE).await;
    world.server.house.idp.tidy().await.unwrap();
    let both = vec![format!("{ALICE} verified main"), format!("{SECOND} verified")];
    assert_eq!(standing(&world, alice).await, both, "not yet");
    world.clock.advance(TimeDelta::days(1));
    for to in [ALICE, BOB] {
        comes_back(&world, to).await;
    }
    world.server.house.idp.tidy().await.unwrap();
    assert_eq!(standing(&world, alice).await, [format!("{ALICE} stale"), format!("{SECOND} verified main")]);
    let bob = person(&world, BOB).await;
    assert_eq!(standing(&world, bob).await, [format!("{BOB} verified main")], "his last way in");
    assert_eq!(world.kinds().await["i email.stale"], 1);
    let told = subjects(&world, SECOND).await;
    assert_eq!(told[0], "Letters to an address of your Gatehouse account come back");
    let letter = &letters(&world, SECOND).await[0];
    assert!(letter.to_string().contains(ALICE), "it says which: {letter}");
    // Good for nothing: no sign-in, no recovery.
    let mut stranger = world.agent();
    let asked = stranger.get(&format!("{platform}/account")).await;
    let no = stranger.sign_in(&asked, ALICE, super::kit::PASSWORD).await;
    assert_eq!(no.complaint().as_deref(), Some("wrong_credentials"), "{}", no.body);
    let before = letters(&world, ALICE).await.len();
    let begun = stranger.get(&format!("{platform}/recover")).await;
    let page = stranger.follow(&begun).await;
    stranger.submit(&page, "/recover/address", &[("address", ALICE)]).await;
    assert_eq!(letters(&world, ALICE).await.len(), before, "no letter with a code");
    // Proven again, it is as good as before, and does not lapse for what was before.
    let mut agent = world.agent();
    let page =
        arrive(&mut agent, &format!("{platform}/account/addresses"), SECOND, super::kit::PASSWORD).await;
    assert!(page.body.contains("Has to be confirmed again"), "{}", page.body);
    let asked = act(&mut agent, &platform, "prove", ALICE).await;
    let page = agent.follow(&asked).await;
    let code = code(&world, ALICE).await;
    let done = agent.submit(&page, "/verify/code", &[("code", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    world.server.house.idp.tidy().await.unwrap();
    assert_eq!(
        standing(&world, alice).await,
        [format!("{ALICE} verified"), format!("{SECOND} verified main")]
    );
    open(&mut agent, &format!("{platform}/account")).await;
    arrive(&mut world.agent(), &format!("{platform}/account"), ALICE, super::kit::PASSWORD).await;
}

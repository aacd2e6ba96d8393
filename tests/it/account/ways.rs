//! Ways out: a refusal says where to go, in the person's language, and a form that names no session acts for nobody.

use super::kit::{PASSWORD, act, enter, open, sql, state};
use crate::support::World;

#[tokio::test]
async fn a_refusal_leads_back_and_speaks_the_persons_language() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let (mut alice, _) = enter(&world, &acme, "alice@acme.test").await;
    sql(&world, "UPDATE cell.identities SET locale = 'de'").await;
    let page = open(&mut alice, &format!("{acme}/account/memberships/leave?organization=acme")).await;
    let refused = alice.submit(&page, "/account/memberships/leave", &[]).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.contains("<html lang=\"de\""), "{}", refused.body);
    let way = "href=\"/t/acme/account/memberships\">Zurück zum Konto<";
    assert!(refused.body.contains(way), "{}", refused.body);

    let gone = alice.get(&format!("{acme}/account/undo")).await;
    assert_eq!(gone.status, 400);
    assert!(gone.body.contains("data-code=\"undo_gone\""), "{}", gone.body);
    assert!(gone.body.contains("href=\"/t/acme/recover\">Set a new password<"), "{}", gone.body);

    let id = world.tenant("acme").await.uuid();
    sql(&world, &format!("UPDATE cell.sessions SET authority_tenant = '{id}'")).await;
    let limited = alice.get(&format!("{acme}/account/addresses")).await;
    assert_eq!(limited.status, 403);
    assert!(limited.body.contains("href=\"/t/acme/account\">Zurück zum Konto<"), "{}", limited.body);
}

#[tokio::test]
async fn a_form_without_a_session_acts_for_nobody() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, "carol@consult.test").await;
    let asked = agent.get(&format!("{platform}/account/choose")).await;
    let chooser = agent.follow(&asked).await;
    let asked = agent.submit(&chooser, "/login/another", &[]).await;
    let done = agent.sign_in(&asked, "alice@acme.test", PASSWORD).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let own = open(&mut agent, &format!("{platform}/account/address")).await.hidden("/account/address");
    let before = state(&world).await;
    for form in ["address", "name", "sessions/end-others", "deletion", "own"] {
        let fields = own.iter().filter(|(name, _)| name != "session");
        let mut fields: Vec<(&str, &str)> = fields.map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields.extend([("address", "carol@elsewhere.example"), ("name", "Carol")]);
        let no = agent.post(&format!("{platform}/account/{form}"), &fields).await;
        assert_eq!(no.status, 400, "{form}: {}", no.body);
        assert_eq!(no.complaint().as_deref(), Some("invalid_request"), "{form}");
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn who_asks_for_too_many_codes_stays_at_a_form_of_the_same_account() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut alice, _) = enter(&world, &platform, "alice@acme.test").await;
    let page = open(&mut alice, &format!("{platform}/account/address")).await;
    let session = page.hidden("/account/address");
    let mine = [("address", "alice@mine.example")];
    let mut asked = alice.submit(&page, "/account/address", &mine).await;
    while asked.status == 303 {
        asked = alice.submit(&page, "/account/address", &mine).await;
    }
    assert_eq!(asked.status, 429, "{}", asked.body);
    assert_eq!(asked.complaint().as_deref(), Some("throttled"));
    assert_eq!(asked.hidden("/account/address"), session, "the same account");
    let listed = act(&mut alice, &platform, "prove", "alice@mine.example").await;
    assert_eq!(listed.status, 429, "{}", listed.body);
    assert!(listed.body.contains("href=\"/account/addresses\""), "{}", listed.body);
}

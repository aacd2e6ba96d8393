//! Addresses that the tenant wrote: proven right after the sign-in, or by taking the account that waits (table 19.1, rows 14 and 24).

use chrono::TimeDelta;
use gatehouse_domain::oauth::Verifier;
use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};

use super::kit::{code, letters, open, person, sql, standing};
use crate::support::{Agent, Answered, World};

const INES: &str = "ines@old.example";
const GIVEN: &str = "the one from the old system";
const NEW: &str = "seven purple walruses dance";

/// Ines as the old system knew her: a member of Acme with an address that she has not proven. Anybody may sign up there.
async fn imported(world: &World) {
    let file = format!(
        "version: 1\ntenants:\n  - slug: acme\n    name: Acme\n    policy: {{ sign_up: open }}\n    \
         members: [ {{ email: alice@acme.test, name: Alice, roles: [owner] }},\n       {{ email: {INES}, name: Ines, password: {GIVEN}, roles: [member] }} ]\n"
    );
    let file = Checked::read(&file, "test", &NoSources, Trust::Serve).unwrap();
    world.server.house.idp.apply(&file, ApplyOptions::default()).await.unwrap();
}

/// An app's request at Acme.
fn ask(world: &World) -> String {
    let challenge =
        Verifier::parse("forty-three-characters-at-least-and-these-are-more").unwrap().challenge();
    format!(
        "{}/oauth2/authorize?client_id=demo-web&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A4100%2Fcallback\
         &scope=openid&state=s&code_challenge={}&code_challenge_method=S256",
        world.issuer("acme"),
        challenge.as_str()
    )
}

/// Sends a form of a page; where that leads.
async fn send(agent: &mut Agent, page: &Answered, action: &str, filled: &[(&str, &str)]) -> Answered {
    let answered = agent.submit(page, action, filled).await;
    let ours = answered.status == 303 && answered.location().origin() == answered.url.origin();
    if ours { agent.follow(&answered).await } else { answered }
}

/// From an address of ours to the page after the password.
async fn signs_in(agent: &mut Agent, url: &str, password: &str) -> Answered {
    let mut page = agent.get(url).await;
    while page.status == 303 {
        page = agent.follow(&page).await;
    }
    let page = send(agent, &page, "/login/identifier", &[("identifier", INES)]).await;
    send(agent, &page, "/login/password", &[("password", password)]).await
}

/// From the way to a new account to the page after the code.
async fn proves_to_sign_up(world: &World, agent: &mut Agent) -> Answered {
    let begun = agent.get(&format!("{}/signup", world.issuer("acme"))).await;
    let page = agent.follow(&begun).await;
    let page = send(agent, &page, "/signup/address", &[("address", INES)]).await;
    let code = code(world, INES).await;
    send(agent, &page, "/verify/code", &[("code", &code)]).await
}

async fn count(world: &World, what: &'static str) -> i64 {
    sqlx::query_scalar(what).fetch_one(&mut world.admin().await).await.unwrap()
}

/// The identities, those of Acme, and the password of Ines as the tenant gave it.
const PEOPLE: &str = "SELECT count(*) FROM cell.identities";

#[tokio::test]
async fn the_address_of_a_sign_in_is_proven_on_the_way_to_the_app() {
    let world = World::dev().await;
    imported(&world).await;
    let ines = person(&world, INES).await;
    let mut agent = world.agent();
    let page = signs_in(&mut agent, &ask(&world), GIVEN).await;
    assert!(page.body.contains("Confirm your email address") && page.body.contains(INES), "{}", page.body);
    assert!(letters(&world, INES).await.is_empty(), "nothing is mailed before the person asks for it");
    let mut elsewhere = agent.clone();

    let page = send(&mut agent, &page, "/login/confirm", &[]).await;
    assert!(!page.body.contains("Another address?"), "it is about one address: {}", page.body);
    assert_eq!(standing(&world, ines).await, [format!("{INES} pending")]);
    let code = code(&world, INES).await;
    let page = send(&mut agent, &page, "/verify/code", &[("code", &code)]).await;
    let page = send(&mut agent, &page, "/recover/password", &[("password", NEW)]).await;
    assert_eq!(standing(&world, ines).await, [format!("{INES} verified main")]);
    let gone = elsewhere.get(&format!("{}/account", world.issuer("acme"))).await;
    assert_eq!(gone.status, 303, "what was open before is over");
    let wrong = agent.submit(&page, "/login/password", &[("password", GIVEN)]).await;
    assert_eq!(wrong.complaint().as_deref(), Some("wrong_credentials"), "others may know it");
    let done = agent.submit(&page, "/login/password", &[("password", NEW)]).await;
    assert!(done.param("code").is_some(), "the app is not forgotten: {}", done.body);
    assert_eq!(world.kinds().await["i email.verified"], 4, "with those of the demo world");
}

#[tokio::test]
async fn it_can_wait_and_is_asked_again() {
    let world = World::dev().await;
    imported(&world).await;
    let ines = person(&world, INES).await;
    for _ in 0..2 {
        let mut agent = world.agent();
        let page = signs_in(&mut agent, &ask(&world), GIVEN).await;
        let done = agent.submit(&page, "/login/later", &[]).await;
        assert!(done.param("code").is_some(), "{}", done.body);
    }
    // A code that does not arrive holds nobody up.
    let mut agent = world.agent();
    let page = signs_in(&mut agent, &ask(&world), GIVEN).await;
    let page = send(&mut agent, &page, "/login/confirm", &[]).await;
    let done = agent.submit(&page, "/login/later", &[]).await;
    assert!(done.param("code").is_some(), "{}", done.body);
    assert_eq!(standing(&world, ines).await, [format!("{INES} pending")]);
    // Who has proven an address is not asked, and nobody is who has not signed in.
    let mut agent = world.agent();
    let begun = agent.get(&ask(&world)).await;
    let page = agent.follow(&begun).await;
    for action in ["login/confirm", "login/later"] {
        let fields = page.hidden("/login/identifier");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let early = agent.post(&format!("{}/{action}", world.issuer("acme")), &fields).await;
        assert_eq!(early.status, 409, "{action}: {}", early.body);
    }
}

#[tokio::test]
async fn too_many_mails_hold_nobody_up() {
    let world = World::with(&[("GATEHOUSE_LIMITS__MAILS_PER_SOURCE_AND_ADDRESS", "1")]).await;
    imported(&world).await;
    for first in [true, false] {
        let mut agent = world.agent();
        let page = signs_in(&mut agent, &ask(&world), GIVEN).await;
        let page = send(&mut agent, &page, "/login/confirm", &[]).await;
        if first {
            assert!(page.body.contains("/verify/code\""), "{}", page.body);
            continue;
        }
        assert_eq!(
            (page.status.as_u16(), page.complaint().as_deref()),
            (429, Some("throttled")),
            "{}",
            page.body
        );
        let done = agent.submit(&page, "/login/later", &[]).await;
        assert!(done.param("code").is_some(), "{}", done.body);
    }
}

#[tokio::test]
async fn a_claim_that_was_purged_is_made_again_by_the_word_of_the_tenant() {
    let world = World::dev().await;
    imported(&world).await;
    let ines = person(&world, INES).await;
    world.clock.advance(TimeDelta::days(8));
    world.server.house.idp.tidy().await.unwrap();
    assert!(standing(&world, ines).await.is_empty());
    let mut agent = world.agent();
    let page = signs_in(&mut agent, &ask(&world), GIVEN).await;
    let page = send(&mut agent, &page, "/login/confirm", &[]).await;
    let code = code(&world, INES).await;
    let page = send(&mut agent, &page, "/verify/code", &[("code", &code)]).await;
    send(&mut agent, &page, "/recover/password", &[("password", NEW)]).await;
    assert_eq!(standing(&world, ines).await, [format!("{INES} verified main")]);
    let said = "SELECT count(*) FROM cell.address_evidence WHERE method = 'operator' AND details ? 'tenant'";
    assert_eq!(count(&world, said).await, 1);
}

#[tokio::test]
async fn who_signs_up_takes_the_account_that_the_tenant_made() {
    let world = World::dev().await;
    imported(&world).await;
    let ines = person(&world, INES).await;
    let before = count(&world, PEOPLE).await;
    let mut older = world.agent();
    let page = signs_in(&mut older, &format!("{}/login", world.issuer("acme")), GIVEN).await;
    send(&mut older, &page, "/login/later", &[]).await;

    let mut agent = world.agent();
    let page = proves_to_sign_up(&world, &mut agent).await;
    assert!(page.body.contains("Acme has made an account with this address"), "{}", page.body);
    let wrong = agent.submit(&page, "/login/password", &[("password", "a guess")]).await;
    assert_eq!(wrong.complaint().as_deref(), Some("wrong_credentials"), "{}", wrong.body);
    assert!(wrong.body.contains("An account is waiting for you"), "{}", wrong.body);
    assert_eq!(standing(&world, ines).await, [format!("{INES} claimed")], "the proof alone takes nothing");
    let page = send(&mut agent, &page, "/login/password", &[("password", GIVEN)]).await;
    let page = send(&mut agent, &page, "/recover/password", &[("password", NEW)]).await;
    let home = send(&mut agent, &page, "/login/password", &[("password", NEW)]).await;
    assert!(home.body.contains(INES) && home.body.contains("/oauth2/logout"), "{}", home.body);
    assert_eq!(count(&world, PEOPLE).await, before, "no second person");
    assert_eq!(standing(&world, ines).await, [format!("{INES} verified main")]);
    assert_eq!(older.get(&format!("{}/account", world.issuer("acme"))).await.status, 303, "D3");
    open(&mut agent, &format!("{}/account", world.issuer("acme"))).await;
    let spent = "SELECT count(*) FROM cell.mailbox_proofs WHERE purpose = 'sign_up' AND spent_at IS NOT NULL";
    assert_eq!(count(&world, spent).await, 1, "one mail was enough");
}

#[tokio::test]
async fn nobody_has_to_take_it() {
    let world = World::dev().await;
    imported(&world).await;
    let trap = person(&world, INES).await;
    let before = count(&world, PEOPLE).await;
    let mut attacker = world.agent();
    let page = signs_in(&mut attacker, &format!("{}/login", world.issuer("acme")), GIVEN).await;
    send(&mut attacker, &page, "/login/later", &[]).await;
    let mut agent = world.agent();
    let page = proves_to_sign_up(&world, &mut agent).await;
    let page = send(&mut agent, &page, "/signup/instead", &[]).await;
    let home = send(&mut agent, &page, "/signup/account", &[("name", "Ines"), ("password", NEW)]).await;
    assert!(home.body.contains("You are now a member of Acme."), "{}", home.body);
    assert_eq!(count(&world, PEOPLE).await, before + 1);
    assert!(standing(&world, trap).await.is_empty(), "the claim is evicted as everywhere");
    world.work_done().await;
    assert_eq!(world.kinds().await["i email.claim_evicted"], 1);
    let mut wrong = world.agent();
    let page = signs_in(&mut wrong, &ask(&world), GIVEN).await;
    assert_eq!(page.complaint().as_deref(), Some("wrong_credentials"), "{}", page.body);
}

#[tokio::test]
async fn only_an_account_of_this_tenant_that_nobody_has_proven_waits() {
    let changes = [
        "UPDATE cell.members SET status = 'suspended' WHERE login_address = 'ines@old.example'",
        "UPDATE cell.members SET login_address = NULL WHERE login_address = 'ines@old.example'",
        "DELETE FROM cell.credentials WHERE identity_id =
             (SELECT identity_id FROM cell.members WHERE login_address = 'ines@old.example')",
        "UPDATE cell.identities SET status = 'disabled' WHERE identity_id =
             (SELECT identity_id FROM cell.members WHERE login_address = 'ines@old.example')",
        "UPDATE cell.addresses SET address = 'else@old.example', typed = 'else@old.example', state = 'verified',
             verified_at = now() WHERE address = 'ines@old.example'",
    ];
    for change in changes {
        let world = World::dev().await;
        imported(&world).await;
        sql(&world, change).await;
        let mut agent = world.agent();
        let page = proves_to_sign_up(&world, &mut agent).await;
        assert!(page.body.contains("/signup/account"), "{change}: {}", page.body);
        let no = agent.post(&format!("{}/signup/instead", world.issuer("acme")), &[]).await;
        assert_eq!(no.status, 403, "{}", no.body);
    }
}

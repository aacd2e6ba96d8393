//! What somebody finds who has just made an account: shown once by the sign-up, there at any later time, and nobody else's.

use gatehouse_flows::apply::{ApplyOptions, Checked, NoSources, Trust};

use super::kit::{PASSWORD, arrive, code, enter, open, sql, state};
use crate::support::{Agent, Answered, World};

const ADA: &str = "ada@new.example";
const GOOD: &str = "turnip ladder 88 moss quartz";

async fn send(agent: &mut Agent, page: &Answered, action: &str, filled: &[(&str, &str)]) -> Answered {
    let answered = agent.submit(page, action, filled).await;
    let ours = answered.status == 303 && answered.location().origin() == answered.url.origin();
    if ours { agent.follow(&answered).await } else { answered }
}

/// From the door of an issuer to the page after the sign-up.
async fn signs_up(world: &World, agent: &mut Agent, issuer: &str) -> Answered {
    let begun = agent.get(&format!("{issuer}/signup")).await;
    let page = agent.follow(&begun).await;
    let page = send(agent, &page, "/signup/address", &[("address", ADA)]).await;
    let code = code(world, ADA).await;
    let page = send(agent, &page, "/verify/code", &[("code", &code)]).await;
    send(agent, &page, "/signup/account", &[("name", "Ada Archer"), ("password", GOOD)]).await
}

/// Invites an address to Acme.
async fn invited(world: &World, address: &str, role: &str) {
    let file = format!(
        "version: 1\ntenants:\n  - slug: acme\n    name: Acme\n    invitations: [{{ email: {address}, role: {role} }}]\n"
    );
    let file = Checked::read(&file, "test", &NoSources, Trust::Serve).unwrap();
    world.server.house.idp.apply(&file, ApplyOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_new_account_is_told_what_comes_next() {
    let world = World::dev().await;
    let platform = world.platform();
    invited(&world, ADA, "admin").await;
    invited(&world, "somebody@else.example", "member").await;
    let mut agent = world.agent();
    let page = signs_up(&world, &mut agent, &platform).await;
    assert_eq!(page.url.as_str(), format!("{platform}/welcome"));
    assert!(page.body.contains("Welcome, Ada Archer") && page.body.contains(ADA), "{}", page.body);
    assert!(page.body.contains("Your own organization"), "{}", page.body);
    assert!(page.body.contains(">Acme<") && page.body.contains("administrator"), "{}", page.body);
    assert_eq!(page.body.matches("/welcome/accept\"").count(), 1, "only what is for this address");
    assert!(!page.body.contains("/demo?iss="), "no organisation of hers has the app: {}", page.body);

    let before = state(&world).await;
    for _ in 0..2 {
        open(&mut agent, &format!("{platform}/welcome")).await;
    }
    assert_eq!(state(&world).await, before, "looking changes nothing");
    let page = send(&mut agent, &page, "/welcome/accept", &[]).await;
    assert_eq!(page.url.as_str(), format!("{platform}/welcome"));
    assert!(!page.body.contains("/welcome/accept\""), "it is answered: {}", page.body);
    assert!(page.body.contains("/demo?iss="), "an organisation of hers has the app now: {}", page.body);
    assert_eq!(world.kinds().await["t invitation.accepted"], 1);
    let account = open(&mut agent, &format!("{platform}/account")).await;
    assert!(account.body.contains(">Acme<"), "{}", account.body);

    // A later sign-in leads where it always did.
    let mut again = world.agent();
    let begun = again.get(&format!("{}/login", world.issuer("acme"))).await;
    let done = again.sign_in(&begun, ADA, GOOD).await;
    assert_eq!(done.location().as_str(), format!("{}/", world.issuer("acme")));
}

#[tokio::test]
async fn who_belongs_nowhere_yet_is_told_as_well() {
    let world = World::with(&[("GATEHOUSE_SIGN_UP__PERSONAL_TENANT", "false")]).await;
    let platform = world.platform();
    let mut agent = world.agent();
    let page = signs_up(&world, &mut agent, &platform).await;
    assert_eq!(page.url.as_str(), format!("{platform}/welcome"));
    assert!(page.body.contains("Welcome, Ada Archer"), "{}", page.body);
    assert!(!page.body.contains("Your own organization"), "{}", page.body);
}

#[tokio::test]
async fn at_a_tenant_it_says_where_the_person_is() {
    let world = World::dev().await;
    world.apply("version: 1\ntenants:\n  - { slug: acme, name: Acme, policy: { sign_up: open } }\n").await;
    let acme = world.issuer("acme");
    let mut agent = world.agent();
    let page = signs_up(&world, &mut agent, &acme).await;
    assert_eq!(page.url.as_str(), format!("{acme}/welcome"));
    assert!(page.body.contains("You are now a member of Acme."), "{}", page.body);
    assert!(!page.body.contains("Your own organization"), "{}", page.body);
    let start = format!("{}/demo?iss={}", world.platform(), acme.replace(':', "%3A").replace('/', "%2F"));
    assert!(page.body.contains(&format!("href=\"{start}\"")), "{start}: {}", page.body);
}

#[tokio::test]
async fn it_is_for_whoever_is_signed_in_and_gives_nothing_away() {
    let world = World::dev().await;
    let platform = world.platform();
    let stranger = world.agent().get(&format!("{platform}/welcome")).await;
    assert!(stranger.location().path().ends_with("/login"), "{}", stranger.location());
    arrive(&mut world.agent(), &format!("{platform}/welcome"), "bob@globex.test", PASSWORD).await;

    invited(&world, "bob@globex.test", "owner").await;
    let (mut bob, _) = enter(&world, &platform, "bob@globex.test").await;
    let bobs = open(&mut bob, &format!("{platform}/welcome")).await.hidden("/welcome/accept");
    let value = |name: &str| bobs.iter().find(|field| field.0 == name).unwrap().1.clone();
    let (mut carol, _) = enter(&world, &platform, "carol@consult.test").await;
    let page = open(&mut carol, &format!("{platform}/account/address")).await;
    assert!(!open(&mut carol, &format!("{platform}/welcome")).await.body.contains("/welcome/accept\""));
    let mut stolen = page.hidden("/account/address");
    stolen.extend(["organization", "invitation"].map(|name| (name.to_owned(), value(name))));
    let fields: Vec<(&str, &str)> = stolen.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let before = state(&world).await;
    let no = carol.post(&format!("{platform}/welcome/accept"), &fields).await;
    assert_eq!(no.status, 403, "INV-01: {}", no.body);
    assert_eq!(no.complaint().as_deref(), Some("invitation_address_mismatch"));
    assert_eq!(state(&world).await, before);
    assert_eq!(world.kinds().await["t invitation.mismatch"], 1);

    let acme = world.tenant("acme").await;
    sql(&world, &format!("UPDATE cell.sessions SET authority_tenant = '{}'", acme.uuid())).await;
    let bound = carol.get(&format!("{platform}/welcome")).await;
    assert_eq!(bound.location().as_str(), format!("{platform}/account"), "SES-08");
    let no = carol.post(&format!("{platform}/welcome/accept"), &fields).await;
    assert_eq!(no.status, 403, "SES-08: {}", no.body);
}

//! Sessions: planted, forged, ended by others, used where they are worth nothing (SES-01, 03, 04, 05, 07).

use chrono::TimeDelta;
use reqwest::Method;

use super::kit::{
    HANDLE, PASSWORD, PATIENT, PRE, ask, code, csrf, encode, enter, on_page, sets, silently, sql, state,
    tokens,
};
use crate::support::{Agent, World};

/// The forms of a sign-in.
const FORMS: [&str; 8] =
    ["identifier", "password", "account", "another", "remove", "organization", "consent", "cancel"];

/// Where a browser stands that has started to sign in.
async fn begun(world: &World, issuer: &str, who: &str) -> (Agent, String) {
    let mut agent = world.agent();
    let flow = agent.get(&ask(issuer, &[])).await.param("flow").unwrap();
    let token = csrf(&agent, issuer, &flow);
    let fields = [("flow", flow.as_str()), ("csrf", &token), ("identifier", who)];
    assert_eq!(agent.post(&format!("{issuer}/login/identifier"), &fields).await.status, 303);
    (agent, flow)
}

async fn finish(agent: &mut Agent, issuer: &str, flow: &str) -> crate::support::Answered {
    let token = csrf(agent, issuer, flow);
    let fields = [("flow", flow), ("csrf", token.as_str()), ("password", PASSWORD)];
    agent.post(&format!("{issuer}/login/password"), &fields).await
}

#[tokio::test]
async fn a_planted_cookie_opens_nothing_afterwards() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (attacker, flow) = begun(&world, &acme, "alice@acme.test").await;
    let mut victim = world.agent();
    victim.cookies = attacker.cookies.clone();
    let done = finish(&mut victim, &acme, &flow).await;
    assert!(sets(&done, HANDLE) && done.param("code").is_some());
    assert_eq!(silently(&attacker, &acme).await, Err("login_required".to_owned()), "the planted pre-session");
    on_page(&attacker.clone().get(&format!("{acme}/login?flow={flow}")).await, 409, "the planted flow");
    let (mallory, _) = code(&world, &world.issuer("globex"), "bob@globex.test").await;
    let mut victim = world.agent();
    victim.cookies.insert(HANDLE.to_owned(), mallory.cookies[HANDLE].clone());
    let asked = victim.get(&ask(&acme, &[])).await;
    let page = victim.follow(&asked).await;
    let done = victim.submit(&page, "/login/identifier", &[("identifier", "alice@acme.test")]).await;
    let page = victim.follow(&done).await;
    let done = victim.submit(&page, "/login/password", &[("password", PASSWORD)]).await;
    assert!(done.param("code").is_some(), "{}", done.body);
    assert_ne!(victim.cookies[HANDLE], mallory.cookies[HANDLE]);
    silently(&mallory, &acme).await.expect_err("the planted handle");
    silently(&mallory, &world.issuer("globex")).await.expect_err("a handle that was replaced");
    let mut once = victim.clone();
    let before = once.cookies[HANDLE].clone();
    let asked = once.get(&ask(&acme, &[("prompt", "login")])).await;
    let page = once.follow(&asked).await;
    let done = once.submit(&page, "/login/password", &[("password", PASSWORD)]).await;
    assert!(done.param("code").is_some(), "{}", done.body);
    assert_ne!(once.cookies[HANDLE], before, "a new secret at each rise of authority");
    silently(&victim, &acme).await.expect_err("the handle before the step");
}

#[tokio::test]
async fn forms_from_elsewhere_sign_nobody_in() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (mut agent, flow) = begun(&world, &acme, "alice@acme.test").await;
    let (other, other_flow) = begun(&world, &acme, "alice@acme.test").await;
    let before = state(&world).await;
    let own = csrf(&agent, &acme, &flow);
    let base = world.server.base().to_owned();
    let elsewhere: &[&[(&str, &str)]] = &[
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", &base.replace("http:", "https:"))],
        &[("origin", &format!("{base}.evil.example"))],
        &[("origin", "http://localhost")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", &base)],
        &[("sec-fetch-site", "cross-site"), ("origin", &base)],
    ];
    for form in FORMS {
        let url = format!("{acme}/login/{form}");
        let fields = [
            ("flow", flow.as_str()),
            ("csrf", &own),
            ("password", PASSWORD),
            ("decision", "allow"),
            ("identifier", "x@y.example"),
        ];
        for headers in elsewhere {
            on_page(&agent.post_with(&url, headers, &fields).await, 403, &format!("{form} {headers:?}"));
        }
        let tokens = [
            csrf(&agent, &acme, &other_flow),
            csrf(&other, &acme, &flow),
            csrf(&agent, &acme, ""),
            own[1..].to_owned(),
            "x".to_owned(),
            String::new(),
        ];
        for token in &tokens {
            let fields =
                [("flow", flow.as_str()), ("csrf", token), ("password", PASSWORD), ("decision", "allow")];
            on_page(&agent.post(&url, &fields).await, 403, &format!("{form} with a token of something else"));
        }
        let mut bare = world.agent();
        on_page(&bare.post(&url, &fields).await, 400, &format!("{form} without cookies"));
        bare.cookies.insert(format!("{PRE}=x; {PRE}"), agent.cookies[PRE].clone());
        on_page(&bare.post(&url, &fields).await, 400, &format!("{form} with a doubled cookie"));
        let answered = agent.get(&format!("{url}?{}", encode(&fields))).await;
        on_page(&answered, 405, &format!("{form} by GET"));
    }
    assert_eq!(state(&world).await, before);
    assert_eq!(finish(&mut agent, &acme, &flow).await.status, 303, "the person's own form still works");
}

#[tokio::test]
async fn nobody_else_signs_a_person_out() {
    let world = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let victim = tokens(&world, &acme, "alice@acme.test").await;
    let other = tokens(&world, &globex, "carol@consult.test").await;
    let mut agent = victim.agent.clone();
    let before = state(&world).await;
    let after = "http://127.0.0.1/logged-out";
    for hint in ["", &victim.id, &other.id, "x.y.z", &victim.access] {
        for confirm in ["", "1"] {
            let query = encode(&[
                ("id_token_hint", hint),
                ("post_logout_redirect_uri", after),
                ("client_id", "demo-web"),
                ("confirm", confirm),
                ("state", "s"),
            ]);
            for issuer in [&acme, &globex, &world.platform()] {
                let url = format!("{issuer}/oauth2/logout?{query}");
                agent.get(&url).await;
                agent.send(Method::HEAD, &url, &[], None).await;
                let cross = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
                let fields = [("id_token_hint", hint), ("confirm", "1"), ("post_logout_redirect_uri", after)];
                agent.post_with(&url, &cross, &fields).await;
            }
        }
    }
    let page = agent.get(&format!("{acme}/oauth2/logout")).await;
    let own = page.hidden("/oauth2/logout");
    let session = own.iter().find(|(name, _)| name == "session").unwrap().1.clone();
    let token = csrf(&agent, &acme, "");
    let fields = [("csrf", token.as_str()), ("session", &session), ("confirm", "1")];
    let url = format!("{acme}/oauth2/logout");
    for headers in
        [[("origin", "https://evil.example")], [("origin", "null")], [("sec-fetch-site", "same-site")]]
    {
        on_page(&agent.post_with(&url, &headers, &fields).await, 403, &format!("{headers:?}"));
    }
    on_page(&agent.post(&url, &[("session", &session), ("confirm", "1")]).await, 403, "without a token");
    let mut mallory = other.agent.clone();
    let theirs = csrf(&mallory, &acme, "");
    let answered = mallory.post(&url, &[("csrf", &theirs), ("session", &session), ("confirm", "1")]).await;
    assert_eq!(answered.status, 200, "another browser's session is answered like none");
    assert_eq!(state(&world).await, before);
    silently(&agent, &acme).await.unwrap();
    assert_eq!(world.events("session.ended").await, 0);
    assert_eq!(agent.post(&url, &fields).await.status, 200);
    silently(&agent, &acme).await.unwrap_err();
    silently(&victim.agent, &acme).await.unwrap_err();
    assert_eq!(world.events("session.ended").await, 1);
}

#[tokio::test]
async fn a_session_is_worth_nothing_where_it_does_not_reach() {
    let world = World::with(PATIENT).await;
    let elsewhere = World::with(PATIENT).await;
    let (acme, globex) = (world.issuer("acme"), world.issuer("globex"));
    let (mut bob, _) = code(&world, &globex, "bob@globex.test").await;
    assert_eq!(silently(&bob, &acme).await, Err("login_required".to_owned()));
    let asked = bob.get(&ask(&acme, &[])).await;
    let page = bob.follow(&asked).await;
    let flow = asked.param("flow").unwrap();
    assert!(page.body.contains("/login/identifier"), "{}", page.body);
    let token = csrf(&bob, &acme, &flow);
    let home = bob.get(&format!("{globex}/")).await;
    let session = home.hidden("/oauth2/logout").into_iter().find(|(name, _)| name == "session").unwrap().1;
    let fields = [("flow", flow.as_str()), ("csrf", &token), ("session", &session)];
    let answered = bob.post(&format!("{acme}/login/account"), &fields).await;
    let last = if answered.status == 303 { bob.follow(&answered).await } else { answered };
    assert!(last.status == 403 || last.status == 200, "{}", last.status);
    assert!(!last.headers.contains_key("location"), "bob entered a tenant that is not his");
    let (foreign, done) = enter(&world, &acme, "bob@globex.test").await;
    assert!(done.status != 303 || !done.location().as_str().contains("code="), "bob entered by his password");
    silently(&foreign, &acme).await.unwrap_err();
    let (there, _) = code(&elsewhere, &elsewhere.issuer("acme"), "alice@acme.test").await;
    let (here, _) = code(&world, &acme, "alice@acme.test").await;
    for value in [
        there.cookies[HANDLE].as_str(),
        "x",
        "",
        here.cookies[PRE].as_str(),
        &here.cookies[HANDLE].to_lowercase(),
    ] {
        let mut thief = world.agent();
        thief.cookies.insert(HANDLE.to_owned(), value.to_owned());
        assert_eq!(silently(&thief, &acme).await, Err("login_required".to_owned()), "{value}");
    }
    let mut doubled = world.agent();
    doubled.cookies.insert(format!("{HANDLE}=x; {HANDLE}"), here.cookies[HANDLE].clone());
    assert_eq!(silently(&doubled, &acme).await, Err("login_required".to_owned()), "a doubled cookie");
}

#[tokio::test]
async fn choosing_an_account_is_no_password() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (mut here, _) = code(&world, &acme, "alice@acme.test").await;
    let asked = here.get(&ask(&acme, &[("prompt", "login")])).await;
    let flow = asked.param("flow").unwrap();
    let session = here
        .get(&format!("{acme}/"))
        .await
        .hidden("/oauth2/logout")
        .into_iter()
        .find(|(name, _)| name == "session")
        .unwrap()
        .1;
    let token = csrf(&here, &acme, &flow);
    let fields = [
        ("flow", flow.as_str()),
        ("csrf", &token),
        ("session", &session),
        ("decision", "allow"),
        ("organization", "acme"),
    ];
    for form in ["account", "organization", "consent"] {
        let answered = here.post(&format!("{acme}/login/{form}"), &fields).await;
        assert!(
            answered.headers.get("location").is_none_or(|to| !to.to_str().unwrap().contains("code=")),
            "{form} skips the password"
        );
    }
}

#[tokio::test]
async fn a_session_ends_with_its_time_and_its_person() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (carol, _) = code(&world, &acme, "carol@consult.test").await;
    let (alice, _) = code(&world, &acme, "alice@acme.test").await;
    silently(&carol, &acme).await.unwrap();
    sql(&world, "UPDATE cell.identities SET status = 'disabled', epoch = epoch + 1 WHERE identity_id IN (SELECT identity_id FROM cell.addresses WHERE address = 'carol@consult.test')").await;
    silently(&carol, &acme).await.unwrap_err();
    silently(&carol, &world.platform()).await.unwrap_err();
    silently(&alice, &acme).await.unwrap();
    sql(&world, "UPDATE cell.identities SET status = 'active', epoch = epoch + 1 WHERE status = 'disabled'")
        .await;
    silently(&carol, &acme).await.expect_err("an old session came back with its person");
    for hours in [7, 7, 7] {
        world.clock.advance(TimeDelta::hours(hours));
        silently(&alice, &acme).await.expect("in use");
    }
    world.clock.advance(TimeDelta::hours(8) + TimeDelta::seconds(1));
    silently(&alice, &acme).await.expect_err("idle for too long");
    let (late, _) = code(&world, &acme, "alice@acme.test").await;
    for _ in 0..23 {
        world.clock.advance(TimeDelta::hours(7));
        if silently(&late, &acme).await.is_err() {
            panic!("ended before its absolute end");
        }
    }
    world.clock.advance(TimeDelta::hours(7));
    silently(&late, &acme).await.expect_err("past its absolute end");
}

#[tokio::test]
async fn a_session_older_than_the_app_allows_is_asked_again() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (mut alice, _) = code(&world, &acme, "alice@acme.test").await;
    for changes in [[("prompt", "none login")], [("prompt", "login")], [("max_age", "0")]] {
        let answered = alice.get(&ask(&acme, &changes)).await;
        assert_eq!(answered.param("code"), None, "{changes:?}");
    }
    world.clock.advance(TimeDelta::seconds(61));
    let silent = alice.get(&ask(&acme, &[("max_age", "60"), ("prompt", "none")])).await;
    assert_eq!(silent.param("error").as_deref(), Some("login_required"));
    let mut agent = alice.clone();
    let asked = agent.get(&ask(&acme, &[("max_age", "60")])).await;
    let page = agent.follow(&asked).await;
    let done = agent.submit(&page, "/login/password", &[("password", "a-wrong-guess")]).await;
    assert_eq!((done.status.as_u16(), done.complaint().as_deref()), (401, Some("wrong_credentials")));
    let done = agent.submit(&page, "/login/password", &[("password", PASSWORD)]).await;
    assert!(done.param("code").is_some(), "{}", done.body);
}

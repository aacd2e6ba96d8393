//! Unfinished sign-ins: used as finished, late, again, elsewhere, in another browser, all at once (MFA-04, ISO-03, EML-07).

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::kit::{
    HANDLE, PASSWORD, PATIENT, ask, count, csrf, on_page, redeem, refresh, refused, sets, silently, state,
};
use crate::support::{Agent, Answered, World};

struct Half {
    agent: Agent,
    issuer: String,
    flow: String,
}

impl Half {
    /// A sign-in at the page that asks for alice's password.
    async fn done(world: &World, issuer: &str) -> Self {
        let mut agent = world.agent();
        let flow = agent.get(&ask(issuer, &[])).await.param("flow").unwrap();
        let mut half = Self { agent, issuer: issuer.to_owned(), flow };
        assert_eq!(half.post("identifier", &[("identifier", "alice@acme.test")]).await.status, 303);
        half
    }

    async fn post(&mut self, form: &str, more: &[(&str, &str)]) -> Answered {
        let issuer = self.issuer.clone();
        self.post_at(&issuer, form, more).await
    }

    /// Posts a form of the flow at an issuer, with the token that the issuer expects from this browser.
    async fn post_at(&mut self, issuer: &str, form: &str, more: &[(&str, &str)]) -> Answered {
        let token = csrf(&self.agent, issuer, &self.flow);
        let mut fields = vec![("flow", self.flow.as_str()), ("csrf", token.as_str())];
        fields.extend_from_slice(more);
        self.agent.post(&format!("{issuer}/login/{form}"), &fields).await
    }
}

fn no_code(answered: &Answered, what: &str) {
    let location = answered.headers.get("location").map(|value| value.to_str().unwrap());
    assert!(location.is_none_or(|to| !to.contains("code=")), "{what}: {location:?}");
    assert!(!sets(answered, HANDLE), "{what}");
    assert!(!answered.status.is_server_error(), "{what}: {}", answered.status);
}

#[tokio::test]
async fn half_a_sign_in_is_worth_nothing() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let mut half = Half::done(&world, &acme).await;
    let before = state(&world).await;
    for issuer in [acme.clone(), world.issuer("globex"), world.platform()] {
        assert_eq!(silently(&half.agent, &issuer).await, Err("login_required".to_owned()));
        let home = half.agent.get(&format!("{issuer}/")).await;
        assert!(!home.body.contains("alice@acme.test"), "the front page knows who typed an address");
    }
    for form in ["account", "another", "remove", "organization", "consent"] {
        let mut half = Half::done(&world, &acme).await;
        for more in [("session", "x"), ("organization", "acme"), ("decision", "allow"), ("tenant", "acme")] {
            no_code(&half.post(form, &[more]).await, form);
        }
    }
    refused(&redeem(&half.agent, &acme, &half.flow, &[]).await, "invalid_grant", "a flow as a code");
    refused(
        &refresh(&half.agent, &acme, &half.flow, &[]).await,
        "invalid_grant",
        "a flow as a refresh token",
    );
    let mut planted = half.agent.clone();
    planted.cookies.insert(HANDLE.to_owned(), half.flow.clone());
    assert_eq!(silently(&planted, &acme).await, Err("login_required".to_owned()));
    planted.cookies.insert(HANDLE.to_owned(), half.agent.cookies[super::kit::PRE].clone());
    assert_eq!(silently(&planted, &acme).await, Err("login_required".to_owned()));
    assert_eq!(state(&world).await, before);
    let cancelled = half.post("cancel", &[]).await;
    assert_eq!(cancelled.param("error").as_deref(), Some("access_denied"));
    no_code(&half.post("password", &[("password", PASSWORD)]).await, "after it was given up");
}

#[tokio::test]
async fn late_and_again() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let (mut late, mut done) = (Half::done(&world, &acme).await, Half::done(&world, &acme).await);
    let finished = done.post("password", &[("password", PASSWORD)]).await;
    assert!(finished.param("code").is_some());
    let before = state(&world).await;
    for form in ["identifier", "password", "account", "another", "organization", "consent", "cancel"] {
        let answered = done
            .post(
                form,
                &[("password", PASSWORD), ("identifier", "carol@consult.test"), ("decision", "allow")],
            )
            .await;
        on_page(&answered, 409, form);
    }
    on_page(&done.agent.get(&format!("{acme}/login?flow={}", done.flow)).await, 409, "the finished page");
    world.clock.advance(TimeDelta::minutes(30) + TimeDelta::seconds(1));
    on_page(&late.agent.get(&format!("{acme}/login?flow={}", late.flow)).await, 400, "the expired page");
    on_page(&late.post("password", &[("password", PASSWORD)]).await, 400, "the expired form");
    for flow in ["", "x", "gh_fl_", &late.flow[..late.flow.len() - 1], &late.flow.to_uppercase()] {
        let mut lost = Half { agent: late.agent.clone(), issuer: acme.clone(), flow: flow.to_owned() };
        on_page(&lost.post("password", &[("password", PASSWORD)]).await, 400, &format!("{flow:?}"));
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn at_another_issuer_or_in_another_browser() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let mut half = Half::done(&world, &acme).await;
    let before = state(&world).await;
    for issuer in [world.issuer("globex"), world.platform()] {
        for form in ["identifier", "password", "cancel", "consent", "organization"] {
            let more = [
                ("password", PASSWORD),
                ("identifier", "bob@globex.test"),
                ("decision", "allow"),
                ("organization", "globex"),
            ];
            let answered = half.post_at(&issuer, form, &more).await;
            on_page(&answered, 400, &format!("{form} at {issuer}"));
            assert_eq!(answered.complaint().as_deref(), Some("flow_expired"), "{form} at {issuer}");
        }
        let answered = half.agent.get(&format!("{issuer}/login?flow={}", half.flow)).await;
        on_page(&answered, 400, "the page");
        assert!(!answered.body.contains("alice@acme.test"));
    }
    let thief = Half::done(&world, &acme).await;
    let mut stolen = Half { agent: thief.agent, issuer: acme.clone(), flow: half.flow.clone() };
    for form in ["password", "identifier", "cancel", "account"] {
        let answered = stolen.post(form, &[("password", PASSWORD), ("identifier", "bob@globex.test")]).await;
        on_page(&answered, 403, form);
    }
    let answered = stolen.agent.get(&format!("{acme}/login?flow={}", half.flow)).await;
    on_page(&answered, 403, "the page in another browser");
    assert!(!answered.body.contains("alice@acme.test"));
    let answered = world.agent().get(&format!("{acme}/login?flow={}", half.flow)).await;
    on_page(&answered, 400, "the page without cookies");
    assert_eq!(state(&world).await, before);
    assert!(
        half.post("password", &[("password", PASSWORD)]).await.param("code").is_some(),
        "the owner goes on"
    );
}

#[tokio::test]
async fn ten_tabs_that_finish_at_once() {
    let world = World::with(PATIENT).await;
    let acme = world.issuer("acme");
    let half = Arc::new(Half::done(&world, &acme).await);
    let posts = (0..10).map(|_| {
        let half = Arc::clone(&half);
        async move {
            let mut tab =
                Half { agent: half.agent.clone(), issuer: half.issuer.clone(), flow: half.flow.clone() };
            tab.post("password", &[("password", PASSWORD)]).await
        }
    });
    let answers = join_all(posts).await;
    let codes = answers.iter().filter(|answered| answered.status == 303).count();
    let replayed = answers.iter().filter(|answered| answered.status == 409).count();
    assert_eq!((codes, replayed), (1, 9), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    assert_eq!((count(&world, "cell.codes").await, count(&world, "cell.sessions").await), (1, 1));
}

//! A server that can be told to lie, and the proof that every lie is found.

mod liar;

use anyhow::Context as _;
use liar::{Liar, Lie};

use super::{Scenario, verify};
use crate::measure::drive::Turn;
use crate::measure::stats::Choice;

/// More operations than any check waits for.
const TURNS: usize = 250;

/// One worker's operations until the first fault, then the checks that follow a window; how much they checked.
async fn attempt(lie: Lie, scenario: Scenario) -> anyhow::Result<usize> {
    let stage = Liar::start(lie).await?.stage().await?.drawing(Choice::Uniform, 2);
    let mut crew = scenario.crew(&stage, 50).await?;
    let worker = crew.first_mut().context("no worker")?;
    for _ in 0..TURNS {
        if worker.turn().await? == Turn::Empty {
            break;
        }
    }
    verify::check(&stage).await
}

async fn fault(lie: Lie, scenario: Scenario) -> String {
    attempt(lie, scenario).await.err().map(|error| format!("{error:#}")).unwrap_or_default()
}

#[tokio::test]
async fn an_honest_server_passes_everything() {
    for (scenario, checks) in [
        (Scenario::Discovery, 0),
        (Scenario::Jwks, 0),
        (Scenario::ClientCredentials, 3),
        (Scenario::Refresh, 6),
        (Scenario::Introspection, 0),
        (Scenario::Userinfo, 0),
        (Scenario::Code, 6),
        (Scenario::Password, 2),
    ] {
        assert_eq!(
            attempt(Lie::None, scenario).await.map_err(|error| format!("{error:#}")),
            Ok(checks),
            "{scenario:?}"
        );
    }
}

#[tokio::test]
async fn a_replayed_refresh_token_must_be_refused() {
    let told = fault(Lie::AcceptsReplay, Scenario::Refresh).await;
    assert!(told.starts_with("a replayed token was answered 200"), "{told}");
}

#[tokio::test]
async fn a_family_must_end_with_a_replay() {
    let told = fault(Lie::KeepsFamily, Scenario::Refresh).await;
    assert!(told.starts_with("the family outlived a replay"), "{told}");
}

#[tokio::test]
async fn another_tenants_token_must_be_inactive() {
    let told = fault(Lie::EverybodyActive, Scenario::Introspection).await;
    assert_eq!(told, "active is true for a token that is another's");
}

#[tokio::test]
async fn userinfo_must_be_about_the_person_of_the_token() {
    let told = fault(Lie::OtherSubject, Scenario::Userinfo).await;
    assert!(told.starts_with("userinfo is about mallory"), "{told}");
}

#[tokio::test]
async fn tokens_must_say_their_issuer_and_their_tenant() {
    for (lie, expected) in [
        (Lie::OtherIssuer, "InvalidIssuer"),
        (Lie::NoTenant, "no tenant in an access token"),
        (Lie::Expired, "ExpiredSignature"),
        (Lie::BadSignature, "InvalidSignature"),
    ] {
        let told = fault(lie, Scenario::ClientCredentials).await;
        assert!(told.contains(expected), "{lie:?}: {told}");
    }
}

#[tokio::test]
async fn a_right_password_must_lead_to_a_code() {
    let told = fault(Lie::LosesSignIn, Scenario::Password).await;
    assert!(told.contains("no form at"), "{told}");
}

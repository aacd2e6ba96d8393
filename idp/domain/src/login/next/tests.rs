use super::*;
use crate::oauth::{Challenge, Prompts, ResponseMode, Scopes};
use crate::policy::Policy;
use crate::session::Authority;
use crate::session::tests::live;
use crate::tenant::{Branding, CellName, TenantRef};
use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

const ACME: u128 = 1;
const GLOBEX: u128 = 2;

fn tenant(n: u128) -> Tenant {
    Tenant {
        at: TenantRef { id: tenant_id(n), slug: format!("t{n}").parse().unwrap(), cell: CellName::pool() },
        name: "Tenant".parse().unwrap(),
        status: TenantStatus::Active,
        personal: false,
        epoch: 0,
        policy: Policy::default(),
        branding: Branding::default(),
    }
}

fn tenant_id(n: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(n))
}

fn session(n: u128, address: &str, tenants: &[u128]) -> LiveSession {
    LiveSession { address: Some(address.into()), ..live(n, Authority::Full, tenants) }
}

fn request(prompts: &str) -> FlowState {
    let prompts: Prompts =
        serde_json::from_value(serde_json::json!(prompts.split_whitespace().collect::<Vec<_>>())).unwrap();
    FlowState {
        request: Some(AuthorizeRequest {
            client_id: "web".into(),
            redirect_uri: "https://app.example/cb".into(),
            response_mode: ResponseMode::Query,
            state: None,
            nonce: None,
            scopes: Scopes::default(),
            resources: vec![],
            challenge: Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap(),
            prompts,
            max_age: None,
            login_hint: None,
            ui_locales: None,
            acr_values: vec![],
            organization: None,
        }),
        ..FlowState::default()
    }
}

fn at_acme(state: &FlowState, sessions: &[LiveSession]) -> Next {
    next(
        state,
        Facts {
            site: Site::Tenant(&tenant(ACME)),
            sessions,
            mails: true,
            now: DateTime::UNIX_EPOCH + TimeDelta::minutes(5),
        },
    )
}

fn at_platform(state: &FlowState, sessions: &[LiveSession], known: Option<&Tenant>) -> Next {
    next(state, Facts { site: Site::Platform(known), sessions, mails: true, now: DateTime::UNIX_EPOCH })
}

#[test]
fn a_usable_session_enters_and_a_foreign_one_counts_for_nothing() {
    let alice = session(1, "alice@acme.test", &[ACME]);
    let bob = session(2, "bob@globex.test", &[GLOBEX]);
    assert!(matches!(at_acme(&request(""), std::slice::from_ref(&alice)), Next::Enter(_)));
    assert_eq!(at_acme(&request(""), std::slice::from_ref(&bob)), Next::Identifier { hint: None });
    assert_eq!(
        at_acme(&request("none"), std::slice::from_ref(&bob)),
        Next::Refuse(AuthorizeError::LoginRequired)
    );
    assert!(matches!(at_acme(&request(""), &[alice, bob]), Next::Enter(_)));
}

#[test]
fn several_accounts_are_a_choice() {
    let both = [session(1, "alice@acme.test", &[ACME]), session(2, "carol@consult.test", &[ACME, GLOBEX])];
    assert!(matches!(at_acme(&request(""), &both), Next::ChooseAccount(ids) if ids.len() == 2));
    assert_eq!(at_acme(&request("none"), &both), Next::Refuse(AuthorizeError::AccountSelectionRequired));
    let mut hinted = request("");
    hinted.request.as_mut().unwrap().login_hint = Some("Carol@consult.test".into());
    assert!(matches!(at_acme(&hinted, &both), Next::Enter(entry) if entry.session == both[1].id));
    let picked = FlowState { account: Some(both[0].id), ..request("select_account") };
    assert!(matches!(at_acme(&picked, &both), Next::Enter(entry) if entry.session == both[0].id));
    let another = FlowState { another: true, ..request("") };
    assert_eq!(at_acme(&another, &both), Next::Identifier { hint: None });
}

#[test]
fn a_newer_sign_in_can_be_demanded() {
    let alice = [session(1, "alice@acme.test", &[ACME])];
    let mut aged = request("");
    aged.request.as_mut().unwrap().max_age = Some(60);
    assert!(
        matches!(at_acme(&aged, &alice), Next::Password { identifier } if identifier.canonical() == "alice@acme.test")
    );
    assert!(matches!(at_acme(&request("login"), &alice), Next::Password { .. }));
    let done = FlowState { opened: Some(alice[0].id), ..request("login") };
    assert!(matches!(at_acme(&done, &alice), Next::Enter(_)));
    aged.request.as_mut().unwrap().prompts = request("none").request.unwrap().prompts;
    assert_eq!(at_acme(&aged, &alice), Next::Refuse(AuthorizeError::LoginRequired));
}

#[test]
fn the_platform_asks_for_the_organisation_only_if_there_are_several() {
    let one = [session(1, "alice@acme.test", &[ACME])];
    let two = [session(3, "carol@consult.test", &[ACME, GLOBEX])];
    assert_eq!(at_platform(&request(""), &one, None), Next::Load(tenant_id(ACME)));
    assert!(
        matches!(at_platform(&request(""), &two, None), Next::ChooseTenant { tenants, .. } if tenants.len() == 2)
    );
    let picked = FlowState { tenant: Some(tenant_id(GLOBEX)), ..request("") };
    assert_eq!(at_platform(&picked, &two, None), Next::Load(tenant_id(GLOBEX)));
    let globex = tenant(GLOBEX);
    assert!(
        matches!(at_platform(&picked, &two, Some(&globex)), Next::Enter(entry) if entry.tenant == tenant_id(GLOBEX))
    );
    assert!(matches!(
        at_platform(&picked, &one, Some(&globex)),
        Next::Barred { reason: Barred::NotAMember, .. }
    ));
}

#[test]
fn a_suspended_tenant_is_shut() {
    let shut = Tenant { status: TenantStatus::Suspended, ..tenant(ACME) };
    let facts = Facts { site: Site::Tenant(&shut), sessions: &[], mails: true, now: DateTime::UNIX_EPOCH };
    assert_eq!(next(&request(""), facts), Next::Refuse(AuthorizeError::AccessDenied));
}

#[test]
fn who_has_proven_nothing_is_offered_to_right_after_the_password() {
    let imported = [live(1, Authority::Full, &[ACME])];
    let address: EmailAddress = "ines@acme.test".parse().unwrap();
    let signed_in =
        FlowState { identifier: Some(address.clone()), opened: Some(imported[0].id), ..request("") };
    assert_eq!(
        at_acme(&signed_in, &imported),
        Next::Confirm { session: imported[0].id, address: address.clone() }
    );
    let otherwise = [
        FlowState { put_off: true, ..signed_in.clone() },
        FlowState { opened: None, identifier: None, ..signed_in.clone() },
        FlowState { back: Some(crate::login::AccountPage::Addresses), ..signed_in.clone() },
    ];
    for state in otherwise {
        assert!(matches!(at_acme(&state, &imported), Next::Enter(_)), "{state:?}");
    }
    let proven = [session(1, "ines@acme.test", &[ACME])];
    assert!(matches!(at_acme(&signed_in, &proven), Next::Enter(_)));
    let elsewhere = [live(1, Authority::Full, &[GLOBEX])];
    assert!(matches!(at_acme(&signed_in, &elsewhere), Next::Barred { reason: Barred::NotAMember, .. }));
    let bound = [live(1, Authority::Tenant(tenant_id(ACME)), &[ACME])];
    assert!(
        matches!(at_acme(&signed_in, &bound), Next::Enter(_)),
        "a tenant's upstream vouches, not the person"
    );
    let at = tenant(ACME);
    let mute =
        Facts { site: Site::Tenant(&at), sessions: &imported, mails: false, now: DateTime::UNIX_EPOCH };
    assert!(matches!(next(&signed_in, mute), Next::Enter(_)), "no mail, no offer");
}

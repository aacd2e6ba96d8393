//! Two tenants with a person each, and everything that a sign-in leaves behind.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta};
use gatehouse_domain::audit::{Record, Stream};
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::identity::{IdentityStatus, MemberStatus, Role};
use gatehouse_domain::ids::{
    AddressId, AppId, CredentialId, DomainId, EventId, GrantId, IdentityId, KeyId, MemberId, ResourceId,
    SessionId, TenantId,
};
use gatehouse_domain::login::Agreed;
use gatehouse_domain::oauth::{Alg, App, Owner, Resource, Scopes};
use gatehouse_domain::policy::Policy;
use gatehouse_domain::random::bytes;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::session::{Authority, LiveSession};
use gatehouse_domain::tenant::{Branding, CellName, DomainClaim, DomainState, TenantRef, TenantStatus};
use gatehouse_domain::time::Timestamp;
use gatehouse_keys::entropy::SystemRng;
use gatehouse_store::apps::AppSecret;
use gatehouse_store::browsers::Known;
use gatehouse_store::codes::{Epochs, NewCode};
use gatehouse_store::flows::{FlowKey, FlowSaved};
use gatehouse_store::keys::{DataKey, KeyState, SigningKey};
use gatehouse_store::members::Member;
use gatehouse_store::sessions::StoredSession;
use gatehouse_store::sign_in::{self, Open};
use gatehouse_store::tenants::TenantRecord;
use gatehouse_store::{
    Insertion, NoTrail, Opener, Scope, Store, Trail, WriteTx, apps, codes, directory, domains, events,
    grants, identities, keys, mail_senders, members, tenants,
};
use serde_json::json;
use tokio::sync::Barrier;
use uuid::Uuid;

use super::proving::verify;
use super::trials::sender;
use super::work::start;

/// A tenant, its one person (an owner), and an app.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) place: TenantRef,
    pub(super) tenant: TenantId,
    pub(super) identity: IdentityId,
    pub(super) member: MemberId,
    pub(super) address: AddressId,
    pub(super) credential: CredentialId,
    pub(super) session: SessionId,
    pub(super) app: AppId,
}

/// The moment at which these tests happen.
pub(super) fn now() -> Timestamp {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

/// So many seconds later.
pub(super) fn later(seconds: i64) -> Timestamp {
    now() + TimeDelta::seconds(seconds)
}

/// A digest that nobody else has.
pub(super) fn digest() -> Digest {
    Digest::of(&bytes::<16>(&SystemRng))
}

/// An id that nobody else has.
pub(super) fn uuid() -> Uuid {
    gatehouse_domain::ids::uuid_v7(now(), &SystemRng)
}

/// The pool cell of a store.
pub(super) fn cell(store: &Store) -> Opener {
    store.cell(&CellName::pool()).unwrap().clone()
}

/// Opens for writing.
pub(super) async fn write(store: &Store, scope: Scope) -> WriteTx {
    cell(store).write(scope, "test").await.unwrap()
}

/// Commits without an event.
pub(super) async fn done(tx: WriteTx) {
    tx.commit(Trail::none(NoTrail::Step)).await.unwrap();
}

/// Opens so many connections, so that a race is not decided by who connects first.
pub(super) async fn warm(store: &Store, connections: usize) {
    let mut held = Vec::new();
    for _ in 0..connections {
        held.push(cell(store).read(Scope::platform(), "test").await.unwrap());
    }
}

/// Lets all run at the same moment; what each answered.
pub(super) async fn race<T, F>(runners: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let runners: Vec<F> = runners.into_iter().collect();
    let start = Arc::new(Barrier::new(runners.len()));
    let running: Vec<_> = runners
        .into_iter()
        .map(|runner| {
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                runner.await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for runner in running {
        answers.push(runner.await.unwrap());
    }
    answers
}

/// An event of a stream.
pub(super) fn record(stream: Stream, kind: &'static str) -> Record {
    Record { stream, event: EventId::from_uuid(uuid()), kind, body: b"{}".to_vec() }
}

/// The configuration of an app.
pub(super) fn app(owner: Owner, id: AppId, client_id: &str) -> App {
    let config = json!({
        "type": "public", "auth_method": "none", "redirect_uris": ["https://app.example/cb"],
        "grants": ["authorization_code", "refresh_token"], "first_party": true,
    });
    App {
        id,
        owner,
        client_id: client_id.to_owned(),
        name: "App".parse().unwrap(),
        epoch: 1,
        config: serde_json::from_value(config).unwrap(),
    }
}

/// A session of a person, good for an hour.
pub(super) fn session(sample: &Sample, id: SessionId) -> StoredSession {
    StoredSession {
        id,
        identity: sample.identity,
        authority: Authority::Full,
        credential: sample.credential,
        amr: vec!["pwd".to_owned()],
        acr: "1".to_owned(),
        auth_time: now(),
        created_at: now(),
        last_seen_at: now(),
        idle_end: later(1800),
        absolute_end: later(3600),
        identity_epoch: 1,
        device: Some("Firefox, Linux".to_owned()),
        network: Some("192.0.2.0/24".to_owned()),
    }
}

/// A session of a sample's person as a browser shows it, under an epoch.
pub(super) fn live(sample: &Sample, epoch: i32) -> LiveSession {
    let StoredSession { id, identity, authority, credential, amr, auth_time, last_seen_at, .. } =
        session(sample, sample.session);
    LiveSession {
        id,
        identity,
        authority,
        credential,
        amr,
        auth_time,
        last_seen_at,
        idle_end: later(1800),
        absolute_end: later(3600),
        identity_epoch: epoch,
        identity_status: IdentityStatus::Active,
        name: None,
        locale: None,
        address: None,
        memberships: Vec::new(),
        entered: Vec::new(),
        evidence: BTreeMap::new(),
    }
}

/// A code of a sample's person for its app.
pub(super) fn code(sample: &Sample, scopes: &str) -> NewCode {
    NewCode {
        digest: digest(),
        platform: false,
        app: sample.app,
        identity: sample.identity,
        member: sample.member,
        session: sample.session,
        grant: GrantId::from_uuid(uuid()),
        redirect_uri: "https://app.example/cb".to_owned(),
        challenge: None,
        nonce: Some("n".to_owned()),
        scopes: Scopes::parse(scopes).unwrap(),
        resources: vec![],
        auth_time: now(),
        acr: "1".to_owned(),
        amr: vec!["pwd".to_owned()],
        epochs: Epochs { identity: 1, member: 1, tenant: 1, app: 1 },
        expires_at: later(60),
    }
}

/// Somebody else who owns a tenant.
pub(super) fn another_owner() -> Member {
    Member {
        id: MemberId::from_uuid(uuid()),
        identity: IdentityId::from_uuid(uuid()),
        status: MemberStatus::Active,
        roles: vec![Role::Owner],
        login_address: None,
        name: None,
        epoch: 1,
    }
}

/// Makes a tenant with a person who has signed in; `name` is its slug.
pub(super) async fn sample(store: &Store, name: &str) -> Sample {
    let place =
        TenantRef { id: TenantId::from_uuid(uuid()), slug: name.parse().unwrap(), cell: CellName::pool() };
    let sample = Sample {
        tenant: place.id,
        place,
        identity: IdentityId::from_uuid(uuid()),
        member: MemberId::from_uuid(uuid()),
        address: AddressId::from_uuid(uuid()),
        credential: CredentialId::from_uuid(uuid()),
        session: SessionId::from_uuid(uuid()),
        app: AppId::from_uuid(uuid()),
    };
    let mut tx = store.directory().write(Scope::platform(), "test").await.unwrap();
    let reserved = directory::reserve_tenant(&mut tx, &sample.place, false, now()).await.unwrap();
    assert_eq!(reserved, Insertion::Done);
    done(tx).await;
    tenant_rows(store, &sample, name).await;
    person_rows(store, &sample, name).await;
    sample
}

async fn tenant_rows(store: &Store, sample: &Sample, name: &str) {
    let owner = Owner::Tenant(sample.tenant);
    let mut tx = write(store, Scope::tenant(sample.tenant)).await;
    let record = TenantRecord {
        name: name.parse().unwrap(),
        status: TenantStatus::Active,
        personal: false,
        epoch: 1,
        policy: Policy::default(),
        branding: Branding::default(),
    };
    assert_eq!(tenants::insert(&mut tx, &record, now()).await.unwrap(), Insertion::Done);
    let app = app(owner, sample.app, "web");
    assert_eq!(apps::insert(&mut tx, &app, now()).await.unwrap(), Insertion::Done);
    let member = Member {
        id: sample.member,
        identity: sample.identity,
        status: MemberStatus::Active,
        roles: vec![Role::Owner],
        login_address: Some(format!("owner@{name}.example")),
        name: Some("Owner".to_owned()),
        epoch: 1,
    };
    assert_eq!(members::insert(&mut tx, &member, now()).await.unwrap(), Insertion::Done);
    done(tx).await;
}

async fn person_rows(store: &Store, sample: &Sample, name: &str) {
    let mut tx = write(store, Scope::identity(sample.identity)).await;
    assert_eq!(identities::insert(&mut tx, Some("Ada"), None, now()).await.unwrap(), Insertion::Done);
    identities::put_password(&mut tx, sample.credential, &hash(), now()).await.unwrap();
    let address = format!("ada@{name}.example").parse().unwrap();
    verify(&mut tx, sample.identity, sample.address, &address).await;
    done(tx).await;
    open(store, &session(sample, sample.session), &attach(None)).await;
}

static HASH: LazyLock<PasswordRecord> =
    LazyLock::new(|| PasswordRecord::from_stored("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"));

/// The password of a sample's person.
pub(super) fn hash() -> PasswordRecord {
    HASH.clone()
}

/// A change of a sample's person that can be seen afterwards.
pub(super) async fn put_other_password(tx: &mut WriteTx, sample: &Sample) {
    let other = PasswordRecord::from_stored("$argon2id$v=19$m=9,t=1,p=1$c2FsdA$b3RoZXI");
    identities::put_password(tx, sample.credential, &other, now()).await.unwrap();
}

/// A place for a session: a browser that shows a handle, or a new one.
pub(super) fn attach(old: Option<Digest>) -> Known {
    Known { old, new: digest(), browser: uuid(), mark: *digest().as_bytes(), expires_at: later(9999) }
}

/// Opens a session in a flow of its own.
pub(super) async fn open(store: &Store, session: &StoredSession, attach: &Known) {
    let flow = start(store).await;
    let opening = opening(session, attach, &flow);
    assert_eq!(sign_in::open(&cell(store), &opening, now()).await.unwrap(), FlowSaved::Now(2));
}

/// A session to be opened without anything else.
pub(super) fn opening<'a>(session: &'a StoredSession, attach: &'a Known, flow: &'a FlowKey) -> Open<'a> {
    Open {
        tenant: None,
        session,
        renews: false,
        judged: &HASH,
        upgrade: None,
        attach,
        flow: (flow, &serde_json::Value::Null),
        tries: &[],
        records: &[],
        notice: None,
    }
}

/// Adds at least one row of a sample to every tenant table that [`sample`] leaves empty.
pub(super) async fn fill(store: &Store, sample: &Sample) {
    let owner = Owner::Tenant(sample.tenant);
    let mut tx = write(store, Scope::tenant(sample.tenant)).await;
    let name = format!("{}.example", sample.place.slug).parse().unwrap();
    let domain = DomainClaim::new(DomainId::from_uuid(uuid()), name, DomainState::Pending);
    let _ = domains::insert(&mut tx, &domain, now()).await.unwrap();
    let key = DataKey { id: KeyId::from_uuid(uuid()), kek_id: "k".to_owned(), wrapped: vec![1] };
    keys::data_key_or_insert(&mut tx, owner, &key, now()).await.unwrap();
    let key = SigningKey {
        id: KeyId::from_uuid(uuid()),
        alg: Alg::ES256,
        state: KeyState::Current,
        public_jwk: json!({}),
        sealed: vec![1],
        created_at: now(),
        current_at: None,
        gone_at: None,
    };
    let _ = keys::insert_signing_key(&mut tx, owner, &key).await.unwrap();
    let secret = AppSecret { id: uuid(), digest: digest(), created_at: now(), expires_at: None };
    apps::replace_secret(&mut tx, owner, sample.app, &secret, None).await.unwrap();
    let resource = Resource {
        id: ResourceId::from_uuid(uuid()),
        identifier: "https://api.example".to_owned(),
        scopes: Scopes::parse("read").unwrap(),
    };
    apps::put_resource(&mut tx, owner, &resource).await.unwrap();
    apps::entitle(&mut tx, AppId::from_uuid(uuid()), now()).await.unwrap();
    mail_senders::set(&mut tx, &sender(), now()).await.unwrap();
    let agreed = Agreed { scopes: resource.scopes.clone(), resources: vec![resource.identifier.clone()] };
    members::put_consent(&mut tx, sample.identity, sample.app, &agreed, now()).await.unwrap();
    apps::spend_assertion(&mut tx, owner, sample.app, &digest(), later(60)).await.unwrap();
    grants::revoke_token(&mut tx, owner, uuid(), later(60)).await.unwrap();
    let stream = Stream::Tenant(sample.tenant);
    events::subject_key(&cell(store), stream, uuid(), &[1], now()).await.unwrap();
    let code = code(sample, "openid");
    tx.commit(Trail::of([record(stream, "config.changed")])).await.unwrap();
    super::upstream_trials::upstreams(store, sample).await;
    super::invitation_trials::invite(store, sample, "guest@owned.example".parse().unwrap()).await;
    issue(store, sample, &code).await;
    let _ = codes::redeem(&cell(store), &redemption(sample, &code), now()).await.unwrap();
}

/// A matching redemption of a code, without a refresh token.
pub(super) fn redemption<'a>(sample: &Sample, code: &'a NewCode) -> codes::Redeem<'a> {
    codes::Redeem {
        tenant: sample.tenant,
        digest: code.digest,
        app: code.app,
        redirect_uri: &code.redirect_uri,
        challenge: code.challenge.clone(),
        platform: code.platform,
        refresh: None,
        resources: &[],
        idle_end: later(3600),
        absolute_end: later(7200),
        redeemed: record(Stream::Tenant(sample.tenant), "grant.issued"),
        replayed: record(Stream::Tenant(sample.tenant), "code.replay"),
    }
}

/// Issues a code, as the end of no flow.
pub(super) async fn issue(store: &Store, sample: &Sample, code: &NewCode) {
    let issued = record(Stream::Tenant(sample.tenant), "code.issued");
    let (tenant, enters) = (sample.tenant, false);
    let issue = codes::Issue { tenant, code, enters, idle_end: None, flow: None, issued: &issued };
    assert!(codes::issue(&cell(store), &issue, now()).await.unwrap());
}

//! The functions for a tenant's rows, each with a call for the rows of one tenant and its person.

use std::pin::Pin;

use gatehouse_domain::audit::Stream;
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{AppId, GrantId, JobId, KeyId, MailId, MemberId, ResourceId};
use gatehouse_domain::login::Agreed;
use gatehouse_domain::mail::{MailServer, SmtpTls};
use gatehouse_domain::oauth::{Alg, Owner, Resource, Scopes};
use gatehouse_domain::policy::Policy;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::tenant::{Branding, TenantStatus};
use gatehouse_store::apps::AppSecret;
use gatehouse_store::codes::{self, Redeem};
use gatehouse_store::jobs::NewJob;
use gatehouse_store::keys::{DataKey, KeyState, SigningKey};
use gatehouse_store::mail_senders::MailSender;
use gatehouse_store::mails::{MailEnd, NewMail};
use gatehouse_store::members::{Member, MemberChange};
use gatehouse_store::tenants::TenantRecord;
use gatehouse_store::{
    Insertion, Page, Scope, Store, StoreError, WriteTx, apps, events, grants, jobs, keys, mail_senders,
    mails, members, tenants,
};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::invitation_trials::{Invited, invited};
use super::own_trials::{Own, own};
use super::upstream_trials::{Upstreams, upstreams};
use super::world::{
    Sample, another_owner, app, cell, code, digest, done, issue, later, now, redemption, uuid, write,
};

/// What a trial calls; whether it found or changed something.
pub(super) type Call = for<'a> fn(
    &'a mut WriteTx,
    &'a Owned,
) -> Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send + 'a>>;

/// How a function says which rows it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By their ids or their owner: out of their scope there is nothing.
    Row,
    /// By the scope alone: in another's it acts on the other's.
    Scope,
    /// It answers nothing, so that only the rows tell.
    Mute,
}

/// A function under trial.
pub(super) struct Trial {
    /// Module and name.
    pub(super) name: &'static str,
    pub(super) way: Way,
    pub(super) call: Call,
}

/// The rows that the trials are after: everything of one tenant and its person.
pub(super) struct Owned {
    pub(super) sample: Sample,
    pub(super) grant: GrantId,
    owner: Owner,
    refresh: Digest,
    pub(super) own: Own,
    pub(super) invited: Invited,
    pub(super) up: Upstreams,
    data_key: KeyId,
    next_key: KeyId,
    resource: ResourceId,
    entitled: AppId,
    revoked: Uuid,
    subject: Uuid,
    waiting: MailId,
    sent: MailId,
}

/// Makes what a sample lacks, and finds the ids of what it has.
pub(super) async fn owned(store: &Store, admin: &mut PgConnection, sample: Sample) -> Owned {
    let owner = Owner::Tenant(sample.tenant);
    let made = Owned {
        grant: GrantId::from_uuid(uuid()),
        owner,
        refresh: digest(),
        own: own(store, &sample).await,
        invited: invited(store, &sample).await,
        up: upstreams(store, &sample).await,
        data_key: KeyId::from_uuid(uuid()),
        next_key: KeyId::from_uuid(uuid()),
        resource: ResourceId::from_uuid(uuid()),
        entitled: AppId::from_uuid(uuid()),
        revoked: uuid(),
        subject: uuid(),
        waiting: MailId::from_uuid(uuid()),
        sent: MailId::from_uuid(uuid()),
        sample,
    };
    let mut tx = write(store, Scope::both(made.sample.tenant, made.sample.identity)).await;
    let wrapped = keys::data_key_or_insert(&mut tx, owner, &data_key(&made), now()).await.unwrap();
    for key in [signing_key(KeyState::Current, Alg::EdDSA), next_key(&made)] {
        let _ = keys::insert_signing_key(&mut tx, owner, &key).await.unwrap();
    }
    apps::put_resource(&mut tx, owner, &resource(made.resource, "https://owned.example")).await.unwrap();
    apps::entitle(&mut tx, made.entitled, now()).await.unwrap();
    grants::revoke_token(&mut tx, owner, made.revoked, later(60)).await.unwrap();
    let stream = Stream::Tenant(made.sample.tenant);
    for subject in [made.subject, made.sample.identity.uuid()] {
        events::subject_key(&cell(store), stream, subject, &[1], now()).await.unwrap();
    }
    members::put_consent(&mut tx, made.sample.identity, made.sample.app, &agreed(), now()).await.unwrap();
    let secret = AppSecret { id: uuid(), digest: digest(), created_at: now(), expires_at: None };
    apps::replace_secret(&mut tx, owner, made.sample.app, &secret, None).await.unwrap();
    for id in [made.waiting, made.sent] {
        assert!(mails::post(&mut tx, &NewMail { id, ..letter(&made) }, now()).await.unwrap());
    }
    assert!(mails::end(&mut tx, made.sent, MailEnd::Sent, "", now()).await.unwrap());
    mail_senders::set(&mut tx, &sender(), now()).await.unwrap();
    done(tx).await;
    let code = codes::NewCode { grant: made.grant, ..code(&made.sample, "openid offline_access") };
    issue(store, &made.sample, &code).await;
    let redeem = Redeem { refresh: Some(made.refresh), ..redemption(&made.sample, &code) };
    let _ = codes::redeem(&cell(store), &redeem, now()).await.unwrap();
    let sql = "SELECT count(*) FROM cell.grants WHERE id = $1 AND current_digest IS NOT NULL";
    let granted: i64 = sqlx::query_scalar(sql).bind(made.grant.uuid()).fetch_one(admin).await.unwrap();
    assert_eq!(granted, 1);
    Owned { data_key: wrapped.id, ..made }
}

fn letter(owned: &Owned) -> NewMail<'static> {
    NewMail {
        id: MailId::from_uuid(uuid()),
        tenant: Some(owned.sample.tenant),
        kind: "trial",
        recipient: [7; 32],
        sealed: b"sealed",
    }
}

/// A mail server of a tenant's own.
pub(super) fn sender() -> MailSender {
    let server = MailServer {
        from: "login@owned.example".parse().unwrap(),
        reply_to: None,
        host: "smtp.owned.example".parse().unwrap(),
        port: 587,
        tls: SmtpTls::Required,
        user: None,
    };
    MailSender { id: uuid(), server, sealed: None }
}

fn data_key(owned: &Owned) -> DataKey {
    DataKey { id: owned.data_key, kek_id: "k".to_owned(), wrapped: vec![2] }
}

fn signing_key(state: KeyState, alg: Alg) -> SigningKey {
    SigningKey {
        id: KeyId::from_uuid(uuid()),
        alg,
        state,
        public_jwk: json!({}),
        sealed: vec![1],
        created_at: now(),
        current_at: None,
        gone_at: None,
    }
}

fn next_key(owned: &Owned) -> SigningKey {
    SigningKey { id: owned.next_key, ..signing_key(KeyState::Next, Alg::EdDSA) }
}

fn resource(id: ResourceId, identifier: &str) -> Resource {
    Resource { id, identifier: identifier.to_owned(), scopes: Scopes::parse("read").unwrap() }
}

fn agreed() -> Agreed {
    Agreed { scopes: Scopes::parse("openid").unwrap(), resources: vec![] }
}

const PAGE: Page = Page { after: None, limit: 50 };

macro_rules! trials {
    ($($way:ident $name:literal |$tx:ident, $o:ident| $body:expr;)+) => {
        &[$(Trial { name: $name, way: Way::$way, call: |$tx, $o| Box::pin(async move { Ok($body) }) }),+]
    };
}
pub(super) use trials;

pub(super) const TRIALS: &[Trial] = trials! {
    Row "apps::by_client_id" |tx, o| apps::by_client_id(tx, o.owner, "web").await?.is_some();
    Row "apps::by_id" |tx, o| apps::by_id(tx, o.owner, o.sample.app).await?.is_some();
    Row "apps::list" |tx, o| !apps::list(tx, o.owner, PAGE).await?.is_empty();
    Row "apps::insert" |tx, o| {
        let new = app(o.owner, AppId::from_uuid(uuid()), "another");
        apps::insert(tx, &new, now()).await? == Insertion::Done
    };
    Row "apps::update" |tx, o| {
        let mut app = app(o.owner, o.sample.app, "web");
        app.config.first_party = false;
        apps::update(tx, o.owner, app.id, &app.name, &app.config).await?.is_some()
    };
    Row "apps::disable" |tx, o| apps::disable(tx, o.owner, o.sample.app).await?;
    Row "apps::secrets" |tx, o| !apps::secrets(tx, o.owner, o.sample.app, now()).await?.is_empty();
    Mute "apps::replace_secret" |tx, o| {
        let secret = AppSecret { id: uuid(), digest: digest(), created_at: later(1), expires_at: None };
        apps::replace_secret(tx, o.owner, o.sample.app, &secret, None).await?;
        true
    };
    Row "apps::resources" |tx, o| !apps::resources(tx, o.owner).await?.is_empty();
    Mute "apps::put_resource" |tx, o| {
        apps::put_resource(tx, o.owner, &resource(ResourceId::from_uuid(uuid()), "urn:new")).await?;
        true
    };
    Row "apps::delete_resource" |tx, o| apps::delete_resource(tx, o.owner, o.resource).await?;
    Row "apps::spend_assertion" |tx, o| {
        apps::spend_assertion(tx, o.owner, o.sample.app, &digest(), later(60)).await?
    };
    Scope "apps::entitle" |tx, _o| apps::entitle(tx, AppId::from_uuid(uuid()), now()).await?;
    Row "apps::withdraw" |tx, o| apps::withdraw(tx, o.entitled).await?;
    Row "apps::is_entitled" |tx, o| apps::is_entitled(tx, o.entitled).await?;
    Row "apps::entitlements" |tx, o| apps::entitlements(tx).await?.contains(&o.entitled);
    Row "keys::data_key" |tx, o| keys::data_key(tx, o.owner).await?.is_some();
    Row "keys::data_key_or_insert" |tx, o| {
        keys::data_key_or_insert(tx, o.owner, &data_key(o), now()).await?.id == o.data_key
    };
    Row "keys::list_verifying" |tx, o| !keys::list_verifying(tx, o.owner, now()).await?.is_empty();
    Row "keys::insert_signing_key" |tx, o| {
        let key = signing_key(KeyState::Current, Alg::RS256);
        keys::insert_signing_key(tx, o.owner, &key).await? == Insertion::Done
    };
    Row "keys::promote" |tx, o| keys::promote(tx, o.owner, o.next_key, now(), later(60)).await?;
    Row "keys::revoke" |tx, o| keys::revoke(tx, o.owner, o.next_key, now()).await?;
    Scope "members::insert" |tx, _o| {
        let new = Member { id: MemberId::from_uuid(uuid()), ..another_owner() };
        members::insert(tx, &new, now()).await? == Insertion::Done
    };
    Row "members::by_identity" |tx, o| members::by_identity(tx, o.sample.identity).await?.is_some();
    Row "members::by_id" |tx, o| members::by_id(tx, o.sample.member).await?.is_some();
    Row "members::by_login_address" |tx, o| {
        let address = format!("owner@{}.example", o.sample.place.slug);
        members::by_login_address(tx, &address).await?.is_some()
    };
    Row "members::list" |tx, o| members::list(tx, PAGE).await?.iter().any(|m| m.id == o.sample.member);
    Row "members::update" |tx, o| {
        let roles = [Role::Owner, Role::Admin];
        let changed = members::update(tx, o.sample.member, MemberStatus::Active, &roles).await?;
        matches!(changed, MemberChange::Done(_))
    };
    Mute "members::rename" |tx, o| {
        members::rename(tx, o.sample.member, Some("Renamed"), None).await? == Insertion::Done
    };
    Row "members::consent" |tx, o| {
        members::consent(tx, o.sample.identity, o.sample.app).await?.is_some()
    };
    Mute "members::put_consent" |tx, o| {
        let more = Agreed { scopes: Scopes::parse("openid email").unwrap(), resources: vec![] };
        members::put_consent(tx, o.sample.identity, o.sample.app, &more, now()).await?;
        true
    };
    Row "grants::is_token_revoked" |tx, o| grants::is_token_revoked(tx, o.owner, o.revoked).await?;
    Row "grants::holds" |tx, o| grants::holds(tx, o.grant, o.sample.app, &o.refresh).await?;
    Row "grants::revoke" |tx, o| grants::revoke(tx, o.grant, o.sample.app, "trial", now()).await?;
    Row "grants::revoke_of_session" |tx, o| {
        !grants::revoke_of_session(tx, o.sample.session, "trial", now()).await?.is_empty()
    };
    Row "grants::apps_of_session" |tx, o| {
        !grants::apps_of_session(tx, o.sample.session).await?.is_empty()
    };
    Row "grants::apps_of_member" |tx, o| !grants::apps_of_member(tx, o.sample.member).await?.is_empty();
    Row "grants::revoke_token" |tx, o| grants::revoke_token(tx, o.owner, uuid(), later(60)).await?;
    Scope "tenants::insert" |tx, o| {
        // The tenant in scope is there already, so only a refusal or a row that is taken can come of it.
        let record = TenantRecord {
            name: o.sample.place.slug.as_str().parse().unwrap(),
            status: TenantStatus::Active,
            personal: false,
            epoch: 1,
            policy: Policy::default(),
            branding: Branding::default(),
        };
        tenants::insert(tx, &record, now()).await? == Insertion::Taken
    };
    Row "tenants::read" |tx, o| {
        tenants::read(tx).await?.is_some_and(|read| read.name.as_str() == o.sample.place.slug.as_str())
    };
    Scope "tenants::update" |tx, _o| {
        let (policy, looks) = (Policy::default(), Branding::default());
        let name = "Renamed".parse().unwrap();
        tenants::update(tx, &name, TenantStatus::Active, &policy, &looks).await?.is_some()
    };
    Row "jobs::enqueue" |tx, o| {
        let payload = json!({});
        let (id, tenant) = (JobId::from_uuid(uuid()), Some(o.sample.tenant));
        let job = NewJob { id, tenant, kind: "trial", payload: &payload, dedup: None, target: None, run_at: now() };
        jobs::enqueue(tx, &job, now()).await?
    };
    Row "mails::post" |tx, o| mails::post(tx, &letter(o), now()).await?;
    Row "mails::post_seldom" |tx, o| mails::post_seldom(tx, &letter(o), later(60), now()).await?;
    Row "mails::waiting" |tx, o| mails::waiting(tx, o.waiting).await?.is_some();
    Row "mails::end" |tx, o| mails::end(tx, o.waiting, MailEnd::Sent, "", now()).await?;
    Row "mails::bounced" |tx, o| mails::bounced(tx, o.sent, "bounced", None, now()).await?;
    Scope "mail_senders::of_tenant" |tx, _o| mail_senders::of_tenant(tx).await?.is_some();
    Mute "mail_senders::set" |tx, _o| {
        mail_senders::set(tx, &sender(), later(1)).await?;
        true
    };
    Scope "mail_senders::remove" |tx, _o| mail_senders::remove(tx).await?;
    Scope "jobs::sweep_tenant" |tx, _o| jobs::sweep_tenant(tx, later(10_000_000), 100).await? > 0;
    Row "events::read_events" |tx, o| {
        !events::read_events(tx, Stream::Tenant(o.sample.tenant), 10).await?.is_empty()
    };
    Row "events::read_page" |tx, o| {
        let stream = Stream::Tenant(o.sample.tenant);
        let Some(newest) = events::read_page(tx, stream, None, 1).await?.pop() else { return Ok(false) };
        let before = events::Before { at: newest.at, id: newest.id };
        let older = events::read_page(tx, stream, Some(before), 10).await?;
        !older.is_empty() && older.iter().all(|event| event.id != newest.id && event.at <= newest.at)
    };
    Row "events::read_some" |tx, o| {
        let stream = Stream::Tenant(o.sample.tenant);
        let ids: Vec<_> = events::read_events(tx, stream, 3).await?.iter().map(|event| event.id).collect();
        !ids.is_empty() && events::read_some(tx, stream, &ids).await?.len() == ids.len()
    };
    Row "events::erase_subject" |tx, o| {
        events::erase_subject(tx, Stream::Tenant(o.sample.tenant)).await?
    };
    Row "events::known_subject_key" |tx, o| {
        events::known_subject_key(tx, Stream::Tenant(o.sample.tenant), o.subject).await? == Some(vec![1])
    };
};

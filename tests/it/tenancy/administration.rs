//! The directory, tenants, apps and keys: right scope, wrong scope, none, and races.

use std::sync::Arc;

use chrono::TimeDelta;
use gatehouse_domain::audit::Stream;
use gatehouse_domain::ids::{AppId, DomainId, KeyId, ResourceId, TenantId};
use gatehouse_domain::oauth::{Alg, AppConfig, Owner, Resource, Scopes};
use gatehouse_domain::policy::{Policy, Span};
use gatehouse_domain::tenant::{
    Branding, DomainClaim, DomainEvidence, DomainName, DomainState, TenantRef, TenantStatus,
};
use gatehouse_store::apps::AppSecret;
use gatehouse_store::keys::{DataKey, KeyState, SigningKey};
use gatehouse_store::{
    Insertion, Page, Scope, Store, StoreError, apps, directory, domains, events, keys, tenants,
};
use serde_json::json;

use super::support::fresh;
use super::world::{app, cell, digest, done, later, now, race, sample, uuid, warm, write};

#[tokio::test]
async fn names_are_reserved_once() {
    let database = fresh("tenancy_directory").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let mut tx = write(&store, Scope::platform()).await;
    assert_eq!(directory::tenant_by_slug(&mut tx, &a.place.slug).await.unwrap().as_ref(), Some(&a.place));
    assert_eq!(directory::tenant_by_id(&mut tx, b.tenant).await.unwrap().as_ref(), Some(&b.place));
    let same_slug = TenantRef { id: TenantId::from_uuid(uuid()), ..a.place.clone() };
    assert_eq!(directory::reserve_tenant(&mut tx, &same_slug, false, now()).await.unwrap(), Insertion::Taken);
    let mut listed = directory::list_tenants(&mut tx, Page { after: None, limit: 1 }).await.unwrap();
    let after = Page { after: Some(listed[0].id.uuid()), limit: 10 };
    listed.extend(directory::list_tenants(&mut tx, after).await.unwrap());
    assert_eq!(listed.len(), 2);
    assert!(listed.contains(&a.place) && listed.contains(&b.place));

    let domain: DomainName = "corp.example".parse().unwrap();
    assert_eq!(directory::reserve_domain(&mut tx, &domain, &a.place, now()).await.unwrap(), Insertion::Done);
    assert_eq!(directory::reserve_domain(&mut tx, &domain, &a.place, now()).await.unwrap(), Insertion::Done);
    assert_eq!(directory::reserve_domain(&mut tx, &domain, &b.place, now()).await.unwrap(), Insertion::Taken);
    assert!(!directory::release_domain(&mut tx, &domain, b.tenant).await.unwrap(), "not the holder");
    assert_eq!(directory::domain_holder(&mut tx, &domain).await.unwrap().as_ref(), Some(&a.place));
    assert!(directory::release_domain(&mut tx, &domain, a.tenant).await.unwrap());
    assert_eq!(directory::reserve_domain(&mut tx, &domain, &b.place, now()).await.unwrap(), Insertion::Done);
    done(tx).await;
}

#[tokio::test]
async fn a_tenant_changes_in_its_scope_only() {
    let database = fresh("tenancy_tenants").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let name = "Alpha Ltd".parse().unwrap();
    let looks = Branding { product_name: Some("Alpha".parse().unwrap()), ..Branding::default() };
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    let update = |status, policy| (status, policy);
    for ((status, policy), epoch) in [
        (update(TenantStatus::Active, Policy::default()), 1),
        (update(TenantStatus::Active, Policy { session_idle: Span::minutes(5), ..Policy::default() }), 2),
        (update(TenantStatus::Suspended, Policy { session_idle: Span::minutes(5), ..Policy::default() }), 3),
    ] {
        assert_eq!(tenants::update(&mut tx, &name, status, &policy, &looks).await.unwrap(), Some(epoch));
    }
    let read = tenants::read(&mut tx).await.unwrap().unwrap();
    assert_eq!((read.name, read.branding, read.epoch), (name.clone(), looks.clone(), 3));
    let proven = DomainState::Verified(DomainEvidence::Operator, now());
    let id = DomainId::from_uuid(uuid());
    let domain = DomainClaim::new(id, "corp.example".parse().unwrap(), DomainState::Pending);
    assert_eq!(domains::insert(&mut tx, &domain, now()).await.unwrap(), Insertion::Done);
    assert_eq!(domains::insert(&mut tx, &domain, now()).await.unwrap(), Insertion::Taken);
    assert!(domains::set_state(&mut tx, id, proven).await.unwrap());
    done(tx).await;
    for scope in [Scope::platform(), Scope::tenant(b.tenant), Scope::identity(a.identity)] {
        let mut tx = write(&store, scope).await;
        assert!(!domains::set_state(&mut tx, id, DomainState::Lapsed).await.unwrap(), "{scope:?}");
        assert!(!domains::delete(&mut tx, id).await.unwrap());
        assert!(domains::list(&mut tx).await.unwrap().is_empty());
        let read = tenants::read(&mut tx).await.unwrap();
        assert!(read.is_none_or(|read| read.name.as_str() == "beta"));
        let changed =
            tenants::update(&mut tx, &name, TenantStatus::Active, &Policy::default(), &looks).await.unwrap();
        assert_eq!(changed.is_some(), scope == Scope::tenant(b.tenant));
    }
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert_eq!(domains::list(&mut tx).await.unwrap(), [DomainClaim { state: proven, ..domain }]);
    assert!(domains::delete(&mut tx, id).await.unwrap());
    done(tx).await;
}

/// The same trial for the platform's apps and a tenant's.
async fn apps_of(store: &Store, owner: Owner, scope: Scope) {
    let made = app(owner, AppId::from_uuid(uuid()), "console");
    let mut tx = write(store, scope).await;
    assert_eq!(apps::insert(&mut tx, &made, now()).await.unwrap(), Insertion::Done);
    let twin = app(owner, AppId::from_uuid(uuid()), "console");
    assert_eq!(apps::insert(&mut tx, &twin, now()).await.unwrap(), Insertion::Taken);
    let read = apps::by_client_id(&mut tx, owner, "console").await.unwrap().unwrap();
    assert_eq!((&read.app, read.active), (&made, true));
    let same = apps::update(&mut tx, owner, made.id, &made.name, &made.config).await.unwrap();
    assert_eq!(same, Some(1), "no change, no epoch");
    let config = AppConfig { first_party: false, ..made.config.clone() };
    assert_eq!(apps::update(&mut tx, owner, made.id, &made.name, &config).await.unwrap(), Some(2));
    assert!(apps::disable(&mut tx, owner, made.id).await.unwrap());
    assert!(!apps::disable(&mut tx, owner, made.id).await.unwrap());
    let read = apps::by_id(&mut tx, owner, made.id).await.unwrap().unwrap();
    assert_eq!((read.app.epoch, read.active), (3, false));
    let listed = apps::list(&mut tx, owner, Page { after: None, limit: 50 }).await.unwrap();
    assert!(listed.iter().any(|listed| listed.app.id == made.id));

    let secret =
        |seconds| AppSecret { id: uuid(), digest: digest(), created_at: later(seconds), expires_at: None };
    let (first, second, third) = (secret(0), secret(1), secret(2));
    apps::replace_secret(&mut tx, owner, made.id, &first, None).await.unwrap();
    apps::replace_secret(&mut tx, owner, made.id, &second, Some(later(60))).await.unwrap();
    let ids = |secrets: Vec<AppSecret>| secrets.iter().map(|secret| secret.id).collect::<Vec<_>>();
    assert_eq!(ids(apps::secrets(&mut tx, owner, made.id, later(59)).await.unwrap()), [first.id, second.id]);
    assert_eq!(ids(apps::secrets(&mut tx, owner, made.id, later(60)).await.unwrap()), [second.id]);
    apps::replace_secret(&mut tx, owner, made.id, &third, None).await.unwrap();
    assert_eq!(ids(apps::secrets(&mut tx, owner, made.id, now()).await.unwrap()), [third.id]);

    let resource = |scopes: &str| Resource {
        id: ResourceId::from_uuid(uuid()),
        identifier: "https://files.example".to_owned(),
        scopes: Scopes::parse(scopes).unwrap(),
    };
    let kept = resource("read");
    apps::put_resource(&mut tx, owner, &kept).await.unwrap();
    apps::put_resource(&mut tx, owner, &resource("read write")).await.unwrap();
    let resources = apps::resources(&mut tx, owner).await.unwrap();
    assert_eq!(resources, [Resource { id: kept.id, ..resource("read write") }]);
    assert!(apps::delete_resource(&mut tx, owner, kept.id).await.unwrap());
    let jti = digest();
    assert!(apps::spend_assertion(&mut tx, owner, made.id, &jti, later(60)).await.unwrap());
    assert!(!apps::spend_assertion(&mut tx, owner, made.id, &jti, later(60)).await.unwrap());
    done(tx).await;
}

#[tokio::test]
async fn apps_belong_to_their_owner() {
    let database = fresh("tenancy_apps").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    apps_of(&store, Owner::Platform, Scope::platform()).await;
    apps_of(&store, Owner::Tenant(a.tenant), Scope::tenant(a.tenant)).await;
    apps_of(&store, Owner::Tenant(b.tenant), Scope::tenant(b.tenant)).await;
    for scope in [Scope::platform(), Scope::tenant(b.tenant), Scope::identity(a.identity)] {
        let mut tx = write(&store, scope).await;
        let fault = apps::by_id(&mut tx, Owner::Tenant(a.tenant), a.app).await;
        assert!(matches!(fault, Err(StoreError::OutOfScope)), "{scope:?}");
        let owner = Owner::Tenant(scope.tenant_id().unwrap_or(b.tenant));
        if scope.tenant_id().is_some() {
            assert!(apps::by_id(&mut tx, owner, a.app).await.unwrap().is_none());
            assert!(!apps::disable(&mut tx, owner, a.app).await.unwrap());
            assert!(apps::secrets(&mut tx, owner, a.app, now()).await.unwrap().is_empty());
            let fault = apps::spend_assertion(&mut tx, owner, a.app, &digest(), later(1)).await.unwrap_err();
            assert_eq!(fault.sqlstate().as_deref(), Some("23503"));
        }
    }
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    let platform_app = AppId::from_uuid(uuid());
    assert!(!apps::is_entitled(&mut tx, platform_app).await.unwrap());
    assert!(apps::entitle(&mut tx, platform_app, now()).await.unwrap());
    assert!(!apps::entitle(&mut tx, platform_app, now()).await.unwrap());
    assert!(apps::is_entitled(&mut tx, platform_app).await.unwrap());
    assert_eq!(apps::entitlements(&mut tx).await.unwrap(), [platform_app]);
    assert!(apps::withdraw(&mut tx, platform_app).await.unwrap());
    done(tx).await;
}

fn signing_key(state: KeyState, alg: Alg) -> SigningKey {
    SigningKey {
        id: KeyId::from_uuid(uuid()),
        alg,
        state,
        public_jwk: json!({ "kty": "EC" }),
        sealed: vec![1, 2],
        created_at: now(),
        current_at: None,
        gone_at: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_makers_get_one_data_key() {
    let database = fresh("tenancy_data_keys").await;
    let store = Arc::new(database.store(20).await);
    warm(&store, 20).await;
    let a = sample(&store, "alpha").await;
    for (owner, scope) in
        [(Owner::Tenant(a.tenant), Scope::tenant(a.tenant)), (Owner::Platform, Scope::platform())]
    {
        let racers = (0..20).map(|_| {
            let store = Arc::clone(&store);
            async move {
                let made = DataKey { id: KeyId::from_uuid(uuid()), kek_id: "k".to_owned(), wrapped: vec![7] };
                let mut tx = write(&store, scope).await;
                let key = keys::data_key_or_insert(&mut tx, owner, &made, now()).await.unwrap();
                done(tx).await;
                key.id
            }
        });
        let mut ids = race(racers).await;
        ids.dedup();
        assert_eq!(ids.len(), 1, "{owner:?}");
        let mut tx = cell(&store).read(scope, "test").await.unwrap();
        assert_eq!(keys::data_key(&mut tx, owner).await.unwrap().map(|key| key.id), Some(ids[0]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_keys_move_from_next_to_current_to_retired() {
    let database = fresh("tenancy_signing_keys").await;
    let store = Arc::new(database.store(20).await);
    warm(&store, 20).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    for (owner, scope) in
        [(Owner::Tenant(a.tenant), Scope::tenant(a.tenant)), (Owner::Platform, Scope::platform())]
    {
        let (current, next) =
            (signing_key(KeyState::Current, Alg::ES256), signing_key(KeyState::Next, Alg::ES256));
        let mut tx = write(&store, scope).await;
        for key in [&current, &next] {
            assert_eq!(keys::insert_signing_key(&mut tx, owner, key).await.unwrap(), Insertion::Done);
        }
        let second = signing_key(KeyState::Next, Alg::ES256);
        assert_eq!(keys::insert_signing_key(&mut tx, owner, &second).await.unwrap(), Insertion::Taken);
        let other = signing_key(KeyState::Current, Alg::EdDSA);
        assert_eq!(keys::insert_signing_key(&mut tx, owner, &other).await.unwrap(), Insertion::Done);
        done(tx).await;
        let gone = now() + TimeDelta::days(1);
        let racers = (0..20).map(|_| {
            let store = Arc::clone(&store);
            async move {
                let mut tx = write(&store, scope).await;
                let won = keys::promote(&mut tx, owner, next.id, now(), gone).await.unwrap();
                done(tx).await;
                usize::from(won)
            }
        });
        let won: usize = race(racers).await.into_iter().sum();
        assert_eq!(won, 1);
        let mut tx = write(&store, scope).await;
        let states =
            |keys: Vec<SigningKey>, id| keys.into_iter().find(|key| key.id == id).map(|key| key.state);
        let listed = keys::list_verifying(&mut tx, owner, now()).await.unwrap();
        assert_eq!(states(listed.clone(), next.id), Some(KeyState::Current));
        assert_eq!(states(listed, current.id), Some(KeyState::Retired));
        let listed = keys::list_verifying(&mut tx, owner, gone).await.unwrap();
        assert_eq!(states(listed, current.id), None, "its time is over");
        assert!(keys::revoke(&mut tx, owner, next.id, now()).await.unwrap());
        assert!(!keys::revoke(&mut tx, owner, next.id, now()).await.unwrap());
        let listed = keys::list_verifying(&mut tx, owner, now()).await.unwrap();
        assert_eq!(states(listed, next.id), None);
        done(tx).await;
        let mut tx = write(&store, Scope::tenant(b.tenant)).await;
        let theirs = Owner::Tenant(b.tenant);
        assert!(keys::list_verifying(&mut tx, theirs, now()).await.unwrap().is_empty());
        assert!(!keys::revoke(&mut tx, theirs, other.id, now()).await.unwrap());
    }
}

#[tokio::test]
async fn a_person_has_one_key_in_each_stream() {
    let database = fresh("tenancy_subject_keys").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let (cell, subject) = (cell(&store), a.identity.uuid());
    let kept = async |stream, candidate: u8| {
        events::subject_key(&cell, stream, subject, &[candidate], now()).await.unwrap()
    };
    let streams = [Stream::Tenant(a.tenant), Stream::Tenant(b.tenant), Stream::Identity(a.identity)];
    for (candidate, stream) in (1..).zip(streams) {
        assert_eq!(kept(stream, candidate).await, [candidate]);
        assert_eq!(kept(stream, 9).await, [candidate], "the first stays");
    }
    let racers = (0..8).map(|candidate| {
        let cell = cell.clone();
        async move {
            events::subject_key(&cell, Stream::Tenant(a.tenant), b.identity.uuid(), &[candidate], now()).await
        }
    });
    let answers = race(racers).await;
    let first = answers[0].as_ref().unwrap();
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first), "all get the winner's");
}

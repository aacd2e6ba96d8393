//! Codes and grants: bindings, single use, races, and what ends them.

use std::sync::Arc;

use chrono::TimeDelta;
use gatehouse_domain::audit::Stream;
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::AppId;
use gatehouse_domain::oauth::{Owner, Verifier};
use gatehouse_domain::policy::Policy;
use gatehouse_domain::tenant::{Branding, TenantStatus};
use gatehouse_store::claims::Gone;
use gatehouse_store::codes::{NewCode, Redeemed};
use gatehouse_store::grants::{NewRefresh, Rotate, Rotated};
use gatehouse_store::members::MemberChange;
use gatehouse_store::{Insertion, Scope, Store, codes, events, grants, members, sessions, tenants};

use sqlx::Executor as _;

use super::support::fresh;
use super::world::{
    Sample, another_owner, cell, code, digest, done, issue, later, now, race, record, redemption, sample,
    uuid, warm, write,
};

async fn kinds(store: &Store, sample: &Sample) -> Vec<String> {
    let mut tx = cell(store).read(Scope::tenant(sample.tenant), "test").await.unwrap();
    let events = events::read_events(&mut tx, Stream::Tenant(sample.tenant), 100).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

fn refresh() -> NewRefresh {
    NewRefresh { digest: digest(), sealed: digest().as_bytes().to_vec() }
}

/// A grant with a refresh token, and that token.
async fn granted(store: &Store, sample: &Sample, scopes: &str) -> (NewCode, NewRefresh) {
    let code = code(sample, scopes);
    issue(store, sample, &code).await;
    let token = refresh();
    let redeem = codes::Redeem { refresh: Some(token.digest), ..redemption(sample, &code) };
    let redeemed = codes::redeem(&cell(store), &redeem, now()).await.unwrap();
    assert!(matches!(redeemed, Redeemed::Granted(..)), "{redeemed:?}");
    (code, token)
}

fn rotation(sample: &Sample, code: &NewCode, presented: &NewRefresh) -> Rotate<'static> {
    Rotate {
        tenant: sample.tenant,
        grant: code.grant,
        presented: presented.digest,
        app: code.app,
        next: refresh(),
        scopes: &[],
        resources: &[],
        idle_end: later(3600),
        graced_since: now() - TimeDelta::seconds(10),
        rotated: record(Stream::Tenant(sample.tenant), "grant.refreshed"),
        reused: record(Stream::Tenant(sample.tenant), "refresh.reuse"),
    }
}

#[tokio::test]
async fn a_code_is_bound_and_spent_once() {
    let database = fresh("tenancy_codes").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let verifier = Verifier::parse(&"v".repeat(43)).unwrap();
    let code = NewCode { challenge: Some(verifier.challenge()), ..code(&a, "openid profile") };
    issue(&store, &a, &code).await;
    let good = redemption(&a, &code);
    let unknown = codes::Redeem { digest: digest(), ..good.clone() };
    assert_eq!(codes::redeem(&cell(&store), &unknown, now()).await.unwrap(), Redeemed::Unknown);
    let elsewhere = codes::Redeem { digest: code.digest, ..redemption(&b, &code) };
    assert_eq!(codes::redeem(&cell(&store), &elsewhere, now()).await.unwrap(), Redeemed::Unknown);
    for wrong in [
        codes::Redeem { app: AppId::from_uuid(uuid()), ..good.clone() },
        codes::Redeem { redirect_uri: "https://app.example/other", ..good.clone() },
        codes::Redeem { challenge: None, ..good.clone() },
        codes::Redeem { platform: true, ..good.clone() },
    ] {
        assert_eq!(codes::redeem(&cell(&store), &wrong, now()).await.unwrap(), Redeemed::Binding);
    }
    assert_eq!(codes::redeem(&cell(&store), &good, later(60)).await.unwrap(), Redeemed::Expired);
    let Redeemed::Granted(claims, nonce) = codes::redeem(&cell(&store), &good, now()).await.unwrap() else {
        panic!("the bound redemption succeeds after wrong ones");
    };
    assert_eq!(nonce.as_deref(), Some("n"));
    assert_eq!(claims.grant.id, code.grant);
    assert_eq!(claims.grant.scopes, code.scopes);
    assert_eq!(claims.grant.auth_time, now());
    assert_eq!(claims.person.member, a.member);
    assert_eq!(claims.person.roles, [Role::Owner]);
    assert_eq!(claims.person.address.as_deref(), Some("ada@alpha.example"));
    assert_eq!(kinds(&store, &a).await, ["grant.issued", "code.issued"]);

    let live = grants::live(&cell(&store), a.tenant, code.grant, None, false, now()).await.unwrap();
    assert_eq!(live.unwrap().person.session, a.session);
    assert_eq!(codes::redeem(&cell(&store), &good, now()).await.unwrap(), Redeemed::Replayed(code.grant));
    let live = grants::live(&cell(&store), a.tenant, code.grant, None, false, now()).await.unwrap();
    assert_eq!(live.unwrap_err(), Gone::Revoked, "a replay revokes what the code gave");
    assert_eq!(kinds(&store, &a).await, ["code.replay", "grant.issued", "code.issued"]);
    assert!(kinds(&store, &b).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racing_redemptions_one_wins() {
    let database = fresh("tenancy_code_race").await;
    let store = Arc::new(database.store(20).await);
    let a = sample(&store, "alpha").await;
    let code = code(&a, "openid");
    issue(&store, &a, &code).await;
    warm(&store, 20).await;
    let racers = (0..20).map(|_| {
        let (store, a, code) = (Arc::clone(&store), a.clone(), code.clone());
        async move { codes::redeem(&cell(&store), &redemption(&a, &code), now()).await.unwrap() }
    });
    let mut won = 0;
    for answer in race(racers).await {
        match answer {
            Redeemed::Granted(..) => won += 1,
            Redeemed::Replayed(grant) => assert_eq!(grant, code.grant),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
    let live = grants::live(&cell(&store), a.tenant, code.grant, None, false, now()).await.unwrap();
    assert_eq!(live.unwrap_err(), Gone::Revoked);
}

#[tokio::test]
async fn refresh_tokens_rotate_are_graced_and_caught() {
    let database = fresh("tenancy_rotate").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let (code, first) = granted(&store, &a, "openid offline_access").await;
    let foreign = Rotate { app: AppId::from_uuid(uuid()), ..rotation(&a, &code, &first) };
    assert_eq!(grants::rotate(&cell(&store), &foreign, now()).await.unwrap(), Rotated::Gone(Gone::Unknown));
    let elsewhere = rotation(&b, &code, &first);
    assert_eq!(grants::rotate(&cell(&store), &elsewhere, now()).await.unwrap(), Rotated::Gone(Gone::Unknown));

    let rotate = rotation(&a, &code, &first);
    let second = rotate.next.clone();
    let Rotated::Fresh(claims) = grants::rotate(&cell(&store), &rotate, now()).await.unwrap() else {
        panic!("the token in force rotates");
    };
    assert_eq!(claims.grant.generation, 2);
    let Rotated::Graced(_, sealed) =
        grants::rotate(&cell(&store), &rotation(&a, &code, &first), later(5)).await.unwrap()
    else {
        panic!("the predecessor is answered again within the interval");
    };
    assert_eq!(sealed, second.sealed);
    let late = Rotate { graced_since: later(1), ..rotation(&a, &code, &first) };
    assert_eq!(grants::rotate(&cell(&store), &late, later(11)).await.unwrap(), Rotated::Reused(code.grant));
    let next = rotation(&a, &code, &second);
    assert_eq!(grants::rotate(&cell(&store), &next, later(12)).await.unwrap(), Rotated::Gone(Gone::Revoked));
    assert_eq!(
        kinds(&store, &a).await,
        ["refresh.reuse", "grant.refreshed", "grant.refreshed", "grant.issued", "code.issued"]
    );

    let (code, token) = granted(&store, &a, "openid").await;
    let next = rotation(&a, &code, &token);
    assert_eq!(
        grants::rotate(&cell(&store), &next, later(3600)).await.unwrap(),
        Rotated::Gone(Gone::Expired)
    );
    let shifted = Rotate { idle_end: later(99_999), ..next };
    let Rotated::Fresh(claims) = grants::rotate(&cell(&store), &shifted, now()).await.unwrap() else {
        panic!("it was not spent by coming late");
    };
    assert_eq!(claims.grant.idle_end, later(7200), "never later than the absolute end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racing_rotations_one_is_fresh_and_all_agree() {
    let database = fresh("tenancy_rotate_race").await;
    let store = Arc::new(database.store(20).await);
    let a = sample(&store, "alpha").await;
    let (code, first) = granted(&store, &a, "openid").await;
    warm(&store, 20).await;
    let racers = (0..20).map(|_| {
        let (store, rotate) = (Arc::clone(&store), rotation(&a, &code, &first));
        async move {
            let next = rotate.next.sealed.clone();
            (next, grants::rotate(&cell(&store), &rotate, now()).await.unwrap())
        }
    });
    let (mut fresh, mut graced) = (Vec::new(), Vec::new());
    for answer in race(racers).await {
        match answer {
            (next, Rotated::Fresh(_)) => fresh.push(next),
            (_, Rotated::Graced(_, sealed)) => graced.push(sealed),
            (_, other) => panic!("{other:?}"),
        }
    }
    assert_eq!(fresh.len(), 1);
    assert!(graced.iter().all(|sealed| *sealed == fresh[0]), "the others get the same successor");
}

/// What a grant is after a change of its ground.
async fn after(store: &Store, sample: &Sample, code: &NewCode) -> Result<(), Gone> {
    grants::live(&cell(store), sample.tenant, code.grant, None, false, now()).await.unwrap().map(|_| ())
}

#[tokio::test]
async fn a_grant_falls_with_its_ground() {
    let database = fresh("tenancy_ground").await;
    let store = database.store(4).await;
    let other_owner = another_owner();
    let a = sample(&store, "alpha").await;
    let (code, token) = granted(&store, &a, "openid").await;
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert_eq!(members::insert(&mut tx, &other_owner, now()).await.unwrap(), Insertion::Done);
    let demoted = members::update(&mut tx, a.member, MemberStatus::Active, &[Role::Member]).await.unwrap();
    assert_eq!(demoted, MemberChange::Done(1));
    done(tx).await;
    let live = grants::live(&cell(&store), a.tenant, code.grant, None, false, now()).await.unwrap();
    assert_eq!(live.unwrap().person.roles, [Role::Member], "roles are read when used");
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    let jti = uuid();
    assert!(grants::revoke_token(&mut tx, Owner::Tenant(a.tenant), jti, later(60)).await.unwrap());
    done(tx).await;
    let one = grants::live(&cell(&store), a.tenant, code.grant, Some(jti), false, now()).await.unwrap();
    assert_eq!(one.unwrap_err(), Gone::Revoked);
    assert_eq!(after(&store, &a, &code).await, Ok(()), "one token's revocation leaves the grant");

    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    let _ = members::update(&mut tx, a.member, MemberStatus::Suspended, &[Role::Member]).await.unwrap();
    done(tx).await;
    assert_eq!(after(&store, &a, &code).await, Err(Gone::Member));
    let next = rotation(&a, &code, &token);
    assert_eq!(grants::rotate(&cell(&store), &next, now()).await.unwrap(), Rotated::Gone(Gone::Member));
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    let _ = members::update(&mut tx, a.member, MemberStatus::Active, &[Role::Member]).await.unwrap();
    done(tx).await;
    assert_eq!(after(&store, &a, &code).await, Err(Gone::Member), "what was issued before stays ended");

    let b = sample(&store, "beta").await;
    let (code, _) = granted(&store, &b, "openid").await;
    set_tenant(&store, &b, TenantStatus::Suspended).await;
    assert_eq!(after(&store, &b, &code).await, Err(Gone::Tenant));
    set_tenant(&store, &b, TenantStatus::Active).await;
    assert_eq!(after(&store, &b, &code).await, Err(Gone::Tenant), "what was issued before stays ended");
    let b = sample(&store, "gamma").await;
    let (code, _) = granted(&store, &b, "openid").await;
    assert_eq!(after(&store, &b, &code).await, Ok(()));
    let mut admin = database.admin().await;
    admin.execute("UPDATE cell.identities SET status = 'disabled', epoch = epoch + 1").await.unwrap();
    assert_eq!(after(&store, &b, &code).await, Err(Gone::Identity));
}

async fn set_tenant(store: &Store, sample: &Sample, status: TenantStatus) {
    let mut tx = write(store, Scope::tenant(sample.tenant)).await;
    let name = sample.place.slug.as_str().parse().unwrap();
    tenants::update(&mut tx, &name, status, &Policy::default(), &Branding::default()).await.unwrap();
    done(tx).await;
}

#[tokio::test]
async fn an_offline_grant_outlives_the_idle_session_but_not_its_end() {
    let database = fresh("tenancy_offline").await;
    let store = database.store(4).await;
    let a = sample(&store, "alpha").await;
    let (online, _) = granted(&store, &a, "openid").await;
    let (offline, _) = granted(&store, &a, "openid offline_access").await;
    let at = |code: &NewCode, moment| {
        let (cell, tenant, grant) = (cell(&store), a.tenant, code.grant);
        async move { grants::live(&cell, tenant, grant, None, false, moment).await.unwrap().map(|_| ()) }
    };
    assert_eq!(at(&online, later(1800)).await, Err(Gone::Session));
    assert_eq!(at(&offline, later(1800)).await, Ok(()));
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    assert_eq!(sessions::end(&mut tx, a.session, "signed_out", now()).await.unwrap(), Some(vec![]));
    assert_eq!(sessions::end(&mut tx, a.session, "signed_out", now()).await.unwrap(), None);
    done(tx).await;
    assert_eq!(at(&offline, now()).await, Err(Gone::Session));
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert!(!grants::revoke(&mut tx, online.grant, AppId::from_uuid(uuid()), "app", now()).await.unwrap());
    assert!(grants::revoke(&mut tx, online.grant, online.app, "app", now()).await.unwrap());
    let ended = grants::revoke_of_session(&mut tx, a.session, "app", now()).await.unwrap();
    assert_eq!(ended, [(offline.grant, a.app)]);
    let owner = Owner::Tenant(a.tenant);
    let jti = digest();
    assert!(gatehouse_store::apps::spend_assertion(&mut tx, owner, a.app, &jti, later(60)).await.unwrap());
    assert!(!gatehouse_store::apps::spend_assertion(&mut tx, owner, a.app, &jti, later(60)).await.unwrap());
    done(tx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redemption_beside_the_end_of_its_session_finds_it_ended() {
    let database = fresh("tenancy_end_race").await;
    let store = Arc::new(database.store(4).await);
    let a = sample(&store, "alpha").await;
    let code = code(&a, "openid");
    issue(&store, &a, &code).await;
    let mut ending = write(&store, Scope::identity(a.identity)).await;
    assert!(sessions::end(&mut ending, a.session, "signed_out", now()).await.unwrap().is_some());
    let (other, redeemed) = (Arc::clone(&store), code.clone());
    let sample = a.clone();
    let redeeming = tokio::spawn(async move {
        codes::redeem(&cell(&other), &redemption(&sample, &redeemed), now()).await.unwrap()
    });
    let mut admin = database.admin().await;
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut admin).await.unwrap() == 0 {
        assert!(!redeeming.is_finished(), "it did not wait for the end of the session");
        tokio::task::yield_now().await;
    }
    done(ending).await;
    assert_eq!(redeeming.await.unwrap(), Redeemed::Gone(Gone::Session));
}

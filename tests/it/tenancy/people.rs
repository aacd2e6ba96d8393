//! Members, identities, addresses, sessions and browsers: right scope, wrong scope, none, and races.

use std::sync::Arc;

use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::MemberStatus;
use gatehouse_domain::ids::{AppId, CredentialId};
use gatehouse_domain::login::Agreed;
use gatehouse_domain::oauth::Scopes;
use gatehouse_store::members::MemberChange;
use gatehouse_store::{Insertion, Page, Scope, addresses, identities, members, sessions};

use super::support::fresh;
use super::world::{Sample, another_owner, cell, done, now, race, sample, uuid, warm, write};

/// The scopes under which a row of a sample must not show.
fn wrong_scopes(other: &Sample) -> [Scope; 4] {
    [
        Scope::platform(),
        Scope::tenant(other.tenant),
        Scope::identity(other.identity),
        Scope::both(other.tenant, other.identity),
    ]
}

#[tokio::test]
async fn members_show_in_their_tenant_only() {
    let database = fresh("tenancy_members").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let mut tx = cell(&store).read(Scope::tenant(a.tenant), "test").await.unwrap();
    let member = members::by_id(&mut tx, a.member).await.unwrap().unwrap();
    assert_eq!(members::by_identity(&mut tx, a.identity).await.unwrap().as_ref(), Some(&member));
    assert_eq!(
        members::by_login_address(&mut tx, "owner@alpha.example").await.unwrap().as_ref(),
        Some(&member)
    );
    let page = Page { after: None, limit: 10 };
    assert_eq!(members::list(&mut tx, page).await.unwrap(), std::slice::from_ref(&member));
    let after = Page { after: Some(a.member.uuid()), limit: 10 };
    assert!(members::list(&mut tx, after).await.unwrap().is_empty());
    drop(tx);
    for scope in wrong_scopes(&b) {
        let mut tx = write(&store, scope).await;
        assert!(members::by_id(&mut tx, a.member).await.unwrap().is_none(), "{scope:?}");
        assert!(members::by_identity(&mut tx, a.identity).await.unwrap().is_none());
        assert!(members::by_login_address(&mut tx, "owner@alpha.example").await.unwrap().is_none());
        let change = members::update(&mut tx, a.member, MemberStatus::Removed, &[]).await.unwrap();
        assert_eq!(change, MemberChange::Absent);
        assert_eq!(members::rename(&mut tx, a.member, None, None).await.unwrap(), Insertion::Taken);
        assert!(members::consent(&mut tx, a.identity, a.app).await.unwrap().is_none());
    }
    let mut tx = write(&store, Scope::platform()).await;
    let fault = members::insert(&mut tx, &member, now()).await.unwrap_err();
    assert_eq!(fault.sqlstate().as_deref(), Some("42501"));
    drop(tx);
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert_eq!(members::insert(&mut tx, &member, now()).await.unwrap(), Insertion::Taken);
    let app = AppId::from_uuid(uuid());
    for scopes in ["openid", "openid email"] {
        let agreed =
            Agreed { scopes: Scopes::parse(scopes).unwrap(), resources: vec!["https://api.example".into()] };
        members::put_consent(&mut tx, a.identity, app, &agreed, now()).await.unwrap();
        assert_eq!(members::consent(&mut tx, a.identity, app).await.unwrap(), Some(agreed));
    }
    done(tx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_keeps_an_owner() {
    let database = fresh("tenancy_owners").await;
    let store = Arc::new(database.store(10).await);
    let a = sample(&store, "alpha").await;
    let mut owners = vec![a.member];
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    for _ in 0..9 {
        let member = another_owner();
        assert_eq!(members::insert(&mut tx, &member, now()).await.unwrap(), Insertion::Done);
        owners.push(member.id);
    }
    done(tx).await;
    warm(&store, 10).await;
    let leaving = owners.into_iter().map(|owner| {
        let (store, tenant) = (Arc::clone(&store), a.tenant);
        async move {
            let mut tx = write(&store, Scope::tenant(tenant)).await;
            let change = members::update(&mut tx, owner, MemberStatus::Removed, &[]).await.unwrap();
            done(tx).await;
            change
        }
    });
    let mut kept = 0;
    for change in race(leaving).await {
        match change {
            MemberChange::LastOwner => kept += 1,
            change => assert_eq!(change, MemberChange::Done(2)),
        }
    }
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn people_show_to_themselves_only() {
    let database = fresh("tenancy_people").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let ada: EmailAddress = "ada@alpha.example".parse().unwrap();
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    let password = identities::password(&mut tx).await.unwrap().unwrap();
    assert_eq!(password.id, a.credential);
    let newer = PasswordRecord::from_stored("$argon2id$v=19$m=9,t=1,p=1$c2FsdA$aGFzaA");
    let again = CredentialId::from_uuid(uuid());
    assert_eq!(identities::put_password(&mut tx, again, &newer, now()).await.unwrap(), a.credential);
    assert_eq!(identities::insert(&mut tx, None, None, now()).await.unwrap(), Insertion::Taken);
    done(tx).await;
    for scope in wrong_scopes(&b) {
        let mut tx = write(&store, scope).await;
        assert_ne!(
            identities::password(&mut tx).await.unwrap().map(|p| p.id),
            Some(a.credential),
            "{scope:?}"
        );
        assert!(sessions::end(&mut tx, a.session, "x", now()).await.unwrap().is_none());
        assert_eq!(
            addresses::find_verified_owner(&mut tx, &ada).await.unwrap(),
            Some(a.identity),
            "the one look-up across people"
        );
        assert!(!addresses::make_primary(&mut tx, a.address).await.unwrap());
    }
    let mut tx = write(&store, Scope::platform()).await;
    let fault = identities::insert(&mut tx, None, None, now()).await.unwrap_err();
    assert_eq!(fault.sqlstate().as_deref(), Some("42501"), "nobody in scope, nobody inserted");
}

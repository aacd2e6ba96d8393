//! The functions for a person's own rows, each with a call for the rows of one tenant and its person.

use chrono::TimeDelta;
use gatehouse_domain::credential::PasswordRecord;
use gatehouse_domain::email::{EmailAddress, LeftBecause, ProofPurpose};
use gatehouse_domain::ids::{AddressId, CredentialId, MailId};
use gatehouse_domain::secret::Digest;
use gatehouse_store::addresses::{Proved, Released};
use gatehouse_store::mails::{MailEnd, NewMail};
use gatehouse_store::members::MemberChange;
use gatehouse_store::{
    Insertion, Scope, Store, StoreError, WriteTx, addresses, browsers, grants, identities, lapses, mails,
    members, proofs, sessions, undos,
};

use super::proving::{Claimant, Mailed, claim, mark, prove, typed};
use super::trials::{Owned, Trial, Way, trials};
use super::world::{Sample, another_owner, attach, digest, done, later, live, now, uuid, write};

/// What the trials here are after.
pub(super) struct Own {
    pub(super) unproven: AddressId,
    proof: Mailed,
    undo: Digest,
}

/// The claim whose mailbox is proven and that is not verified yet; somebody else claims the same.
fn unproven() -> EmailAddress {
    "unproven@owned.example".parse().unwrap()
}

/// Makes it, in the scope of tenant and person.
pub(super) async fn own(store: &Store, sample: &Sample) -> Own {
    let made = Own {
        unproven: AddressId::from_uuid(uuid()),
        proof: Mailed::new(ProofPurpose::Address),
        undo: digest(),
    };
    Claimant::new(store, "unproven@owned.example").await;
    let mut tx = write(store, Scope::both(sample.tenant, sample.identity)).await;
    assert_eq!(claim(&mut tx, made.unproven, &unproven()).await, Insertion::Done);
    made.proof.begin(&mut tx, Some(sample.identity), &unproven()).await;
    let shown = proofs::show_code(&mut tx, made.proof.key(), &typed(made.proof.code, now()), now()).await;
    assert_eq!(shown.unwrap(), proofs::Tried::Proven);
    undos::put(&mut tx, &made.undo, (sample.address, made.unproven), now(), later(60)).await.unwrap();
    let address = format!("ada@{}.example", sample.place.slug);
    for at in [later(1), later(2)] {
        let id = MailId::from_uuid(uuid());
        let tenant = Some(sample.tenant);
        let mail = NewMail { id, tenant, kind: "trial", recipient: [7; 32], sealed: b"sealed" };
        assert!(mails::post(&mut tx, &mail, now()).await.unwrap());
        assert!(mails::end(&mut tx, id, MailEnd::Refused("refused"), &address, at).await.unwrap());
    }
    done(tx).await;
    made
}

/// Proves the claim in the transaction of a trial.
async fn proved(tx: &mut WriteTx, o: &Owned) -> bool {
    matches!(prove(tx, o.own.unproven, &unproven(), &o.own.proof, now()).await, Proved::Verified(None))
}

/// The hash that every sample's person has.
const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA";

pub(super) const OWN_TRIALS: &[Trial] = trials! {
    Scope "identities::insert" |tx, _o| {
        // The person in scope is there already, so only a refusal or a row that is taken can come of it.
        identities::insert(tx, Some("Twin"), None, now()).await? == Insertion::Taken
    };
    Row "identities::password" |tx, o| {
        identities::password(tx).await?.is_some_and(|password| password.id == o.sample.credential)
    };
    Scope "identities::put_password" |tx, _o| {
        let (id, hash) = (CredentialId::from_uuid(uuid()), PasswordRecord::from_stored(HASH));
        identities::put_password(tx, id, &hash, now()).await?;
        true
    };
    Scope "identities::raise_epoch" |tx, _o| {
        match identities::raise_epoch(tx).await {
            Err(StoreError::Unreadable("identity")) => false,
            raised => raised? > 1,
        }
    };
    Scope "addresses::claim" |tx, _o| {
        let address = "more@owned.example".parse().unwrap();
        let details = serde_json::json!({});
        let by = gatehouse_domain::email::ClaimedBy::Typed;
        let id = AddressId::from_uuid(uuid());
        let claim = addresses::Claim { id, address: &address, by, evidence: uuid(), details: &details };
        addresses::claim(tx, &claim, now()).await? == Insertion::Done
    };
    Row "addresses::list" |tx, o| {
        addresses::list(tx).await?.iter().any(|address| address.id == o.own.unproven)
    };
    Row "addresses::prove" |tx, o| proved(tx, o).await;
    Row "addresses::evict_claims" |tx, o| {
        let mine = proved(tx, o).await;
        let victims = addresses::evict_claims(tx, &unproven(), now()).await?;
        mine && victims.len() == 1
    };
    Row "addresses::release" |tx, o| {
        let (why, times) = (LeftBecause::Released, (now(), later(60)));
        let released = addresses::release(tx, o.own.unproven, &mark(&unproven()), why, uuid(), times).await?;
        released == Released::Done
    };
    Scope "addresses::evidence" |tx, _o| !addresses::evidence(tx).await?.is_empty();
    Row "addresses::make_primary" |tx, o| addresses::make_primary(tx, o.sample.address).await?;
    Row "lapses::of_address" |tx, o| {
        // Another proven address has to be there, which takes letters.
        let another = proved(tx, o).await;
        lapses::of_address(tx, o.sample.address, uuid(), TimeDelta::seconds(1), later(9)).await? && another
    };
    Scope "browsers::remember" |tx, _o| {
        browsers::remember(tx, &attach(None), now()).await?;
        true
    };
    Scope "browsers::forget" |tx, _o| browsers::forget(tx, None).await? > 0;
    Row "proofs::begin" |tx, o| {
        let mailed = Mailed::new(ProofPurpose::Address);
        proofs::begin(tx, &mailed.row(Some(o.sample.identity), &unproven()), now()).await?;
        true
    };
    Row "proofs::spend" |tx, o| proofs::spend(tx, o.own.proof.key(), ProofPurpose::Address, now()).await?;
    Scope "proofs::void" |tx, _o| proofs::void(tx).await? > 0;
    Row "sessions::end" |tx, o| sessions::end(tx, o.sample.session, "trial", now()).await?.is_some();
    Row "sessions::list" |tx, o| {
        sessions::list(tx, now()).await?.iter().any(|listed| listed.id == o.sample.session)
    };
    Row "sessions::devices" |tx, o| {
        sessions::devices(tx, &[o.sample.session]).await? == [(o.sample.session, "Firefox, Linux".to_owned())]
    };
    Row "sessions::touch" |tx, o| sessions::touch(tx, o.sample.session, later(1)).await?;
    Scope "identities::profile" |tx, _o| identities::profile(tx).await?.is_some();
    Scope "identities::set_profile" |tx, _o| identities::set_profile(tx, "Renamed", Some("de")).await?;
    Scope "identities::memberships" |tx, _o| !identities::memberships(tx).await?.is_empty();
    Scope "identities::ask_deletion" |tx, _o| identities::ask_deletion(tx, later(60)).await?;
    Scope "identities::cancel_deletion" |tx, _o| {
        identities::ask_deletion(tx, later(60)).await?;
        identities::cancel_deletion(tx, now()).await?
    };
    Scope "identities::postpone_deletion" |tx, _o| {
        let due = later(60);
        identities::ask_deletion(tx, due).await?;
        identities::postpone_deletion(tx, due, later(120)).await?
    };
    Scope "identities::lock" |tx, _o| identities::lock(tx).await?;
    Row "identities::lock_for" |tx, o| identities::lock_for(tx, &live(&o.sample, 1)).await?;
    Scope "identities::remove_password" |tx, _o| identities::remove_password(tx).await?.is_some();
    Row "members::tenants_of_person" |tx, o| {
        members::tenants_of_person(tx).await?.contains(&o.sample.tenant)
    };
    Row "members::leave" |tx, o| {
        matches!(members::leave(tx, o.sample.member).await?, MemberChange::Done(_) | MemberChange::LastOwner)
    };
    Row "members::is_only_owner" |tx, o| members::is_only_owner(tx, o.sample.identity).await?;
    Row "members::forget" |tx, o| {
        let _ = members::insert(tx, &another_owner(), now()).await?;
        let _ = members::leave(tx, o.sample.member).await?;
        members::forget(tx, o.sample.member).await?
    };
    // Somebody's consent in another tenant is that tenant's: an earlier trial has put one there.
    Scope "members::drop_consent" |tx, o| members::drop_consent(tx, o.sample.identity, o.sample.app).await?;
    Scope "grants::connected" |tx, o| {
        grants::connected(tx, o.sample.identity, now()).await?.iter().any(|had| had.app == o.sample.app)
    };
    Row "grants::revoke_of_app" |tx, o| {
        let (who, app) = (o.sample.identity, o.sample.app);
        grants::revoke_of_app(tx, who, app, "trial", now()).await?.contains(&o.grant)
    };
    Scope "undos::put" |tx, o| {
        let change = (o.sample.address, o.own.unproven);
        undos::put(tx, &digest(), change, now(), later(60)).await?;
        true
    };
    Scope "undos::put_deletion" |tx, _o| {
        identities::ask_deletion(tx, later(60)).await?;
        undos::put_deletion(tx, &digest(), now(), later(60)).await?;
        true
    };
    Scope "undos::void_deletion" |tx, _o| {
        identities::ask_deletion(tx, later(60)).await?;
        undos::put_deletion(tx, &digest(), now(), later(60)).await?;
        undos::void_deletion(tx).await? > 0
    };
    Row "undos::void_later" |tx, o| {
        let earlier = prove(tx, o.own.unproven, &unproven(), &o.own.proof, later(-60)).await;
        matches!(earlier, Proved::Verified(None)) && undos::void_later(tx, o.own.unproven).await? > 0
    };
    Row "undos::spend" |tx, o| undos::spend(tx, &o.own.undo, now()).await?;
    Row "undos::kept_until" |tx, o| undos::kept_until(tx, o.sample.address, now()).await?.is_some();
    Scope "sessions::forget_devices" |tx, _o| sessions::forget_devices(tx).await? > 0;
    Scope "sessions::end_others" |tx, _o| !sessions::end_others(tx, None, "trial", now()).await?.is_empty();
};

//! The functions for invitations, each with a call for one of a tenant's own.

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::ids::{IdentityId, InvitationId, MemberId};
use gatehouse_domain::invitation::InvitationState;
use gatehouse_domain::secret::Digest;
use gatehouse_store::invitations::{Acceptance, Invitation};
use gatehouse_store::members::{Admission, Member};
use gatehouse_store::{Insertion, Page, Scope, Store, invitations, members};

use super::trials::{Trial, Way, trials};
use super::world::{Sample, digest, done, later, now, uuid, write};

/// What the trials here are after: a pending invitation for the address that the sample's person has proven.
pub(super) struct Invited {
    id: InvitationId,
    link: Digest,
    address: EmailAddress,
}

/// Makes it.
pub(super) async fn invited(store: &Store, sample: &Sample) -> Invited {
    invite(store, sample, format!("ada@{}.example", sample.place.slug).parse().unwrap()).await
}

/// A pending invitation for an address.
pub(super) async fn invite(store: &Store, sample: &Sample, address: EmailAddress) -> Invited {
    let made = Invited { id: InvitationId::from_uuid(uuid()), link: digest(), address };
    let mut tx = write(store, Scope::tenant(sample.tenant)).await;
    let row = row(made.id, &made.address);
    assert_eq!(invitations::insert(&mut tx, &row, &made.link).await.unwrap(), Insertion::Done);
    done(tx).await;
    made
}

fn row(id: InvitationId, address: &EmailAddress) -> Invitation {
    Invitation {
        id,
        address: address.clone(),
        role: Role::Member,
        name: None,
        inviter: None,
        state: InvitationState::Pending,
        created_at: now(),
        sent_at: now(),
        expires_at: later(60),
        closed_by: None,
    }
}

pub(super) const INVITATION_TRIALS: &[Trial] = trials! {
    Scope "invitations::insert" |tx, _o| {
        let other = "other@owned.example".parse().unwrap();
        let row = row(InvitationId::from_uuid(uuid()), &other);
        invitations::insert(tx, &row, &digest()).await? == Insertion::Done
    };
    Row "invitations::by_id" |tx, o| invitations::by_id(tx, o.invited.id).await?.is_some();
    Row "invitations::by_link" |tx, o| invitations::by_link(tx, &o.invited.link).await?.is_some();
    Row "invitations::of_person" |tx, o| {
        let at = (o.sample.tenant, o.invited.id);
        invitations::of_person(tx, now(), 10).await?.contains(&at)
    };
    Row "invitations::pending" |tx, o| {
        invitations::pending(tx, &o.invited.address.canonical()).await?.is_some()
    };
    Row "invitations::latest" |tx, o| {
        invitations::latest(tx, &o.invited.address.canonical()).await?.is_some()
    };
    Row "invitations::forget" |tx, o| {
        invitations::revoke(tx, o.invited.id, now()).await?;
        invitations::forget(tx, later(60), 100).await? > 0
    };
    Row "invitations::list" |tx, o| {
        let all = invitations::list(tx, Page { after: None, limit: 100 }).await?;
        all.iter().any(|row| row.id == o.invited.id)
    };
    Row "invitations::resend" |tx, o| {
        invitations::resend(tx, o.invited.id, &digest(), (now(), later(60))).await?
    };
    Row "invitations::revoke" |tx, o| invitations::revoke(tx, o.invited.id, now()).await?;
    Row "invitations::accept" |tx, o| {
        let (link, identity) = (Some(&o.invited.link), o.sample.identity);
        let acceptance =
            Acceptance { id: o.invited.id, link, identity, role: Role::Member, grantors: &[Role::Owner] };
        invitations::accept(tx, &acceptance, now()).await?
    };
    Row "invitations::decline" |tx, o| {
        invitations::decline(tx, o.invited.id, &o.invited.link, o.sample.identity, now()).await?
    };
    Row "invitations::expire" |tx, o| invitations::expire(tx, later(60), 100).await?.contains(&o.invited.id);
    Scope "members::admit" |tx, _o| {
        let member = Member {
            id: MemberId::from_uuid(uuid()),
            identity: IdentityId::from_uuid(uuid()),
            status: MemberStatus::Active,
            roles: vec![Role::Member],
            login_address: None,
            name: None,
            epoch: 1,
        };
        members::admit(tx, &member, now()).await? == Admission::In(member.id)
    };
};

//! Who is asked to join: by the list of invitations, or as a member whose address somebody has proven already.

use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::tenant::DisplayName;
use gatehouse_store::invitations::Invitation;

use super::super::current::TenantState;
use super::super::difference::{self as public, Difference, Object};
use super::super::problem::Problem;
use super::super::spec::{InvitationSpec, MemberSpec, TenantSpec};
use super::{MemberAct, Step};
use crate::NewInvitation;

/// The steps of the list, and what becomes of invitations that the file names nowhere.
pub(super) fn steps<'f>(
    spec: &TenantSpec,
    state: Option<&TenantState>,
    prune: bool,
) -> Vec<Step<MemberAct<'f>>> {
    let mut steps: Vec<Step<MemberAct<'f>>> =
        spec.invitations.iter().flatten().map(|invited| listed(invited, state)).collect();
    // Whoever manages members manages who is about to become one.
    if spec.invitations.is_none() && spec.members.is_none() {
        return steps;
    }
    let named = |invitation: &&Invitation| spec.addresses().any(|address| *address == invitation.address);
    let there = state.map_or(&[][..], |state| state.invitations.as_slice());
    for unnamed in there.iter().filter(|invitation| !named(invitation)) {
        let before = Some(public::invitation(unnamed.name.as_deref(), unnamed.role));
        let address = unnamed.address.canonical();
        let difference = Difference::between(Object::Invitation, &address, before, None);
        steps.push(Step::unnamed(difference, MemberAct::TakeBack(unnamed.id), prune));
    }
    steps
}

fn listed<'f>(spec: &InvitationSpec, state: Option<&TenantState>) -> Step<MemberAct<'f>> {
    let address = spec.email.canonical();
    let pending = state.and_then(|state| state.invitation(&spec.email));
    let row = state.and_then(|state| state.people.get(&address)?.member.as_ref());
    let name = name(spec.name.as_ref(), pending, spec.role);
    let after = public::invitation(name.as_deref(), spec.role);
    // Who is in, or shut out, is not asked anew.
    let in_already = row.is_some_and(|row| row.status != MemberStatus::Removed);
    let before = if in_already {
        Some(after.clone())
    } else {
        pending.map(|there| public::invitation(there.name.as_deref(), there.role))
    };
    let difference = Difference::between(Object::Invitation, &address, before, Some(after));
    let new = NewInvitation { address: spec.email.clone(), role: spec.role, name };
    Step::if_changed(difference, MemberAct::Invite(new))
}

/// A member whose address somebody has proven: that person decides.
pub(super) fn of_member<'f>(
    spec: &MemberSpec,
    pending: Option<&Invitation>,
) -> Result<(Difference, MemberAct<'f>), Problem> {
    let [role] = spec.roles.as_slice() else {
        return Err(spec.origin.refuse(
            "somebody has proven this address and has to be invited, and an invitation is to one role",
        ));
    };
    let name = name(spec.name.as_ref(), pending, *role);
    let value = |name: Option<&str>, role| public::member(name, MemberStatus::Invited, &[role]);
    let before = pending.map(|there| value(there.name.as_deref(), there.role));
    let after = Some(value(name.as_deref(), *role));
    let difference = Difference::between(Object::Member, &spec.email.canonical(), before, after);
    Ok((difference, MemberAct::Invite(NewInvitation { address: spec.email.clone(), role: *role, name })))
}

/// Another name is no reason to write to somebody again.
fn name(wanted: Option<&DisplayName>, pending: Option<&Invitation>, role: Role) -> Option<String> {
    match pending.filter(|there| there.role == role) {
        Some(there) => there.name.clone(),
        None => wanted.map(ToString::to_string),
    }
}

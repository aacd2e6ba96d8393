//! People in a tenant. Additions come first and departures last, so that a new owner is in before the old one leaves.

use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::tenant::DisplayName;
use gatehouse_store::invitations::Invitation;
use gatehouse_store::members::Member;
use serde_json::json;

use super::super::current::{PersonState, TenantState};
use super::super::difference::{self as public, Difference, Object};
use super::super::problem::Problem;
use super::super::sources::Trust;
use super::super::spec::{MemberSpec, TenantSpec};
use super::{MemberAct, Step, invitations};

pub(super) fn steps<'f>(
    spec: &'f TenantSpec,
    trust: Trust,
    state: Option<&TenantState>,
    prune: bool,
) -> Result<Vec<Step<MemberAct<'f>>>, Problem> {
    let Some(wanted) = &spec.members else { return Ok(Vec::new()) };
    let there = state.map_or(&[][..], |state| state.members.as_slice());
    let mut matched = Vec::new();
    let mut steps = Vec::new();
    for member in wanted {
        let person = state.and_then(|state| state.people.get(&member.email.canonical()));
        let nobody = PersonState::default();
        let person = person.unwrap_or(&nobody);
        if let Some(row) = &person.member {
            if matched.contains(&row.id) {
                return Err(member.origin.refuse("this address and one above belong to the same person"));
            }
            matched.push(row.id);
        }
        let pending = state.and_then(|state| state.invitation(&member.email));
        steps.extend(named(member, person, pending, trust)?);
    }
    for row in there.iter().filter(|row| row.status != MemberStatus::Removed && !matched.contains(&row.id)) {
        let difference = Difference::between(Object::Member, &label(row), Some(values(row)), None);
        steps.push(Step::unnamed(difference, MemberAct::Remove(row.clone()), prune));
    }
    keeps_an_owner(spec, there, &steps)?;
    steps.sort_by_key(|step| rank(step.act.as_ref()));
    Ok(steps)
}

fn named<'f>(
    spec: &'f MemberSpec,
    person: &PersonState,
    pending: Option<&Invitation>,
    trust: Trust,
) -> Result<Vec<Step<MemberAct<'f>>>, Problem> {
    let address = spec.email.canonical();
    let name = spec.name.as_ref().map(DisplayName::as_str);
    let is_owner = |row: &Member| person.owner == Some(row.identity);
    let returns = |row: &Member| row.status == MemberStatus::Removed && is_owner(row);
    let (difference, act) = match (&person.member, person.owner) {
        (None, Some(_)) if trust == Trust::Serve => invitations::of_member(spec, pending)?,
        (Some(row), _) if trust == Trust::Serve && returns(row) => invitations::of_member(spec, pending)?,
        (Some(row), _) => {
            let status = match row.status {
                MemberStatus::Removed => MemberStatus::Active,
                MemberStatus::Invited if trust == Trust::Dev => MemberStatus::Active,
                stays => stays,
            };
            let name = name.or(row.name.as_deref());
            let after = Some(public::member(name, status, &spec.roles));
            let act = MemberAct::Change {
                member: row.clone(),
                name: name.map(str::to_owned),
                status,
                roles: spec.roles.clone(),
            };
            (Difference::between(Object::Member, &address, Some(values(row)), after), act)
        }
        (None, Some(identity)) => {
            let status = MemberStatus::Active;
            let after = Some(public::member(name, status, &spec.roles));
            let before = pending
                .map(|there| public::member(there.name.as_deref(), MemberStatus::Invited, &[there.role]));
            (
                Difference::between(Object::Member, &address, before, after),
                MemberAct::Join { spec, identity, status },
            )
        }
        (None, None) => {
            let after = Some(public::member(name, MemberStatus::Active, &spec.roles));
            (Difference::between(Object::Member, &address, None, after), MemberAct::Create(spec))
        }
    };
    let mut steps = vec![Step::if_changed(difference, act)];
    steps.extend(password(spec, person, trust));
    Ok(steps)
}

/// A password for a person who has none. Whoever has verified the address owns the identity: in production no file sets a
/// password for such a person. That of a new person is set as the person is made.
fn password<'f>(spec: &'f MemberSpec, person: &PersonState, trust: Trust) -> Option<Step<MemberAct<'f>>> {
    if spec.password.is_none() && spec.password_hash.is_none() {
        return None;
    }
    let identity = person.member.as_ref().map(|row| row.identity).or(person.owner)?;
    let foreign = person.owner == Some(identity) && trust == Trust::Serve;
    if person.has_password || foreign {
        return None;
    }
    let difference =
        Difference::between(Object::Password, &spec.email.canonical(), None, Some(json!({ "set": true })));
    Some(Step::if_changed(difference, MemberAct::SetPassword { spec, identity }))
}

fn rank(act: Option<&MemberAct<'_>>) -> u8 {
    match act {
        Some(MemberAct::Create(_) | MemberAct::Join { .. } | MemberAct::Invite(_)) => 0,
        Some(MemberAct::Change { status: MemberStatus::Active, roles, .. })
            if roles.contains(&Role::Owner) =>
        {
            0
        }
        Some(MemberAct::SetPassword { .. }) | None => 1,
        Some(MemberAct::Change { .. }) => 2,
        Some(MemberAct::Remove(_) | MemberAct::TakeBack(_)) => 3,
    }
}

/// Refuses to leave a tenant without an active owner, if it has one.
fn keeps_an_owner(spec: &TenantSpec, there: &[Member], steps: &[Step<MemberAct<'_>>]) -> Result<(), Problem> {
    let owns =
        |status: MemberStatus, roles: &[Role]| status == MemberStatus::Active && roles.contains(&Role::Owner);
    let had = there.iter().filter(|row| owns(row.status, &row.roles));
    let mut owners: Vec<_> = had.map(|row| row.id).collect();
    if owners.is_empty() {
        return Ok(());
    }
    let mut others = 0_usize;
    for act in steps.iter().filter_map(|step| step.act.as_ref()) {
        match act {
            MemberAct::Create(new) if owns(MemberStatus::Active, &new.roles) => others += 1,
            MemberAct::Join { spec, status, .. } if owns(*status, &spec.roles) => others += 1,
            MemberAct::Change { member, status, roles, .. } => {
                owners.retain(|id| *id != member.id);
                if owns(*status, roles) {
                    others += 1;
                }
            }
            MemberAct::Remove(member) => owners.retain(|id| *id != member.id),
            _ => {}
        }
    }
    if owners.is_empty() && others == 0 {
        return Err(spec.origin.refuse("this would leave the tenant without an active owner"));
    }
    Ok(())
}

fn values(row: &Member) -> serde_json::Value {
    let mut roles = row.roles.clone();
    roles.sort_unstable();
    public::member(row.name.as_deref(), row.status, &roles)
}

/// How a member is called whom the file does not name.
fn label(row: &Member) -> String {
    row.login_address.clone().or_else(|| row.name.clone()).unwrap_or_else(|| row.id.to_string())
}

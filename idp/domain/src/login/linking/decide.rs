//! The rows, in their order: the first match decides, and what matches none is refused.

use super::{
    Action, Decision, Facts, Holder, Intent, JoinBy, Linked, NewAddress, Owner, Proof, Refusal, Row,
    SourceFacts, Step,
};
use crate::email::EmailAddress;
use crate::identity::MemberStatus;
use crate::ids::TenantId;
use crate::session::Authority;

/// What the linking table says. The rows that need no address, and those of a tenant without authority over it, never ask who owns
/// it: for them the answer and the work are the same whoever does.
pub fn decide(facts: &Facts) -> Step {
    if !facts.sound {
        return refuse(Row::R0, Refusal::Unsound);
    }
    if facts.link.is_some_and(|linked| !linked.active) {
        return refuse(Row::R1, Refusal::Disabled);
    }
    if let Some(intent) = &facts.intent {
        return wanted(facts, intent);
    }
    match facts.source {
        SourceFacts::Connection { tenant, authority, .. } => match (facts.link, &facts.address) {
            (Some(linked), _) => returning_member(linked, tenant, authority),
            (None, Some(address)) if authority => by_address(facts, tenant, address),
            (None, _) => without_authority(facts, tenant),
        },
        SourceFacts::Provider { .. } => match facts.link {
            Some(linked) => sign_in(Row::R10, linked, Authority::Full, false),
            None => new_to_provider(facts),
        },
    }
}

/// Rows 2 and 3: somebody who is signed in, or has proven who they are in this flow, wants the key.
fn wanted(facts: &Facts, intent: &Intent) -> Step {
    if intent.only.is_some_and(|only| only != intent.identity) {
        return refuse(Row::R0, Refusal::SomebodyElse);
    }
    match facts.link {
        Some(linked) if linked.identity == intent.identity => decided(Row::R2, Action::Nothing),
        Some(_) => refuse(Row::R2, Refusal::Taken),
        None if !intent.proven => refuse(Row::R3, Refusal::Unproven),
        None => linked_on_wish(facts.source, intent),
    }
}

fn linked_on_wish(source: SourceFacts, intent: &Intent) -> Step {
    let identity = intent.identity;
    let link = |joins| decided(Row::R3, Action::Link { identity, joins, opens: None });
    let SourceFacts::Connection { join, .. } = source else { return link(None) };
    match (intent.standing, intent.joins) {
        (Some(MemberStatus::Active), _) => link(None),
        (Some(MemberStatus::Suspended | MemberStatus::Removed), _) => refuse(Row::R3, Refusal::NotAMember),
        (_, Some(JoinBy::Invitation)) => link(Some(JoinBy::Invitation)),
        (_, Some(JoinBy::Assertion)) if join => link(Some(JoinBy::Assertion)),
        (_, None) if join => decided(Row::R3, Action::AskToJoin(identity)),
        _ => refuse(Row::R3, Refusal::NotAMember),
    }
}

/// Row 4.
fn returning_member(linked: Linked, tenant: TenantId, authority: bool) -> Step {
    match linked.standing {
        Some(MemberStatus::Active) => sign_in(Row::R4a, linked, Authority::Tenant(tenant), authority),
        Some(MemberStatus::Suspended | MemberStatus::Removed) | None => refuse(Row::R4b, Refusal::NotAMember),
        // An invitation is accepted before a credential of the time before it opens anything.
        Some(MemberStatus::Invited) => refuse(Row::Unmatched, Refusal::Unmatched),
    }
}

/// Rows 5 to 7 and 9: the tenant has authority over the address.
fn by_address(facts: &Facts, tenant: TenantId, address: &EmailAddress) -> Step {
    match facts.owner {
        Owner::NotAsked => Step::LookUp(address.clone()),
        Owner::Nobody => nobody_s(facts, tenant),
        Owner::Somebody(holder) => match holder.standing {
            Some(MemberStatus::Active) => member_s(facts, holder, tenant),
            Some(MemberStatus::Invited) => {
                decided(Row::R6, Action::Prove { identity: holder.identity, invited: true })
            }
            Some(MemberStatus::Suspended | MemberStatus::Removed) => refuse(Row::R7b, Refusal::NotAMember),
            None => choice(Row::R7a, facts, tenant),
        },
    }
}

/// Row 5. What proves the address must hold, or the person is asked.
fn member_s(facts: &Facts, holder: Holder, tenant: TenantId) -> Step {
    let policy = matches!(facts.source, SourceFacts::Connection { link_by_domain: true, .. });
    let plain = holder.active && !holder.privileged && !holder.linked_here && holder.proof == Proof::Verified;
    let identity = holder.identity;
    if policy && plain {
        let opens = Some(Authority::Tenant(tenant));
        return decided(Row::R5a, Action::Link { identity, joins: None, opens });
    }
    decided(Row::R5b, Action::Prove { identity, invited: false })
}

/// Row 9. Whoever has proven a domain controls its mailboxes: where the tenant lets the person in, there is nothing to hide from it
/// and nothing to ask, unless it wants everybody to be asked.
fn nobody_s(facts: &Facts, tenant: TenantId) -> Step {
    let asks = matches!(facts.source, SourceFacts::Connection { ask_always: true, .. });
    if lets_in(facts) && !asks {
        return create_member(Row::R9, tenant, NewAddress::TenantAsserted);
    }
    choice(Row::R9, facts, tenant)
}

/// The page of rows 7a and 9.
fn choice(row: Row, facts: &Facts, tenant: TenantId) -> Step {
    match (facts.as_new, lets_in(facts)) {
        (true, true) => create_member(row, tenant, NewAddress::TenantAsserted),
        (true, false) => refuse(row, Refusal::Closed),
        (false, new) => decided(row, Action::Choose { new }),
    }
}

/// Row 8: the address is plain text, and nothing is looked up by it.
fn without_authority(facts: &Facts, tenant: TenantId) -> Step {
    if !lets_in(facts) {
        return refuse(Row::R8, Refusal::Closed);
    }
    let address = if facts.address.is_some() { NewAddress::Contact } else { NewAddress::None };
    create_member(Row::R8, tenant, address)
}

/// Rows 11 to 13b.
fn new_to_provider(facts: &Facts) -> Step {
    let SourceFacts::Provider { authoritative, mailbox_proven, sign_up } = facts.source else {
        return refuse(Row::Unmatched, Refusal::Unmatched);
    };
    let create = |row, address| {
        let action = Action::Create { authority: Authority::Full, address };
        if sign_up { decided(row, action) } else { refuse(row, Refusal::Closed) }
    };
    let Some(address) = &facts.address else { return create(Row::R13b, NewAddress::None) };
    if !authoritative && !mailbox_proven {
        return decided(Row::R11, Action::ProveMailbox(address.clone()));
    }
    match facts.owner {
        Owner::NotAsked => Step::LookUp(address.clone()),
        Owner::Somebody(holder) if holder.proof != Proof::Cooled => {
            decided(Row::R12, Action::Prove { identity: holder.identity, invited: false })
        }
        Owner::Somebody(_) | Owner::Nobody => create(Row::R13, NewAddress::Verified),
    }
}

const fn lets_in(facts: &Facts) -> bool {
    matches!(facts.source, SourceFacts::Connection { join: true, .. })
}

const fn create_member(row: Row, tenant: TenantId, address: NewAddress) -> Step {
    decided(row, Action::Create { authority: Authority::Tenant(tenant), address })
}

const fn sign_in(row: Row, linked: Linked, authority: Authority, note_address: bool) -> Step {
    decided(row, Action::SignIn { identity: linked.identity, authority, note_address })
}

const fn refuse(row: Row, refusal: Refusal) -> Step {
    decided(row, Action::Refuse(refusal))
}

const fn decided(row: Row, action: Action) -> Step {
    Step::Decided(Decision { row, action })
}

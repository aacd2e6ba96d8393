//! The table, row by row. Rows 14 to 25 are about mailboxes, invitations, directories and domains: they are decided where those are.

use uuid::Uuid;

use super::*;

fn who(n: u128) -> IdentityId {
    IdentityId::from_uuid(Uuid::from_u128(n))
}

const X: u128 = 1;
const Y: u128 = 2;

fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(9))
}

fn address() -> EmailAddress {
    "e@corp.example".parse().unwrap()
}

/// An assertion of a tenant's connection for its own domain, by a key that nobody has.
fn connection() -> Facts {
    Facts {
        sound: true,
        source: SourceFacts::Connection {
            tenant: tenant(),
            authority: true,
            join: true,
            link_by_domain: false,
            ask_always: false,
        },
        link: None,
        intent: None,
        address: Some(address()),
        as_new: false,
        owner: Owner::NotAsked,
    }
}

fn with(source: impl Fn(&mut bool, &mut bool, &mut bool, &mut bool)) -> Facts {
    let mut facts = connection();
    if let SourceFacts::Connection { authority, join, link_by_domain, ask_always, .. } = &mut facts.source {
        source(authority, join, link_by_domain, ask_always);
    }
    facts
}

fn provider(authoritative: bool, mailbox_proven: bool) -> Facts {
    Facts { source: SourceFacts::Provider { authoritative, mailbox_proven, sign_up: true }, ..connection() }
}

fn linked(n: u128, standing: Option<MemberStatus>) -> Option<Linked> {
    Some(Linked { identity: who(n), active: true, standing })
}

fn intent(n: u128, standing: Option<MemberStatus>, joins: Option<JoinBy>) -> Option<Intent> {
    Some(Intent { identity: who(n), only: None, proven: true, standing, joins })
}

fn holder(standing: Option<MemberStatus>) -> Holder {
    Holder {
        identity: who(X),
        active: true,
        proof: Proof::Verified,
        standing,
        privileged: false,
        linked_here: false,
    }
}

fn owned(facts: Facts, holder: Holder) -> Facts {
    Facts { owner: Owner::Somebody(holder), ..facts }
}

fn check(facts: &Facts, row: Row, action: Action) {
    assert_eq!(decide(facts), Step::Decided(Decision { row, action }), "{facts:?}");
}

fn prove(invited: bool) -> Action {
    Action::Prove { identity: who(X), invited }
}

fn member(address: NewAddress) -> Action {
    Action::Create { authority: Authority::Tenant(tenant()), address }
}

const ALL_STANDINGS: [Option<MemberStatus>; 5] = [
    None,
    Some(MemberStatus::Invited),
    Some(MemberStatus::Active),
    Some(MemberStatus::Suspended),
    Some(MemberStatus::Removed),
];

#[test]
fn row_0_what_does_not_hold_is_refused_whatever_else() {
    for facts in [connection(), provider(true, true)] {
        let link = linked(X, Some(MemberStatus::Active));
        let facts =
            Facts { sound: false, link, intent: intent(X, None, None), owner: Owner::Nobody, ..facts };
        check(&facts, Row::R0, Action::Refuse(Refusal::Unsound));
    }
    let mut facts = Facts { intent: intent(Y, Some(MemberStatus::Active), None), ..connection() };
    facts.intent.as_mut().unwrap().only = Some(who(X));
    check(&facts, Row::R0, Action::Refuse(Refusal::SomebodyElse));
}

#[test]
fn row_1_a_disabled_identity_is_never_made_active_again() {
    for facts in [connection(), provider(true, true)] {
        for intent in [None, intent(X, Some(MemberStatus::Active), None)] {
            let link = Some(Linked { identity: who(X), active: false, standing: Some(MemberStatus::Active) });
            let facts = Facts { link, intent, ..facts.clone() };
            check(&facts, Row::R1, Action::Refuse(Refusal::Disabled));
        }
    }
}

#[test]
fn row_2_a_key_stays_with_whom_it_belongs_to() {
    for facts in [connection(), provider(true, true)] {
        let active = Some(MemberStatus::Active);
        let facts = Facts { link: linked(X, active), intent: intent(Y, active, None), ..facts };
        check(&facts, Row::R2, Action::Refuse(Refusal::Taken));
        let facts = Facts { intent: intent(X, active, None), ..facts };
        check(&facts, Row::R2, Action::Nothing);
    }
}

#[test]
fn row_3_who_asks_for_a_link_gets_it_where_they_belong() {
    let link = |joins| Action::Link { identity: who(Y), joins, opens: None };
    let wish = |standing, joins| Facts { intent: intent(Y, standing, joins), ..connection() };
    let refused = Action::Refuse(Refusal::NotAMember);
    check(&wish(Some(MemberStatus::Active), None), Row::R3, link(None));
    for standing in [None, Some(MemberStatus::Invited)] {
        check(&wish(standing, Some(JoinBy::Invitation)), Row::R3, link(Some(JoinBy::Invitation)));
        check(&wish(standing, Some(JoinBy::Assertion)), Row::R3, link(Some(JoinBy::Assertion)));
        check(&wish(standing, None), Row::R3, Action::AskToJoin(who(Y)));
        for joins in [None, Some(JoinBy::Assertion)] {
            let closed = with(|_, join, _, _| *join = false);
            let facts = Facts { intent: intent(Y, standing, joins), ..closed };
            check(&facts, Row::R3, refused.clone());
        }
    }
    for standing in [Some(MemberStatus::Suspended), Some(MemberStatus::Removed)] {
        for joins in [None, Some(JoinBy::Invitation), Some(JoinBy::Assertion)] {
            check(&wish(standing, joins), Row::R3, refused.clone());
        }
    }
    check(&Facts { intent: intent(Y, None, None), ..provider(false, false) }, Row::R3, link(None));
    for facts in [connection(), provider(true, false)] {
        let mut facts = Facts { intent: intent(Y, Some(MemberStatus::Active), None), ..facts };
        facts.intent.as_mut().unwrap().proven = false;
        check(&facts, Row::R3, Action::Refuse(Refusal::Unproven));
    }
}

#[test]
fn row_4_a_member_comes_back_and_nobody_else_does() {
    for (authority, address) in [(true, Some(address())), (false, Some(address())), (false, None)] {
        for standing in ALL_STANDINGS {
            let facts = Facts {
                link: linked(X, standing),
                address: address.clone(),
                ..with(|a, _, _, _| *a = authority)
            };
            let action = Action::SignIn {
                identity: who(X),
                authority: Authority::Tenant(tenant()),
                note_address: authority,
            };
            match standing {
                Some(MemberStatus::Active) => check(&facts, Row::R4a, action),
                Some(MemberStatus::Invited) => {
                    check(&facts, Row::Unmatched, Action::Refuse(Refusal::Unmatched));
                }
                _ => check(&facts, Row::R4b, Action::Refuse(Refusal::NotAMember)),
            }
        }
    }
}

#[test]
fn row_5_a_plain_member_is_linked_by_address_only_where_the_tenant_says_so() {
    let active = holder(Some(MemberStatus::Active));
    let policy = with(|_, _, by_domain, _| *by_domain = true);
    let linked = Action::Link { identity: who(X), joins: None, opens: Some(Authority::Tenant(tenant())) };
    check(&owned(policy.clone(), active), Row::R5a, linked);
    check(&owned(connection(), active), Row::R5b, prove(false));
    for careful in [
        Holder { privileged: true, ..active },
        Holder { linked_here: true, ..active },
        Holder { active: false, ..active },
        Holder { proof: Proof::Stale, ..active },
        Holder { proof: Proof::Cooled, ..active },
    ] {
        check(&owned(policy.clone(), careful), Row::R5b, prove(false));
    }
}

#[test]
fn rows_6_and_7b_an_address_neither_accepts_an_invitation_nor_opens_a_shut_door() {
    let policy = with(|_, _, by_domain, _| *by_domain = true);
    check(&owned(policy.clone(), holder(Some(MemberStatus::Invited))), Row::R6, prove(true));
    for standing in [MemberStatus::Suspended, MemberStatus::Removed] {
        let facts = owned(policy.clone(), holder(Some(standing)));
        check(&facts, Row::R7b, Action::Refuse(Refusal::NotAMember));
        check(&Facts { as_new: true, ..facts }, Row::R7b, Action::Refuse(Refusal::NotAMember));
    }
}

#[test]
fn rows_7a_and_9_offer_the_same() {
    let asking = with(|_, _, _, ask| *ask = true);
    let closed = with(|_, join, _, _| *join = false);
    for (row, owner) in [(Row::R7a, Owner::Somebody(holder(None))), (Row::R9, Owner::Nobody)] {
        let facts = |base: &Facts, as_new| Facts { owner, as_new, ..base.clone() };
        check(&facts(&asking, false), row, Action::Choose { new: true });
        check(&facts(&asking, true), row, member(NewAddress::TenantAsserted));
        check(&facts(&closed, false), row, Action::Choose { new: false });
        check(&facts(&closed, true), row, Action::Refuse(Refusal::Closed));
    }
    // Without the policy nobody is asked who is nobody yet.
    check(&Facts { owner: Owner::Nobody, ..connection() }, Row::R9, member(NewAddress::TenantAsserted));
    check(&owned(connection(), holder(None)), Row::R7a, Action::Choose { new: true });
}

#[test]
fn row_8_without_authority_the_address_is_text_and_is_not_looked_up() {
    for address in [Some(address()), None] {
        let new = if address.is_some() { NewAddress::Contact } else { NewAddress::None };
        for owner in [Owner::NotAsked, Owner::Nobody, Owner::Somebody(holder(Some(MemberStatus::Active)))] {
            let open =
                Facts { address: address.clone(), owner, ..with(|authority, _, _, _| *authority = false) };
            check(&open, Row::R8, member(new));
            let closed = with(|authority, join, _, _| (*authority, *join) = (false, false));
            let facts = Facts { address: address.clone(), owner, ..closed };
            check(&facts, Row::R8, Action::Refuse(Refusal::Closed));
        }
    }
    // Authority over nothing is none.
    check(&Facts { address: None, ..connection() }, Row::R8, member(NewAddress::None));
}

#[test]
fn rows_10_and_11_a_provider_opens_what_it_is_a_credential_of_and_proves_no_address() {
    let facts = Facts { link: linked(X, None), ..provider(true, false) };
    let action = Action::SignIn { identity: who(X), authority: Authority::Full, note_address: false };
    check(&facts, Row::R10, action);
    for owner in [Owner::NotAsked, Owner::Nobody, Owner::Somebody(holder(None))] {
        check(&Facts { owner, ..provider(false, false) }, Row::R11, Action::ProveMailbox(address()));
    }
}

#[test]
fn rows_12_and_13_a_proven_address_shows_whose_it_is_and_links_nothing() {
    let create = |address| Action::Create { authority: Authority::Full, address };
    for base in [provider(true, false), provider(false, true)] {
        for proof in [Proof::Verified, Proof::Stale] {
            for standing in ALL_STANDINGS {
                let facts = owned(base.clone(), Holder { proof, ..holder(standing) });
                check(&facts, Row::R12, prove(false));
            }
        }
        let cooled = owned(base.clone(), Holder { proof: Proof::Cooled, ..holder(None) });
        check(&cooled, Row::R13, create(NewAddress::Verified));
        let free = Facts { owner: Owner::Nobody, ..base };
        check(&free, Row::R13, create(NewAddress::Verified));
        let source = SourceFacts::Provider { authoritative: true, mailbox_proven: true, sign_up: false };
        check(&Facts { source, ..free }, Row::R13, Action::Refuse(Refusal::Closed));
    }
    check(&Facts { address: None, ..provider(true, false) }, Row::R13b, create(NewAddress::None));
    let source = SourceFacts::Provider { authoritative: true, mailbox_proven: false, sign_up: false };
    let closed = Facts { address: None, source, ..connection() };
    check(&closed, Row::R13b, Action::Refuse(Refusal::Closed));
}

#[test]
fn an_address_is_looked_up_only_where_a_row_depends_on_it() {
    assert_eq!(decide(&connection()), Step::LookUp(address()));
    assert_eq!(decide(&provider(true, false)), Step::LookUp(address()));
    assert_eq!(decide(&provider(false, true)), Step::LookUp(address()));
    let active = Some(MemberStatus::Active);
    for facts in [
        Facts { sound: false, ..connection() },
        Facts { link: linked(X, active), ..connection() },
        Facts { intent: intent(Y, active, None), ..connection() },
        with(|authority, _, _, _| *authority = false),
        provider(false, false),
        Facts { link: linked(X, None), ..provider(true, true) },
        Facts { intent: intent(Y, None, None), ..provider(true, true) },
    ] {
        assert!(matches!(decide(&facts), Step::Decided(_)), "{facts:?}");
    }
}

#[test]
fn rows_have_their_numbers() {
    let numbers: Vec<&str> = Row::ALL.iter().map(|row| row.as_str()).collect();
    let table = "0 1 2 3 4a 4b 5a 5b 6 7a 7b 8 9 10 11 12 13 13b unmatched";
    assert_eq!(numbers.join(" "), table);
}

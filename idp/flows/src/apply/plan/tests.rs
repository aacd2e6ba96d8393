use super::*;
use crate::apply::check::Checked;
use crate::apply::current::{AppState, OwnerState, PersonState, TenantState};
use crate::apply::difference::Object;
use crate::apply::sources::{NoSources, Trust};
use crate::apply::spec::OwnerSpec;
use gatehouse_domain::ids::{MemberId, TenantId};
use gatehouse_domain::oauth::{App, Owner, Resource};
use gatehouse_domain::tenant::{CellName, DomainClaim, DomainEvidence, TenantStatus};
use gatehouse_domain::time::Timestamp;
use gatehouse_store::apps::StoredApp;
use gatehouse_store::tenants::TenantRecord;
use uuid::Uuid;

const FILE: &str = r#"
version: 1
platform:
  apps: [{ client_id: portal, type: public, grants: [] }]
tenants:
  - slug: acme
    name: Acme
    domains: [{ name: acme.test, verified: true }, { name: acme.example }]
    policy: { session_idle: 1h }
    branding: { product_name: Acme }
    resources: [{ identifier: "urn:a", scopes: [x] }]
    platform_apps: all
    apps:
      - { client_id: web, type: public, grants: [] }
      - { client_id: svc, type: confidential, secret: one, grants: [client_credentials], resources: ["urn:a"] }
    members:
      - { email: ann@acme.test, name: Ann, roles: [owner] }
      - { email: ben@acme.test, roles: [admin, member] }
"#;

fn read(text: &str) -> Checked {
    Checked::read(text, "gate.yaml", &NoSources, Trust::Dev).unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The state that a file leaves behind.
fn state_after(file: &Checked) -> Current {
    let mut current =
        Current { platform: owner_after(&file.spec.platform, Owner::Platform, 1000), ..Current::default() };
    for (index, spec) in (1_u128..).zip(&file.spec.tenants) {
        let tenant = TenantId::from_uuid(id(index));
        let at = TenantRef { id: tenant, slug: spec.slug.clone(), cell: CellName::pool() };
        let mut state = TenantState {
            at: Some(at.clone()),
            record: Some(TenantRecord {
                name: spec.name.clone(),
                status: TenantStatus::Active,
                personal: false,
                epoch: 1,
                policy: spec.policy.clone().unwrap_or_default(),
                branding: spec.branding.clone().unwrap_or_default(),
            }),
            domains: Vec::new(),
            mail: None,
            own: owner_after(&spec.own, Owner::Tenant(tenant), 2000),
            entitled: current.platform.apps.iter().map(|app| app.stored.app.id).collect(),
            members: Vec::new(),
            invitations: Vec::new(),
            people: Default::default(),
        };
        for (number, domain) in (3000_u128..).zip(spec.domains.iter().flatten()) {
            let verified = DomainState::Verified(DomainEvidence::Operator, Timestamp::UNIX_EPOCH);
            let held = if domain.verified { verified } else { DomainState::Pending };
            let id = DomainId::from_uuid(id(number));
            state.domains.push(DomainClaim::new(id, domain.name.clone(), held));
            if domain.verified {
                current.holders.insert(domain.name.clone(), at.clone());
            }
        }
        for (number, member) in (4000_u128..).zip(spec.members.iter().flatten()) {
            let row = Member {
                id: MemberId::from_uuid(id(number)),
                identity: IdentityId::from_uuid(id(number)),
                status: MemberStatus::Active,
                roles: member.roles.clone(),
                login_address: Some(member.email.canonical()),
                name: member.name.as_ref().map(ToString::to_string),
                epoch: 1,
            };
            let person = PersonState { owner: None, member: Some(row.clone()), has_password: true };
            state.people.insert(member.email.canonical(), person);
            state.members.push(row);
        }
        current.tenants.insert(spec.slug.clone(), state);
    }
    current
}

fn owner_after(spec: &OwnerSpec, owner: Owner, from: u128) -> OwnerState {
    let app = |(number, spec): (u128, &AppSpec)| AppState {
        stored: StoredApp {
            app: App {
                id: AppId::from_uuid(id(number)),
                owner,
                client_id: spec.client_id.clone(),
                name: spec.name.clone(),
                epoch: 1,
                config: spec.config.clone(),
            },
            active: true,
        },
        secrets: spec.secret.into_iter().collect(),
    };
    let resource = |(number, spec): (u128, &ResourceSpec)| Resource {
        id: ResourceId::from_uuid(id(number)),
        identifier: spec.identifier.clone(),
        scopes: spec.scopes.clone(),
    };
    OwnerState {
        apps: (from..).zip(spec.apps.iter().flatten()).map(app).collect(),
        resources: (from + 500..).zip(spec.resources.iter().flatten()).map(resource).collect(),
    }
}

/// The differences of a plan that are not `Unchanged`, as words.
fn words(plan: &Plan<'_>) -> Vec<String> {
    let config = plan.platform.iter().chain(plan.tenants.iter().flat_map(|tenant| &tenant.config));
    let members = plan.tenants.iter().flat_map(|tenant| &tenant.members);
    let all = config.map(|step| (&step.difference, step.act.is_some()));
    let all = all.chain(members.map(|step| (&step.difference, step.act.is_some())));
    all.filter(|(difference, _)| difference.fate != Fate::Unchanged)
        .map(|(difference, acts)| {
            assert_eq!(acts, difference.is_change(), "{difference:?}");
            format!("{:?} {} {}", difference.fate, difference.object.as_str(), difference.name)
        })
        .collect()
}

#[test]
fn what_a_file_left_behind_is_what_it_asks_for() {
    let file = read(FILE);
    let current = state_after(&file);
    for prune in [false, true] {
        let plan = plan(&file, &current, prune).unwrap();
        assert!(words(&plan).is_empty(), "{:?}", words(&plan));
        assert!(!plan.has_work());
    }
}

#[test]
fn each_edit_of_a_file_is_exactly_its_own_difference() {
    let current = state_after(&read(FILE));
    let table: &[(&str, &str, &[&str])] = &[
        ("name: Acme\n", "name: Acme Ltd\n", &["Updated tenant acme"]),
        ("session_idle: 1h", "session_idle: 2h", &["Updated policy acme"]),
        ("product_name: Acme", "primary: \"#ffffff\"", &["Updated branding acme"]),
        (
            "{ name: acme.example }",
            "{ name: acme.example, verified: true }",
            &["Updated domain acme.example"],
        ),
        ("{ name: acme.test, verified: true }", "{ name: acme.test }", &["Updated domain acme.test"]),
        (
            ", { name: acme.example }",
            ", { name: x.example }",
            &["Created domain x.example", "Unnamed domain acme.example"],
        ),
        ("scopes: [x]", "scopes: [x, y]", &["Updated resource urn:a"]),
        ("platform_apps: all", "platform_apps: []", &["Unnamed platform app portal"]),
        ("secret: one", "secret: two", &["Updated secret of svc"]),
        ("secret: one, ", "", &[]),
        ("client_id: web", "client_id: app", &["Created app app", "Unnamed app web"]),
        (
            "client_id: portal",
            "client_id: p2",
            &["Created app p2", "Unnamed app portal", "Created platform app p2"],
        ),
        ("roles: [owner]", "roles: [owner, admin]", &["Updated member ann@acme.test"]),
        ("roles: [admin, member]", "roles: [member, admin]", &[]),
        ("name: Ann, ", "", &[]),
        ("email: ben@", "email: cat@", &["Created member cat@acme.test", "Unnamed member ben@acme.test"]),
        ("email: ann@acme.test", "email: ANN@acme.test", &[]),
    ];
    for (from, to, expected) in table {
        let text = FILE.replacen(from, to, 1);
        assert!(text != FILE, "{from}");
        let file = read(&text);
        assert_eq!(words(&plan(&file, &current, false).unwrap()), *expected, "{from} -> {to}");
        let pruned: Vec<String> = expected.iter().map(|word| word.replace("Unnamed", "Removed")).collect();
        let mut found = words(&plan(&file, &current, true).unwrap());
        found.retain(|word| *word != "Removed platform app portal" || *to == "platform_apps: []");
        assert_eq!(found, pruned, "{from} -> {to}, pruned");
    }
}

#[test]
fn parts_that_a_file_leaves_out_are_left_alone() {
    let current = state_after(&read(FILE));
    let silent = read("version: 1\ntenants: [{ slug: acme, name: Acme }]\n");
    assert!(words(&plan(&silent, &current, true).unwrap()).is_empty());
    let nothing = read("version: 1\n");
    assert!(words(&plan(&nothing, &current, true).unwrap()).is_empty());
}

#[test]
fn secrets_are_compared_by_digest_and_told_by_fingerprint() {
    let current = state_after(&read(FILE));
    let file = read(&FILE.replace("secret: one", "secret: two"));
    let plan = plan(&file, &current, false).unwrap();
    let step =
        plan.tenants[0].config.iter().find(|step| step.difference.object == Object::AppSecret).unwrap();
    let text = serde_json::to_string(&step.difference).unwrap();
    // The first bytes of SHA-256 of "one" and "two".
    assert!(text.contains("7692c3ad") && text.contains("3fc4ccfe"), "{text}");
}

#[test]
fn a_proof_by_dns_outlasts_the_file() {
    let file = read(FILE);
    let mut current = state_after(&file);
    let state = current.tenants.get_mut(&file.spec.tenants[0].slug).unwrap();
    state.domains[1].state = DomainState::Verified(DomainEvidence::Dns, Timestamp::UNIX_EPOCH);
    current.holders.insert(state.domains[1].name.clone(), state.at.clone().unwrap());
    let plan = plan(&file, &current, true).unwrap();
    assert!(words(&plan).is_empty() && plan.tenants[0].release.is_empty());
}

#[test]
fn invited_suspended_and_removed_members_keep_their_standing() {
    let file = read(FILE);
    let slug = &file.spec.tenants[0].slug;
    for (trust, owns, from, to) in [
        (Trust::Serve, true, MemberStatus::Invited, MemberStatus::Invited),
        (Trust::Dev, true, MemberStatus::Invited, MemberStatus::Active),
        (Trust::Dev, true, MemberStatus::Removed, MemberStatus::Active),
        (Trust::Serve, false, MemberStatus::Removed, MemberStatus::Active),
        (Trust::Serve, true, MemberStatus::Suspended, MemberStatus::Suspended),
        (Trust::Dev, false, MemberStatus::Suspended, MemberStatus::Suspended),
        (Trust::Serve, true, MemberStatus::Active, MemberStatus::Active),
    ] {
        let file = Checked { trust, file: file.file.clone(), spec: read(FILE).spec };
        let mut current = state_after(&file);
        let person = current.tenants.get_mut(slug).unwrap().people.get_mut("ben@acme.test").unwrap();
        let row = person.member.as_mut().unwrap();
        row.status = from;
        person.owner = owns.then_some(row.identity);
        let plan = plan(&file, &current, false).unwrap();
        let acts: Vec<_> = plan.tenants[0].members.iter().filter_map(|step| step.act.as_ref()).collect();
        match acts.as_slice() {
            [] => assert_eq!(from, to),
            [MemberAct::Change { status, .. }] => assert_eq!((*status, from != to), (to, true)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_removed_member_who_owns_the_address_is_invited_back_to_one_role() {
    for (roles, invited) in [("[admin]", true), ("[admin, member]", false)] {
        let text = FILE.replace(
            "email: ben@acme.test, roles: [admin, member]",
            &format!("email: ben@acme.test, roles: {roles}"),
        );
        let file = Checked { trust: Trust::Serve, file: String::new(), spec: read(&text).spec };
        let mut current = state_after(&file);
        let state = current.tenants.get_mut(&file.spec.tenants[0].slug).unwrap();
        let person = state.people.get_mut("ben@acme.test").unwrap();
        let row = person.member.as_mut().unwrap();
        row.status = MemberStatus::Removed;
        person.owner = Some(row.identity);
        let planned = plan(&file, &current, false);
        match (planned, invited) {
            (Ok(plan), true) => {
                let acts: Vec<_> =
                    plan.tenants[0].members.iter().filter_map(|step| step.act.as_ref()).collect();
                assert!(matches!(acts.as_slice(), [MemberAct::Invite(_)]), "{acts:?}");
            }
            (Err(problem), false) => assert!(problem.text.contains("one role"), "{problem:?}"),
            (other, _) => panic!("{roles}: {}", other.is_ok()),
        }
    }
}

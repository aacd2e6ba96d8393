//! What each built-in role permits: one table.

use crate::identity::Role;

/// A permission as it stands in tokens.
pub type Permission = &'static str;

const TABLE: &[(Role, &[Permission])] = &[
    (
        Role::Owner,
        &[
            "apps:write",
            "audit:read",
            "config:read",
            "config:write",
            "members:read",
            "members:write",
            "owners:write",
            "tenant:delete",
        ],
    ),
    (
        Role::Admin,
        &["apps:write", "audit:read", "config:read", "config:write", "members:read", "members:write"],
    ),
    (Role::Auditor, &["audit:read", "config:read", "members:read"]),
    (Role::Member, &[]),
];

/// The permissions that a set of roles gives, sorted and without doubles.
pub fn permissions(roles: &[Role]) -> Vec<Permission> {
    let mut all: Vec<Permission> = TABLE
        .iter()
        .filter(|(role, _)| roles.contains(role))
        .flat_map(|(_, permissions)| permissions.iter().copied())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether whoever holds these roles may make somebody else hold a role: only who may change members, and only what they may
/// do themselves (rule D20).
pub fn may_grant(holding: &[Role], role: Role) -> bool {
    let own = permissions(holding);
    own.contains(&"members:write") && permissions(&[role]).iter().all(|permission| own.contains(permission))
}

/// The roles of which each alone lets its holder grant a role.
pub fn grantors(role: Role) -> Vec<Role> {
    TABLE.iter().map(|(holding, _)| *holding).filter(|holding| may_grant(&[*holding], role)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_all_that_others_have() {
        let owner = permissions(&[Role::Owner]);
        for role in [Role::Admin, Role::Auditor, Role::Member] {
            assert!(permissions(&[role]).iter().all(|permission| owner.contains(permission)), "{role}");
        }
        assert!(permissions(&[Role::Member]).is_empty());
        assert!(!permissions(&[Role::Admin]).contains(&"owners:write"));
    }

    #[test]
    fn nobody_grants_more_than_they_have() {
        assert_eq!(grantors(Role::Owner), [Role::Owner]);
        for role in [Role::Admin, Role::Auditor, Role::Member] {
            assert_eq!(grantors(role), [Role::Owner, Role::Admin], "{role}");
        }
        assert!(
            !may_grant(&[Role::Auditor, Role::Member], Role::Member),
            "who may not change members invites nobody"
        );
        assert!(!may_grant(&[], Role::Member));
    }
}

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
}

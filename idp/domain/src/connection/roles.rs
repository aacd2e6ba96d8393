//! From groups of an upstream to roles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::identity::Role;

/// Which groups give which roles. Never that of an owner: whoever runs the upstream would own the tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Role>", into = "BTreeMap<String, Role>")]
pub struct RoleMap(BTreeMap<String, Role>);

/// Why a map cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRoleMap {
    /// A group would give the role of an owner.
    #[error("a group cannot give the role owner")]
    Owner,
    /// A name is empty or over 256 characters, or there are over 100 of them.
    #[error("there are at most 100 groups, each with a name of 1 to 256 characters")]
    Size,
}

impl RoleMap {
    /// The roles of somebody in these groups, sorted: at least that of a member.
    pub fn roles(&self, groups: &[String]) -> Vec<Role> {
        let mut roles: Vec<Role> = groups.iter().filter_map(|group| self.0.get(group)).copied().collect();
        roles.push(Role::Member);
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The groups and what they give.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|(group, role)| (group.as_str(), *role))
    }
}

impl TryFrom<BTreeMap<String, Role>> for RoleMap {
    type Error = BadRoleMap;

    fn try_from(map: BTreeMap<String, Role>) -> Result<Self, BadRoleMap> {
        let named = |group: &String| (1..=256).contains(&group.chars().count());
        if map.len() > 100 || !map.keys().all(named) {
            return Err(BadRoleMap::Size);
        }
        if map.values().any(|role| *role == Role::Owner) {
            return Err(BadRoleMap::Owner);
        }
        Ok(Self(map))
    }
}

impl From<RoleMap> for BTreeMap<String, Role> {
    fn from(map: RoleMap) -> Self {
        map.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, Role)]) -> Result<RoleMap, BadRoleMap> {
        let map: BTreeMap<String, Role> =
            pairs.iter().map(|(group, role)| ((*group).to_owned(), *role)).collect();
        map.try_into()
    }

    #[test]
    fn groups_give_what_the_map_says_to_the_letter() {
        let map = map(&[("admins", Role::Admin), ("audit", Role::Auditor)]).unwrap();
        let roles =
            |groups: &[&str]| map.roles(&groups.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>());
        assert_eq!(roles(&[]), [Role::Member]);
        assert_eq!(roles(&["Admins", "owner", "others"]), [Role::Member]);
        assert_eq!(roles(&["audit", "admins", "admins"]), [Role::Admin, Role::Auditor, Role::Member]);
    }

    #[test]
    fn no_group_makes_an_owner() {
        assert_eq!(map(&[("admins", Role::Admin), ("bosses", Role::Owner)]), Err(BadRoleMap::Owner));
        assert!(serde_json::from_str::<RoleMap>(r#"{"bosses":"owner"}"#).is_err());
        assert_eq!(map(&[("", Role::Admin)]), Err(BadRoleMap::Size));
        let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
        let many: Vec<(&str, Role)> = many.iter().map(|name| (name.as_str(), Role::Member)).collect();
        assert_eq!(map(&many), Err(BadRoleMap::Size));
    }
}

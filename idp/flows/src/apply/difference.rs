//! Differences in public words: what is shown, and what the event log is told.

use gatehouse_domain::audit::{Change, ObjectKind};
use gatehouse_domain::identity::{MemberStatus, Role};
use gatehouse_domain::oauth::{AppConfig, Scopes};
use gatehouse_domain::policy::Policy;
use gatehouse_domain::secret::Digest;
use gatehouse_domain::tenant::{Branding, DisplayName, DomainEvidence, DomainState};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A tenant's record.
    Tenant,
    /// A domain of a tenant.
    Domain,
    /// A tenant's rules.
    Policy,
    /// A tenant's looks.
    Branding,
    /// A tenant's own mail server.
    Mail,
    /// A resource.
    Resource,
    /// An app.
    App,
    /// The secret of an app.
    AppSecret,
    /// The use of a platform app by a tenant.
    Entitlement,
    /// A member of a tenant.
    Member,
    /// An invitation to a tenant.
    Invitation,
    /// The password of a member.
    Password,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is made.
    Created,
    /// It is altered.
    Updated,
    /// It is taken away.
    Removed,
    /// The file does not name it; it stays, as pruning was not asked for.
    Unnamed,
    /// It is as the file says.
    Unchanged,
}

/// One object, before and after. Values are public; secrets stand as fingerprints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What.
    pub object: Object,
    /// Which.
    pub name: String,
    /// What becomes of it.
    pub fate: Fate,
    /// The public values before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The public values after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl Difference {
    /// Compares: made if nothing was there, gone if nothing will be.
    pub(super) fn between(object: Object, name: &str, before: Option<Value>, after: Option<Value>) -> Self {
        let fate = match (&before, &after) {
            (None, _) => Fate::Created,
            (_, None) => Fate::Removed,
            (Some(before), Some(after)) if before == after => Fate::Unchanged,
            _ => Fate::Updated,
        };
        Self { object, name: name.to_owned(), fate, before, after }
    }

    /// Whether something is done about it.
    pub const fn is_change(&self) -> bool {
        matches!(self.fate, Fate::Created | Fate::Updated | Fate::Removed)
    }

    /// How the event log calls the change.
    pub(super) const fn change(&self) -> Change {
        match self.fate {
            Fate::Created => Change::Created,
            Fate::Removed => Change::Removed,
            Fate::Updated | Fate::Unnamed | Fate::Unchanged => Change::Updated,
        }
    }
}

impl Object {
    /// The word that people read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Domain => "domain",
            Self::Policy => "policy",
            Self::Branding => "branding",
            Self::Mail => "mail server of",
            Self::Resource => "resource",
            Self::App => "app",
            Self::AppSecret => "secret of",
            Self::Entitlement => "platform app",
            Self::Member => "member",
            Self::Invitation => "invitation",
            Self::Password => "password of",
        }
    }

    /// How the event log calls it; people have events of their own.
    pub(super) const fn kind(self) -> Option<ObjectKind> {
        Some(match self {
            Self::Tenant => ObjectKind::Tenant,
            Self::Domain => ObjectKind::Domain,
            Self::Policy => ObjectKind::Policy,
            Self::Branding => ObjectKind::Branding,
            Self::Mail => ObjectKind::Mail,
            Self::Resource => ObjectKind::Resource,
            Self::App => ObjectKind::App,
            Self::AppSecret => ObjectKind::AppSecret,
            Self::Entitlement => ObjectKind::Entitlement,
            Self::Member | Self::Invitation | Self::Password => return None,
        })
    }
}

pub(super) fn app(name: &DisplayName, config: &AppConfig, active: bool) -> Value {
    let mut map = object(config);
    map.insert("name".to_owned(), json!(name));
    if !active {
        map.insert("status".to_owned(), json!("disabled"));
    }
    Value::Object(map)
}

pub(super) fn resource(scopes: &Scopes) -> Value {
    json!({ "scopes": scopes })
}

pub(super) fn tenant(name: &DisplayName) -> Value {
    json!({ "name": name })
}

pub(super) fn policy(policy: &Policy) -> Value {
    Value::Object(object(policy))
}

pub(super) fn branding(branding: &Branding) -> Value {
    Value::Object(object(branding))
}

pub(super) fn domain(state: DomainState) -> Value {
    match state {
        DomainState::Pending => json!({ "state": "pending" }),
        DomainState::Lapsed => json!({ "state": "lapsed" }),
        DomainState::Released => json!({ "state": "released" }),
        DomainState::Verified(DomainEvidence::Operator, _) => {
            json!({ "state": "verified", "evidence": "operator" })
        }
        DomainState::Verified(DomainEvidence::Dns, _) => json!({ "state": "verified", "evidence": "dns" }),
    }
}

pub(super) fn member(name: Option<&str>, status: MemberStatus, roles: &[Role]) -> Value {
    json!({ "name": name, "status": status, "roles": roles })
}

pub(super) fn invitation(name: Option<&str>, role: Role) -> Value {
    json!({ "name": name, "role": role })
}

/// Enough of a digest to tell two secrets apart, and too little to search for one.
pub(super) fn fingerprint(digest: &Digest) -> Value {
    let [a, b, c, d, ..] = digest.as_bytes();
    json!({ "fingerprint": format!("{a:02x}{b:02x}{c:02x}{d:02x}") })
}

/// Our types always become objects.
fn object(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

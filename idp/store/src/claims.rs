//! What tokens are made of: a grant's own facts and the person it stands on, as the grant functions answer them.

use gatehouse_domain::identity::Role;
use gatehouse_domain::ids::{AppId, GrantId, IdentityId, MemberId, SessionId};
use gatehouse_domain::oauth::Scopes;
use gatehouse_domain::time::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::error::StoreError;
use crate::row::{document, scopes};

/// A grant that is good now, with the person it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The grant.
    pub grant: GrantFacts,
    /// The person.
    pub person: Person,
}

/// What a grant says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantFacts {
    /// The grant.
    pub id: GrantId,
    /// Whether the platform issuer gave it.
    pub platform: bool,
    /// The app it was given to.
    pub app: AppId,
    /// The epoch of the app then; the caller compares it with the app's present one.
    pub app_epoch: i32,
    /// The scopes granted.
    pub scopes: Scopes,
    /// The resources granted, by identifier.
    pub resources: Vec<String>,
    /// When the person last showed a credential.
    pub auth_time: Timestamp,
    /// The class of authentication.
    pub acr: String,
    /// The methods shown (RFC 8176).
    pub amr: Vec<String>,
    /// Counts rotations of its refresh token.
    pub generation: i32,
    /// When it ends if unused.
    pub idle_end: Timestamp,
    /// When it ends in any case.
    pub absolute_end: Timestamp,
}

/// The person a grant stands on, as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The identity; the `sub` at the platform issuer.
    pub identity: IdentityId,
    /// The member; the `sub` at the tenant's issuer.
    pub member: MemberId,
    /// The session.
    pub session: SessionId,
    /// The person's name, where one is known.
    pub name: Option<String>,
    /// The name by which the tenant knows the person.
    pub member_name: Option<String>,
    /// The language tag of the person's choice.
    pub locale: Option<String>,
    /// The roles held now.
    pub roles: Vec<Role>,
    /// The primary verified address; an unproven one is not told.
    pub address: Option<String>,
    /// The tenant's epoch now.
    pub tenant_epoch: i32,
}

/// Why a grant, or a code, is good no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// There is none such for this app and issuer.
    Unknown,
    /// It, or the token, was revoked.
    Revoked,
    /// It is over.
    Expired,
    /// The tenant is suspended.
    Tenant,
    /// The person may not sign in, or everything of theirs was ended.
    Identity,
    /// The person is no active member, or was out in between.
    Member,
    /// The session ended.
    Session,
}

impl Gone {
    pub(crate) fn read(reason: Option<&str>) -> Result<Self, StoreError> {
        Ok(match reason {
            Some("unknown") => Self::Unknown,
            Some("revoked") => Self::Revoked,
            Some("expired") => Self::Expired,
            Some("tenant") => Self::Tenant,
            Some("identity") => Self::Identity,
            Some("member") => Self::Member,
            Some("session") => Self::Session,
            _ => return Err(StoreError::Unreadable("grant reason")),
        })
    }
}

impl Claims {
    pub(crate) fn read(
        facts: Option<serde_json::Value>,
        person: Option<serde_json::Value>,
    ) -> Result<Self, StoreError> {
        let (Some(facts), Some(person)) = (facts, person) else {
            return Err(StoreError::Unreadable("grant"));
        };
        let facts: Facts = document(facts, "grant")?;
        let person: Ground = document(person, "person")?;
        Ok(Self { grant: facts.words()?, person: person.words() })
    }
}

#[derive(Deserialize)]
struct Facts {
    grant: Uuid,
    platform: bool,
    app: Uuid,
    app_epoch: i32,
    scopes: Vec<String>,
    resources: Vec<String>,
    auth_time: Timestamp,
    acr: String,
    amr: Vec<String>,
    generation: i32,
    idle_end: Timestamp,
    absolute_end: Timestamp,
}

impl Facts {
    fn words(self) -> Result<GrantFacts, StoreError> {
        Ok(GrantFacts {
            id: GrantId::from_uuid(self.grant),
            platform: self.platform,
            app: AppId::from_uuid(self.app),
            app_epoch: self.app_epoch,
            scopes: scopes(&self.scopes)?,
            resources: self.resources,
            auth_time: self.auth_time,
            acr: self.acr,
            amr: self.amr,
            generation: self.generation,
            idle_end: self.idle_end,
            absolute_end: self.absolute_end,
        })
    }
}

#[derive(Deserialize)]
struct Ground {
    identity: Uuid,
    member: Uuid,
    session: Uuid,
    name: Option<String>,
    member_name: Option<String>,
    locale: Option<String>,
    roles: Vec<Role>,
    address: Option<String>,
    tenant_epoch: i32,
}

impl Ground {
    fn words(self) -> Person {
        Person {
            identity: IdentityId::from_uuid(self.identity),
            member: MemberId::from_uuid(self.member),
            session: SessionId::from_uuid(self.session),
            name: self.name,
            member_name: self.member_name,
            locale: self.locale,
            roles: self.roles,
            address: self.address,
            tenant_epoch: self.tenant_epoch,
        }
    }
}

//! Everything that is kept about a person, for that person, as one document.

use gatehouse_domain::audit::{Concerned, What};
use gatehouse_domain::email::AddressState;
use gatehouse_domain::identity::Role;
use gatehouse_domain::oauth::Scopes;
use gatehouse_domain::time::Timestamp;
use gatehouse_store::sessions::ListedSession;
use gatehouse_store::{Scope, Trail, addresses, grants, identities, members, sessions};
use serde::Serialize;

use super::{FreshSession, FullSession, Happened, Visitor};
use crate::login::Stop;
use crate::{Ctx, Fault, Idp, Issuer};

/// The most events that a document holds, the newest ones.
const MOST_EVENTS: usize = 1_000;

/// What stands in place of older events.
const CUT: &str =
    "There are older events. This file holds the newest 1,000; the account page shows them all.";

#[derive(Serialize)]
struct Document {
    format: &'static str,
    written_at: Timestamp,
    issuer: String,
    profile: Profile,
    addresses: Vec<Address>,
    sign_in_methods: Vec<Method>,
    sessions: Vec<Session>,
    memberships: Vec<Membership>,
    connected_apps: Vec<App>,
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events_note: Option<&'static str>,
}

#[derive(Serialize)]
struct Profile {
    id: String,
    name: Option<String>,
    language: Option<String>,
    created_at: Timestamp,
    delete_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Address {
    address: String,
    state: AddressState,
    main: bool,
    added_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    refused_since: Option<Timestamp>,
    evidence: Vec<Evidence>,
}

#[derive(Serialize)]
struct Evidence {
    at: Timestamp,
    state: String,
    how: String,
}

#[derive(Serialize)]
struct Method {
    kind: &'static str,
    changed_at: Timestamp,
}

#[derive(Serialize)]
struct Session {
    device: Option<String>,
    network: Option<String>,
    signed_in_at: Timestamp,
    opened_at: Timestamp,
    last_used_at: Timestamp,
}

#[derive(Serialize)]
struct Membership {
    organization: String,
    name_in_addresses: String,
    roles: Vec<Role>,
}

#[derive(Serialize)]
struct App {
    name: String,
    organization: String,
    since: Timestamp,
    consented_to: Option<Scopes>,
}

#[derive(Serialize)]
struct Event {
    at: Timestamp,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl Idp {
    /// The document, as JSON. That it was asked for is an event in the transaction that reads the person's own rows; what stands with
    /// organisations is read before it.
    ///
    /// # Errors
    /// If the machinery failed, or the person is gone.
    pub async fn export_account(
        &self,
        cx: &Ctx,
        issuer: &Issuer,
        session: &FreshSession,
    ) -> Result<Vec<u8>, Stop> {
        let full = session.full();
        let identity = session.identity();
        let memberships = self.exported_memberships(full).await?;
        let connected_apps = self.exported_apps(cx, full).await?;
        let (events, events_note) = self.exported_events(full).await?;
        let record =
            self.record_by(cx, session.session(), What::AccountExported(Concerned { identity })).await?;
        let document = {
            let mut tx = self.pool()?.write(Scope::identity(identity), "export_account").await?;
            if !identities::lock_for(&mut tx, session.session()).await? {
                return Err(Stop::NotSignedIn);
            }
            let profile = identities::profile(&mut tx).await?.ok_or(Stop::NotSignedIn)?;
            let known = addresses::list(&mut tx).await?;
            let evidence = addresses::evidence(&mut tx).await?;
            let password = identities::password(&mut tx).await?;
            let live = sessions::list(&mut tx, cx.now).await?;
            tx.commit(Trail::of([record])).await?;
            Document {
                format: "gatehouse-account-1",
                written_at: cx.now,
                issuer: issuer.iss().to_owned(),
                profile: Profile {
                    id: identity.to_string(),
                    name: profile.name,
                    language: profile.locale,
                    created_at: profile.created_at,
                    delete_at: profile.delete_at,
                },
                addresses: known.iter().map(|known| address(known, &evidence)).collect(),
                sign_in_methods: password
                    .map(|password| Method { kind: "password", changed_at: password.changed_at })
                    .into_iter()
                    .collect(),
                sessions: live.into_iter().map(session_of).collect(),
                memberships,
                connected_apps,
                events,
                events_note,
            }
        };
        Ok(serde_json::to_vec_pretty(&document).map_err(|_| Fault::Inconsistent("export"))?)
    }

    async fn exported_memberships(&self, session: &FullSession) -> Result<Vec<Membership>, Stop> {
        let found = self.own_memberships(&Visitor::Full(session.clone())).await?;
        let membership = |face: super::MembershipFace| Membership {
            organization: face.name,
            name_in_addresses: face.slug,
            roles: face.roles,
        };
        Ok(found.into_iter().map(membership).collect())
    }

    async fn exported_apps(&self, cx: &Ctx, session: &FullSession) -> Result<Vec<App>, Stop> {
        let mut apps = Vec::new();
        for member in &session.session().memberships {
            let Some(tenant) = self.tenant(member.tenant).await? else { continue };
            let mut found = Vec::new();
            {
                let mut tx = self.pool()?.read(Scope::tenant(member.tenant), "exported_apps").await?;
                for connected in grants::connected(&mut tx, session.identity(), cx.now).await? {
                    let consent = members::consent(&mut tx, session.identity(), connected.app).await?;
                    found.push((connected, consent));
                }
            }
            for (connected, consent) in found {
                let name = self.app_name(member.tenant, connected.app, connected.platform).await?;
                apps.push(App {
                    name: name.unwrap_or_else(|| connected.app.to_string()),
                    organization: tenant.name.to_string(),
                    since: connected.since,
                    consented_to: consent.map(|agreed| agreed.scopes),
                });
            }
        }
        Ok(apps)
    }

    async fn exported_events(
        &self,
        session: &FullSession,
    ) -> Result<(Vec<Event>, Option<&'static str>), Stop> {
        let mut events = Vec::new();
        let mut older_than = None;
        loop {
            let part = self.activity(session, older_than).await?;
            events.extend(part.happened.into_iter().map(event_of));
            older_than = part.older;
            if older_than.is_none() {
                return Ok((events, None));
            }
            if events.len() >= MOST_EVENTS {
                events.truncate(MOST_EVENTS);
                return Ok((events, Some(CUT)));
            }
        }
    }
}

fn address(known: &addresses::Address, evidence: &[addresses::Evidence]) -> Address {
    let own = evidence.iter().filter(|row| row.address == known.id);
    let row = |row: &addresses::Evidence| Evidence {
        at: row.at,
        state: row.state.clone(),
        how: row.method.clone(),
    };
    Address {
        evidence: own.map(row).collect(),
        address: known.address.to_string(),
        state: known.state,
        main: known.primary,
        added_at: known.created_at,
        confirmed_at: known.verified_at,
        refused_since: known.refused_at,
    }
}

fn session_of(listed: ListedSession) -> Session {
    Session {
        device: listed.device,
        network: listed.network,
        signed_in_at: listed.auth_time,
        opened_at: listed.created_at,
        last_used_at: listed.last_seen_at,
    }
}

fn event_of(happened: Happened) -> Event {
    Event {
        at: happened.at,
        kind: happened.kind.as_str(),
        organization: happened.organization,
        network: happened.network,
        device: happened.device,
    }
}

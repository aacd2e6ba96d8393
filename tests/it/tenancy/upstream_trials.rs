//! The functions for upstreams, domains and the credentials that upstreams vouch for, each with a call for one of a tenant's own.

use chrono::TimeDelta;
use gatehouse_domain::connection::{Connection, ConnectionSettings, FederatedKey, Source, UpstreamStatus};
use gatehouse_domain::ids::{AddressId, ConnectionId, CredentialId, DomainId, ProviderId, SessionId};
use gatehouse_domain::secret::Digest;
use gatehouse_domain::session::Evidence;
use gatehouse_domain::tenant::{Challenge, DomainClaim, DomainState};
use gatehouse_store::addresses::{Proved, ProviderWord};
use gatehouse_store::connections::{SecretPurpose, UpstreamSecret};
use gatehouse_store::links::Link;
use gatehouse_store::members::TenantAddresses;
use gatehouse_store::provider_links::ProviderLink;
use gatehouse_store::upstream_sessions::{Ended, UpstreamSession};
use gatehouse_store::{
    Insertion, Scope, Store, addresses, connections, domains, lapses, links, members, provider_links,
    replays, sessions, upstream_sessions,
};
use serde_json::json;

use super::trials::{Trial, Way, trials};
use super::world::{Sample, digest, done, later, now, uuid, write};

/// What the trials here are after.
pub(super) struct Upstreams {
    pub(super) connection: ConnectionId,
    pub(super) spare: ConnectionId,
    pub(super) link: Link,
    pub(super) upstream: Digest,
    pub(super) own: ProviderLink,
    pub(super) claim: DomainClaim,
}

/// What a connection to an issuer is.
pub(super) fn settings(issuer: &str) -> ConnectionSettings {
    let config = json!({ "kind": "oidc", "issuer": issuer, "client_id": "web" });
    serde_json::from_value(json!({ "config": config, "domains": ["corp.example"], "jit": "domain" })).unwrap()
}

/// A connection of a tenant.
pub(super) fn connection(id: ConnectionId, name: &str) -> Connection {
    Connection {
        id,
        name: name.parse().unwrap(),
        settings: settings("https://idp.example"),
        status: UpstreamStatus::Active,
        epoch: 1,
    }
}

/// A subject as the credential of a sample's person.
pub(super) fn link(sample: &Sample, connection: ConnectionId, subject: &str) -> Link {
    Link {
        id: CredentialId::from_uuid(uuid()),
        connection,
        issuer: "https://idp.example".to_owned(),
        subject: subject.to_owned(),
        identity: sample.identity,
        member: sample.member,
        created_at: now(),
        last_used_at: None,
    }
}

/// A subject of some provider that nobody else has.
pub(super) fn provider_link() -> ProviderLink {
    ProviderLink {
        id: CredentialId::from_uuid(uuid()),
        provider: ProviderId::from_uuid(uuid()),
        issuer: "https://accounts.example".to_owned(),
        subject: uuid().to_string(),
        created_at: now(),
        last_used_at: None,
    }
}

fn secret(purpose: SecretPurpose) -> UpstreamSecret {
    UpstreamSecret { id: uuid(), purpose, sealed: vec![1, 2, 3] }
}

/// By what a link is found.
pub(super) fn key(sample: &Sample, link: &Link) -> Digest {
    let source = Source::Connection(sample.tenant, link.connection);
    FederatedKey { source, issuer: link.issuer.clone(), subject: link.subject.clone() }.digest()
}

fn standing(sample: &Sample, up: &Upstreams, session: SessionId) -> UpstreamSession {
    UpstreamSession {
        connection: up.connection,
        session,
        identity: sample.identity,
        link: up.link.id,
        upstream: Some(up.upstream),
        expires_at: later(3600),
    }
}

/// Makes them.
pub(super) async fn upstreams(store: &Store, sample: &Sample) -> Upstreams {
    let connection_id = ConnectionId::from_uuid(uuid());
    let name = format!("{}.example", uuid().simple()).parse().unwrap();
    let made = Upstreams {
        connection: connection_id,
        spare: ConnectionId::from_uuid(uuid()),
        link: link(sample, connection_id, "7"),
        upstream: digest(),
        own: provider_link(),
        claim: DomainClaim::pending(DomainId::from_uuid(uuid()), name, Challenge::from_stored("value")),
    };
    let mut tx = write(store, Scope::both(sample.tenant, sample.identity)).await;
    let suffix = uuid().simple().to_string();
    for (id, name) in [(made.connection, "corp"), (made.spare, "spare")] {
        let connection = connection(id, &format!("{name}-{}", &suffix[20..]));
        assert_eq!(connections::insert(&mut tx, &connection, now()).await.unwrap(), Insertion::Done);
    }
    let secret = secret(SecretPurpose::ClientKey);
    connections::put_secret(&mut tx, made.connection, &secret, now()).await.unwrap();
    assert_eq!(links::insert(&mut tx, &made.link).await.unwrap(), Insertion::Done);
    assert!(replays::take(&mut tx, made.connection, &digest(), later(60)).await.unwrap());
    let standing = standing(sample, &made, sample.session);
    upstream_sessions::put(&mut tx, &standing).await.unwrap();
    assert_eq!(provider_links::insert(&mut tx, &made.own).await.unwrap(), Insertion::Done);
    assert_eq!(domains::insert(&mut tx, &made.claim, now()).await.unwrap(), Insertion::Done);
    done(tx).await;
    made
}

/// What a provider says about an address, on a link.
pub(super) fn word<'a>(
    address: AddressId,
    link: CredentialId,
    details: &'a serde_json::Value,
) -> ProviderWord<'a> {
    let cool_off = TimeDelta::days(30);
    ProviderWord { address, link, mark: *digest().as_bytes(), cool_off, evidence: uuid(), details }
}

/// The word of a tenant's connection about a session's person.
pub(super) fn evidence(connection: ConnectionId) -> Evidence {
    Evidence {
        connection,
        at: now(),
        until: later(600),
        auth_time: Some(now()),
        amr: vec!["mfa".to_owned()],
        acr: None,
    }
}

pub(super) const UPSTREAM_TRIALS: &[Trial] = trials! {
    Row "domains::list" |tx, o| domains::list(tx).await?.iter().any(|claim| claim.id == o.up.claim.id);
    Row "domains::by_id" |tx, o| domains::by_id(tx, o.up.claim.id).await?.is_some();
    Scope "domains::insert" |tx, _o| {
        let (id, name) = (DomainId::from_uuid(uuid()), "another.example".parse().unwrap());
        let claim = DomainClaim::new(id, name, DomainState::Pending);
        domains::insert(tx, &claim, now()).await? == Insertion::Done
    };
    Row "domains::set_state" |tx, o| domains::set_state(tx, o.up.claim.id, DomainState::Lapsed).await?;
    Row "domains::save" |tx, o| domains::save(tx, &o.up.claim, &o.up.claim.clone().released()).await?;
    Row "domains::delete" |tx, o| domains::delete(tx, o.up.claim.id).await?;
    Scope "connections::insert" |tx, _o| {
        let new = connection(ConnectionId::from_uuid(uuid()), "another");
        connections::insert(tx, &new, now()).await? == Insertion::Done
    };
    Row "connections::by_id" |tx, o| connections::by_id(tx, o.up.connection).await?.is_some();
    Row "connections::by_name" |tx, o| {
        let Some(known) = connections::by_id(tx, o.up.connection).await? else { return Ok(false) };
        connections::by_name(tx, &known.name).await? == Some(known)
    };
    Row "connections::list" |tx, o| {
        connections::list(tx).await?.iter().any(|connection| connection.id == o.up.connection)
    };
    Row "connections::update" |tx, o| {
        let settings = settings("https://other.example");
        connections::update(tx, o.up.connection, &settings, UpstreamStatus::Disabled).await? == Some(2)
    };
    Row "connections::delete" |tx, o| connections::delete(tx, o.up.spare).await?;
    Row "connections::has_links" |tx, o| connections::has_links(tx, o.up.connection).await?;
    Mute "connections::put_secret" |tx, o| {
        connections::put_secret(tx, o.up.connection, &secret(SecretPurpose::ClientSecret), now()).await?;
        true
    };
    Row "connections::drop_secret" |tx, o| {
        connections::drop_secret(tx, o.up.connection, SecretPurpose::ClientKey).await?
    };
    Row "connections::secrets" |tx, o| !connections::secrets(tx, o.up.connection).await?.is_empty();
    Row "links::find" |tx, o| {
        let key = key(&o.sample, &o.up.link);
        links::find(tx, o.up.connection, &key).await?.as_ref() == Some(&o.up.link)
    };
    Row "links::insert" |tx, o| {
        links::insert(tx, &link(&o.sample, o.up.connection, "8")).await? == Insertion::Done
    };
    Row "links::touch" |tx, o| links::touch(tx, o.up.link.id, now()).await?;
    Row "links::of_person" |tx, o| links::of_person(tx, o.sample.identity).await?.contains(&o.up.link);
    Row "links::remove" |tx, o| links::remove(tx, o.up.link.id).await? == Some(o.sample.identity);
    Row "links::own" |tx, o| links::own(tx).await?.iter().any(|own| own.id == o.up.link.id);
    Row "replays::take" |tx, o| replays::take(tx, o.up.connection, &digest(), later(60)).await?;
    Mute "upstream_sessions::put" |tx, o| {
        let other = standing(&o.sample, &o.up, SessionId::from_uuid(uuid()));
        upstream_sessions::put(tx, &other).await?;
        true
    };
    Row "upstream_sessions::standing_on" |tx, o| {
        let ended = Ended::Session(&o.up.upstream);
        let found = upstream_sessions::standing_on(tx, o.up.connection, ended).await?;
        found.contains(&(o.sample.identity, o.sample.session))
    };
    Row "upstream_sessions::forget" |tx, o| upstream_sessions::forget(tx, o.sample.session).await?;
    Scope "provider_links::insert" |tx, _o| {
        provider_links::insert(tx, &provider_link()).await? == Insertion::Done
    };
    Row "provider_links::list" |tx, o| provider_links::list(tx).await?.contains(&o.up.own);
    Row "provider_links::touch" |tx, o| provider_links::touch(tx, o.up.own.id, now()).await?;
    Row "provider_links::remove" |tx, o| provider_links::remove(tx, o.up.own.id).await?;
    Row "addresses::prove_by_provider" |tx, o| {
        provider_links::touch(tx, o.up.own.id, now()).await?;
        let details = json!({});
        let word = word(o.own.unproven, o.up.own.id, &details);
        addresses::prove_by_provider(tx, &word, now()).await? == Proved::Verified(None)
    };
    Row "lapses::of_domain" |tx, o| {
        let name = format!("{}.example", o.sample.place.slug).parse().unwrap();
        let all = domains::list(tx).await?;
        if let Some(claim) = all.iter().find(|claim| claim.name == name) {
            domains::set_state(tx, claim.id, DomainState::Lapsed).await?;
        }
        lapses::of_domain(tx, &name, 100, now()).await? == [(o.sample.identity, o.sample.address)]
    };
    Row "sessions::vouch" |tx, o| {
        let evidence = evidence(o.up.connection);
        sessions::vouch(tx, o.sample.session, o.sample.tenant, &evidence).await?
    };
    Row "members::addresses" |tx, o| members::addresses(tx, o.sample.member).await?.is_some();
    Row "members::set_addresses" |tx, o| {
        let said = TenantAddresses { asserted: Some("ada@corp.example".parse().unwrap()), contact: None };
        members::set_addresses(tx, o.sample.member, &said).await?
    };
};

//! Upstreams and what they vouch for, on the real database: whose a subject is, what a provider's word proves, what lapses.

use std::sync::Arc;

use gatehouse_domain::connection::{ConnectionSettings, Jit, Provider, ProviderSettings, UpstreamStatus};
use gatehouse_domain::email::AddressState;
use gatehouse_domain::ids::{ConnectionId, DomainId, IdentityId, ProviderId, SessionId};
use gatehouse_domain::tenant::{Challenge, DomainClaim, DomainState, Seen};
use gatehouse_store::addresses::Proved;
use gatehouse_store::connections::{SecretPurpose, UpstreamSecret};
use gatehouse_store::members::TenantAddresses;
use gatehouse_store::upstream_sessions::{Ended, UpstreamSession};
use gatehouse_store::{
    Insertion, Scope, Store, addresses, browsers, connections, domains, identities, jobs, lapses, links,
    members, provider_links, providers, replays, sessions, upstream_sessions,
};
use serde_json::json;

use super::proving::Claimant;
use super::support::fresh;
use super::upstream_trials::{connection, evidence, key, link, provider_link, settings, word};
use super::world::{
    Sample, attach, cell, digest, done, later, now, open, race, sample, session, uuid, warm, write,
};

#[tokio::test]
async fn a_connection_s_epoch_rises_with_a_change_and_a_secret_takes_another_s_place() {
    let database = fresh("upstream_connections").await;
    let store = database.store(4).await;
    let a = sample(&store, "alpha").await;
    let made = connection(ConnectionId::from_uuid(uuid()), "corp");
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert_eq!(connections::insert(&mut tx, &made, now()).await.unwrap(), Insertion::Done);
    let twin = connection(ConnectionId::from_uuid(uuid()), "corp");
    assert_eq!(connections::insert(&mut tx, &twin, now()).await.unwrap(), Insertion::Taken);
    assert_eq!(connections::by_name(&mut tx, &made.name).await.unwrap().as_ref(), Some(&made));
    let update = async |tx: &mut _, settings: &ConnectionSettings, status| {
        connections::update(tx, made.id, settings, status).await.unwrap()
    };
    assert_eq!(update(&mut tx, &made.settings, UpstreamStatus::Active).await, Some(1), "no change, no epoch");
    let open_to_all = ConnectionSettings { jit: Jit::Anyone, ..settings("https://idp.example") };
    assert_eq!(update(&mut tx, &open_to_all, UpstreamStatus::Active).await, Some(2));
    assert_eq!(update(&mut tx, &open_to_all, UpstreamStatus::Disabled).await, Some(3));

    let secret = |sealed| UpstreamSecret { id: uuid(), purpose: SecretPurpose::ClientSecret, sealed };
    for sealed in [vec![1], vec![2]] {
        connections::put_secret(&mut tx, made.id, &secret(sealed), now()).await.unwrap();
    }
    let secrets = connections::secrets(&mut tx, made.id).await.unwrap();
    assert_eq!(secrets.iter().map(|secret| secret.sealed.clone()).collect::<Vec<_>>(), [vec![2]]);
    done(tx).await;
}

#[tokio::test]
async fn what_people_are_linked_by_stays_and_ends_with_them() {
    let database = fresh("upstream_links").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let made = connection(ConnectionId::from_uuid(uuid()), "corp");
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert_eq!(connections::insert(&mut tx, &made, now()).await.unwrap(), Insertion::Done);
    assert!(!connections::has_links(&mut tx, made.id).await.unwrap());
    let ours = link(&a, made.id, "7");
    assert_eq!(links::insert(&mut tx, &ours).await.unwrap(), Insertion::Done);
    assert_eq!(links::insert(&mut tx, &link(&a, made.id, "7")).await.unwrap(), Insertion::Taken);
    assert!(connections::has_links(&mut tx, made.id).await.unwrap());
    assert!(!connections::delete(&mut tx, made.id).await.unwrap(), "people are linked by it");
    assert!(links::touch(&mut tx, ours.id, later(5)).await.unwrap());
    let found = links::find(&mut tx, made.id, &key(&a, &ours)).await.unwrap().unwrap();
    assert_eq!((found.identity, found.last_used_at), (a.identity, Some(later(5))));
    assert_eq!(
        links::find(&mut tx, made.id, &key(&b, &ours)).await.unwrap(),
        Some(found),
        "keys have no tenant"
    );
    done(tx).await;

    // The person sees it from everywhere, and another tenant's admin from nowhere.
    let mut tx = write(&store, Scope::both(b.tenant, a.identity)).await;
    let own = links::own(&mut tx).await.unwrap();
    assert_eq!(own.iter().map(|own| (own.tenant, own.id)).collect::<Vec<_>>(), [(a.tenant, ours.id)]);
    assert!(links::of_person(&mut tx, a.identity).await.unwrap().is_empty());
    done(tx).await;

    let mut tx = write(&store, Scope::both(a.tenant, a.identity)).await;
    let upstream = digest();
    let row = |session, upstream| UpstreamSession {
        connection: made.id,
        session,
        identity: a.identity,
        link: ours.id,
        upstream,
        expires_at: later(600),
    };
    let other = SessionId::from_uuid(uuid());
    upstream_sessions::put(&mut tx, &row(a.session, Some(upstream))).await.unwrap();
    upstream_sessions::put(&mut tx, &row(other, None)).await.unwrap();
    let ended = Ended::Session(&upstream);
    let one = upstream_sessions::standing_on(&mut tx, made.id, ended).await.unwrap();
    assert_eq!(one, [(a.identity, a.session)], "an upstream's own session ends what stands on it");
    let all = upstream_sessions::standing_on(&mut tx, made.id, Ended::Subject(ours.id)).await.unwrap();
    assert_eq!(all.len(), 2, "a subject's end ends all of them");
    assert!(replays::take(&mut tx, made.id, &digest(), later(600)).await.unwrap());
    assert_eq!(jobs::sweep_tenant(&mut tx, later(599), 100).await.unwrap(), 0);
    assert_eq!(jobs::sweep_tenant(&mut tx, later(600), 100).await.unwrap(), 3, "sessions and the assertion");
    assert_eq!(links::remove(&mut tx, ours.id).await.unwrap(), Some(a.identity));
    assert!(links::own(&mut tx).await.unwrap().is_empty());
    assert!(connections::delete(&mut tx, made.id).await.unwrap(), "nobody is linked by it");
    done(tx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_is_taken_once_and_a_subject_is_one_person_s() {
    let database = fresh("upstream_races").await;
    let store = Arc::new(database.store(10).await);
    warm(&store, 10).await;
    let a = sample(&store, "alpha").await;
    let made = connection(ConnectionId::from_uuid(uuid()), "corp");
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert_eq!(connections::insert(&mut tx, &made, now()).await.unwrap(), Insertion::Done);
    done(tx).await;
    let assertion = digest();
    let takers = (0..10).map(|_| {
        let store = Arc::clone(&store);
        async move {
            let mut tx = write(&store, Scope::tenant(a.tenant)).await;
            let taken = replays::take(&mut tx, made.id, &assertion, later(60)).await.unwrap();
            done(tx).await;
            usize::from(taken)
        }
    });
    assert_eq!(race(takers).await.into_iter().sum::<usize>(), 1);

    let subject = provider_link();
    let mut people = Vec::new();
    for n in 0..10 {
        people.push(Claimant::new(&store, &format!("p{n}@claims.example")).await.who);
    }
    let linkers = people.into_iter().map(|who| {
        let (store, link) =
            (Arc::clone(&store), provider_links::ProviderLink { id: provider_link().id, ..subject.clone() });
        async move {
            let mut tx = write(&store, Scope::identity(who)).await;
            let made = provider_links::insert(&mut tx, &link).await.unwrap();
            done(tx).await;
            (made == Insertion::Done).then_some(who)
        }
    });
    let owners: Vec<IdentityId> = race(linkers).await.into_iter().flatten().collect();
    assert_eq!(owners.len(), 1);
    let key = provider_key(&subject);
    let owner = provider_links::owner(&cell(&store), subject.provider, &key).await.unwrap().unwrap();
    assert_eq!(owner.identity, owners[0]);
    let elsewhere = ProviderId::from_uuid(uuid());
    assert!(provider_links::owner(&cell(&store), elsewhere, &key).await.unwrap().is_none());
    assert!(provider_links::owner(&cell(&store), subject.provider, &digest()).await.unwrap().is_none());
}

fn provider_key(link: &provider_links::ProviderLink) -> gatehouse_domain::secret::Digest {
    let source = gatehouse_domain::connection::Source::Provider(link.provider);
    let (issuer, subject) = (link.issuer.clone(), link.subject.clone());
    gatehouse_domain::connection::FederatedKey { source, issuer, subject }.digest()
}

/// What becomes of a provider's word about somebody's claim; with its link used in the same transaction or not.
async fn proved(store: &Store, who: &Claimant, link: &provider_links::ProviderLink, used: bool) -> Proved {
    let mut tx = write(store, Scope::identity(who.who)).await;
    if used {
        assert!(provider_links::touch(&mut tx, link.id, now()).await.unwrap());
    }
    let details = json!({ "hosted_domain": "corp.example" });
    let word = word(who.id, link.id, &details);
    let outcome = addresses::prove_by_provider(&mut tx, &word, now()).await.unwrap();
    if outcome == Proved::Verified(None) {
        let evicted = addresses::evict_claims(&mut tx, &who.address, now()).await.unwrap();
        assert_eq!(evicted.len(), 1, "claims of others yield as to the proof of a mailbox");
    }
    done(tx).await;
    outcome
}

#[tokio::test]
async fn a_provider_s_word_proves_an_address_with_its_link_in_hand_and_not_another_day() {
    let database = fresh("upstream_words").await;
    let store = database.store(4).await;
    let (first, second) =
        (Claimant::new(&store, "ada@corp.example").await, Claimant::new(&store, "ada@corp.example").await);
    let (one, two) = (provider_link(), provider_link());
    for (person, link) in [(&first, &one), (&second, &two)] {
        let mut tx = write(&store, Scope::identity(person.who)).await;
        assert_eq!(provider_links::insert(&mut tx, link).await.unwrap(), Insertion::Done);
        done(tx).await;
    }
    assert_eq!(proved(&store, &first, &one, false).await, Proved::Gone, "the word of another transaction");
    let mut tx = write(&store, Scope::identity(first.who)).await;
    assert!(!provider_links::touch(&mut tx, two.id, now()).await.unwrap(), "another's link");
    let details = json!({});
    let outcome = addresses::prove_by_provider(&mut tx, &word(first.id, two.id, &details), now()).await;
    assert_eq!(outcome.unwrap(), Proved::Gone);
    done(tx).await;
    assert_eq!(proved(&store, &first, &one, true).await, Proved::Verified(None));
    let mut admin = database.admin().await;
    let evidence: Vec<(String, String)> = sqlx::query_as(
        "SELECT method, details ->> 'hosted_domain' FROM cell.address_evidence WHERE state = 'verified'",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(evidence, [("provider".to_owned(), "corp.example".to_owned())]);
    let mut tx = write(&store, Scope::identity(first.who)).await;
    let all = addresses::list(&mut tx).await.unwrap();
    assert_eq!(
        all.iter().map(|a| (a.state, a.primary)).collect::<Vec<_>>(),
        [(AddressState::Verified, true)]
    );
    assert!(!identities::delete_if_bare(&mut tx).await.unwrap());
    done(tx).await;

    // The second's claim went; claimed anew it is somebody else's.
    let again = Claimant::of(&store, second.who, "ada@corp.example").await;
    assert_eq!(proved(&store, &again, &two, true).await, Proved::Taken);
}

#[tokio::test]
async fn a_domain_lapses_with_the_addresses_in_it_and_for_no_other_tenant() {
    let database = fresh("upstream_domains").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let name = "alpha.example".parse().unwrap();
    let id = DomainId::from_uuid(uuid());
    let waiting = DomainClaim::pending(id, name, Challenge::from_stored("value"));
    let due = async |at| domains::due(&cell(&store), at, 100).await.unwrap();
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert_eq!(domains::insert(&mut tx, &waiting, now()).await.unwrap(), Insertion::Done);
    done(tx).await;
    assert_eq!(due(now()).await, [(a.tenant, id)]);

    let proven = waiting.clone().after(Seen::Found, now());
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert!(domains::save(&mut tx, &waiting, &proven).await.unwrap());
    assert!(!domains::save(&mut tx, &waiting, &proven).await.unwrap(), "it changed since it was read");
    assert_eq!(domains::by_id(&mut tx, id).await.unwrap(), Some(proven.clone()));
    done(tx).await;
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    let early = lapses::of_domain(&mut tx, &proven.name, 100, now()).await.unwrap_err();
    assert_eq!(early.sqlstate().as_deref(), Some("42501"), "the claim holds");
    assert!(due(later(86_399)).await.is_empty());
    assert_eq!(due(later(86_400)).await, [(a.tenant, id)]);

    let gone = later(86_400 * 4);
    let lapsed = proven.clone().after(Seen::Missing, gone);
    assert_eq!(lapsed.state, DomainState::Lapsed);
    let mut tx = write(&store, Scope::tenant(a.tenant)).await;
    assert!(domains::save(&mut tx, &proven, &lapsed).await.unwrap());
    let stale = lapses::of_domain(&mut tx, &lapsed.name, 100, gone).await.unwrap();
    assert_eq!(stale, [(a.identity, a.address)]);
    assert!(lapses::of_domain(&mut tx, &lapsed.name, 100, gone).await.unwrap().is_empty());
    done(tx).await;
    let mut tx = write(&store, Scope::tenant(b.tenant)).await;
    assert!(lapses::of_domain(&mut tx, &lapsed.name, 100, gone).await.is_err(), "another tenant's domain");
    for (person, state) in [(&a, AddressState::Stale), (&b, AddressState::Verified)] {
        let mut tx = write(&store, Scope::identity(person.identity)).await;
        assert_eq!(addresses::list(&mut tx).await.unwrap()[0].state, state);
        done(tx).await;
    }
}

#[tokio::test]
async fn a_session_carries_what_a_connection_said_for_its_tenant() {
    let database = fresh("upstream_evidence").await;
    let store = database.store(4).await;
    let a: Sample = sample(&store, "alpha").await;
    let (place, id) = (attach(None), SessionId::from_uuid(uuid()));
    open(&store, &session(&a, id), &place).await;
    let said = evidence(ConnectionId::from_uuid(uuid()));
    let mut tx = write(&store, Scope::identity(a.identity)).await;
    assert!(sessions::vouch(&mut tx, id, a.tenant, &said).await.unwrap());
    assert!(!sessions::vouch(&mut tx, SessionId::from_uuid(uuid()), a.tenant, &said).await.unwrap());
    done(tx).await;
    let browser = browsers::read(&cell(&store), &place.new, later(1)).await.unwrap().unwrap();
    let live = browser.sessions.into_iter().find(|live| live.session.id == id).unwrap().session;
    assert_eq!(live.evidence.get(&a.tenant), Some(&said));
    assert_eq!(live.entered, [a.tenant], "its end is told there");

    let mut tx = write(&store, Scope::both(a.tenant, a.identity)).await;
    let known = TenantAddresses {
        asserted: Some("Ada@alpha.example".parse().unwrap()),
        contact: Some("ada@other.example".parse().unwrap()),
    };
    assert_eq!(members::addresses(&mut tx, a.member).await.unwrap(), Some(TenantAddresses::default()));
    assert!(members::set_addresses(&mut tx, a.member, &known).await.unwrap());
    assert_eq!(members::addresses(&mut tx, a.member).await.unwrap(), Some(known));
    let own = addresses::list(&mut tx).await.unwrap();
    assert_eq!(own.len(), 1, "the person's own addresses are what they were");
    done(tx).await;
}

#[tokio::test]
async fn providers_are_the_operator_s_and_whoever_came_by_one_is_not_bare() {
    let database = fresh("upstream_providers").await;
    let store = database.store(4).await;
    let config = settings("https://accounts.example").config;
    let made = Provider {
        id: ProviderId::from_uuid(uuid()),
        name: "google".parse().unwrap(),
        settings: ProviderSettings { label: "Google".parse().unwrap(), config },
        status: UpstreamStatus::Active,
        epoch: 1,
    };
    let mut tx = store.directory().write(Scope::platform(), "test").await.unwrap();
    assert_eq!(providers::insert(&mut tx, &made, now()).await.unwrap(), Insertion::Done);
    let twin = Provider { id: ProviderId::from_uuid(uuid()), ..made.clone() };
    assert_eq!(providers::insert(&mut tx, &twin, now()).await.unwrap(), Insertion::Taken);
    assert_eq!(providers::list(&mut tx).await.unwrap(), std::slice::from_ref(&made));
    let off = providers::update(&mut tx, made.id, &made.settings, UpstreamStatus::Disabled).await.unwrap();
    assert_eq!(off, Some(2));
    let read = providers::by_id(&mut tx, made.id).await.unwrap().unwrap();
    assert_eq!((read.status, read.epoch), (UpstreamStatus::Disabled, 2));
    for sealed in [vec![1], vec![2]] {
        let secret = UpstreamSecret { id: uuid(), purpose: SecretPurpose::ClientSecret, sealed };
        providers::put_secret(&mut tx, made.id, &secret, now()).await.unwrap();
    }
    assert_eq!(providers::secrets(&mut tx, made.id).await.unwrap()[0].sealed, [2]);
    assert!(providers::drop_secret(&mut tx, made.id, SecretPurpose::ClientSecret).await.unwrap());
    assert!(!providers::drop_secret(&mut tx, made.id, SecretPurpose::ClientSecret).await.unwrap());
    done(tx).await;

    let who = IdentityId::from_uuid(uuid());
    let mut tx = write(&store, Scope::identity(who)).await;
    assert_eq!(identities::insert(&mut tx, None, None, now()).await.unwrap(), Insertion::Done);
    let link = provider_link();
    assert_eq!(provider_links::insert(&mut tx, &link).await.unwrap(), Insertion::Done);
    assert!(!identities::delete_if_bare(&mut tx).await.unwrap(), "an account without an address");
    assert!(provider_links::remove(&mut tx, link.id).await.unwrap());
    assert!(identities::delete_if_bare(&mut tx).await.unwrap());
    done(tx).await;
}

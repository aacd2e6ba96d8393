//! Every function of the store that takes a scope, called for the rows of one tenant and person in every scope that is not
//! theirs: it sees nothing, or is refused, and none of those rows changes.

use std::collections::BTreeSet;
use std::path::Path;

use gatehouse_store::registry::{Class, TABLES};
use gatehouse_store::{Scope, Store, StoreError, WriteTx, codes, grants};
use sqlx::{AssertSqlSafe, PgConnection};

use super::invitation_trials::INVITATION_TRIALS;
use super::own_trials::OWN_TRIALS;
use super::support::fresh;
use super::trials::{Owned, TRIALS, Trial, Way, owned};
use super::upstream_trials::UPSTREAM_TRIALS;
use super::world::{Sample, cell, code, done, fill, now, record, sample, write};

#[tokio::test]
async fn no_function_reaches_out_of_its_scope() {
    let database = fresh("tenancy_functions_scope").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    fill(&store, &a).await;
    fill(&store, &b).await;
    let mut admin = database.admin().await;
    let theirs = owned(&store, &mut admin, a.clone()).await;
    let mut before = rows(&mut admin, &a).await;
    for trial in TRIALS.iter().chain(OWN_TRIALS).chain(INVITATION_TRIALS).chain(UPSTREAM_TRIALS) {
        for scope in wrong_scopes(&b) {
            let mut tx = write(&store, scope).await;
            let answer = (trial.call)(&mut tx, &theirs).await;
            judge(trial, scope, answer);
            settle(tx).await;
            assert_eq!(rows(&mut admin, &a).await, before, "{} changes a row in {scope:?}", trial.name);
        }
        in_their_own_scope(&store, &mut admin, trial, &theirs, &mut before).await;
    }
}

/// The scopes in which nothing of a sample may show: none, and another's.
fn wrong_scopes(other: &Sample) -> [Scope; 4] {
    [
        Scope::platform(),
        Scope::tenant(other.tenant),
        Scope::identity(other.identity),
        Scope::both(other.tenant, other.identity),
    ]
}

fn judge(trial: &Trial, scope: Scope, answer: Result<bool, StoreError>) {
    let name = trial.name;
    match answer {
        Ok(done) => {
            // What names no row acts on the scope, and may do so in another's: only the rows tell then.
            let free = trial.way == Way::Mute || (trial.way == Way::Scope && scope != Scope::platform());
            assert!(free || !done, "{name} finds or changes something in {scope:?}");
        }
        Err(StoreError::OutOfScope) => {}
        Err(error) => {
            let state = error.sqlstate();
            let refused = ["42501", "23502", "23503", "23505"];
            assert!(
                state.as_deref().is_some_and(|state| refused.contains(&state)),
                "{name} in {scope:?}: {error:?}"
            );
        }
    }
}

/// Commits, so that a change would be seen; what was refused cannot be.
async fn settle(tx: WriteTx) {
    let committed = tx.commit(gatehouse_store::Trail::none(gatehouse_store::NoTrail::Step)).await;
    assert!(matches!(committed, Ok(()) | Err(StoreError::Failed)), "{committed:?}");
}

/// In the right scope the same call finds or changes something, or the trial would prove nothing.
async fn in_their_own_scope(
    store: &Store,
    admin: &mut PgConnection,
    trial: &Trial,
    theirs: &Owned,
    before: &mut Vec<(String, String)>,
) {
    let sample = &theirs.sample;
    let mut tx = write(store, Scope::both(sample.tenant, sample.identity)).await;
    let answer = (trial.call)(&mut tx, theirs).await;
    assert!(matches!(answer, Ok(true)), "{} at home: {answer:?}", trial.name);
    if trial.way == Way::Mute {
        done(tx).await;
        let after = rows(admin, sample).await;
        assert_ne!(&after, before, "{} changes nothing at home", trial.name);
        *before = after;
    }
}

/// The tables behind functions that name a person.
const OF_PEOPLE: [&str; 3] = ["cell.mailbox_proofs", "cell.released_addresses", "cell.browser_marks"];

/// Everything that is a tenant's or its person's, as a fingerprint a table.
async fn rows(admin: &mut PgConnection, sample: &Sample) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for table in TABLES {
        let (column, id) = match table.class {
            Class::Tenant => ("tenant_id", sample.tenant.uuid()),
            Class::Identity | Class::Mirror => ("identity_id", sample.identity.uuid()),
            // Proofs, what is left of addresses, and whom a browser is known for stand behind functions and are somebody's all the same.
            Class::Flow if OF_PEOPLE.contains(&table.name) => ("identity_id", sample.identity.uuid()),
            _ => continue,
        };
        let sql = format!(
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} AS t WHERE {column} = $1",
            table.name
        );
        let print: String =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_one(&mut *admin).await.unwrap();
        found.push((table.name.to_owned(), print));
    }
    found
}

#[tokio::test]
async fn calls_that_name_their_tenant_find_nothing_of_another() {
    let database = fresh("tenancy_functions_fast").await;
    let store = database.store(4).await;
    let (a, b) = (sample(&store, "alpha").await, sample(&store, "beta").await);
    let mut admin = database.admin().await;
    let theirs = owned(&store, &mut admin, a.clone()).await;
    let before = rows(&mut admin, &a).await;
    for (tenant, live) in [(a.tenant, true), (b.tenant, false)] {
        let found = grants::live(&cell(&store), tenant, theirs.grant, None, false, now()).await.unwrap();
        assert_eq!(found.is_ok(), live, "{found:?}");
    }
    let new = code(&a, "openid");
    let issued = record(gatehouse_domain::audit::Stream::Tenant(b.tenant), "code.issued");
    let issue = codes::Issue {
        tenant: b.tenant,
        code: &new,
        enters: false,
        idle_end: None,
        flow: None,
        issued: &issued,
    };
    let fault = codes::issue(&cell(&store), &issue, now()).await.unwrap_err();
    assert_eq!(fault.sqlstate().as_deref(), Some("23503"), "another tenant's member and app");
    assert_eq!(rows(&mut admin, &a).await, before);
}

#[test]
fn every_function_of_the_store_is_tried() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../idp/store/src");
    let mut there = BTreeSet::new();
    for entry in std::fs::read_dir(&source).unwrap().map(Result::unwrap) {
        let (path, module) = (entry.path(), entry.path().file_stem().unwrap().to_str().unwrap().to_owned());
        let file = if path.is_dir() { path.join("mod.rs") } else { path };
        let text = std::fs::read_to_string(file).unwrap();
        // Functions stand at the left edge; what is indented is a method of the opener or of a transaction.
        let names = text.lines().filter_map(|line| line.strip_prefix("pub async fn "));
        there.extend(names.map(|line| {
            let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap();
            format!("{module}::{}", &line[..end])
        }));
    }
    let tried = TRIALS
        .iter()
        .chain(OWN_TRIALS)
        .chain(INVITATION_TRIALS)
        .chain(UPSTREAM_TRIALS)
        .map(|trial| trial.name);
    let named: Vec<String> =
        tried.chain(ELSEWHERE.iter().map(|(name, _)| *name)).map(str::to_owned).collect();
    let listed: BTreeSet<String> = named.iter().cloned().collect();
    assert_eq!(listed.len(), named.len(), "a function is listed twice");
    assert_eq!(there, listed, "a function of the store is tried in no wrong scope, or is gone");
}

/// The functions that a wrong scope says nothing about, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("bootstrap::bootstrap", BEFORE),
    ("migrate::plan", BEFORE),
    ("migrate::migrate", BEFORE),
    ("check::self_check", BEFORE),
    ("directory::tenant_by_slug", DIRECTORY),
    ("directory::tenant_by_id", DIRECTORY),
    ("directory::list_tenants", DIRECTORY),
    ("directory::reserve_tenant", DIRECTORY),
    ("directory::release_personal", DIRECTORY),
    ("directory::reserve_domain", DIRECTORY),
    ("directory::domain_holder", DIRECTORY),
    ("directory::release_domain", DIRECTORY),
    ("providers::insert", DIRECTORY),
    ("providers::by_id", DIRECTORY),
    ("providers::list", DIRECTORY),
    ("providers::update", DIRECTORY),
    ("providers::put_secret", DIRECTORY),
    ("providers::drop_secret", DIRECTORY),
    ("providers::secrets", DIRECTORY),
    ("jobs::sweep_directory", DIRECTORY),
    ("addresses::find_verified_owner", HANDLE),
    ("addresses::mailbox", HANDLE),
    ("provider_links::owner", HANDLE),
    ("undos::find", HANDLE),
    ("proofs::try_code", HANDLE),
    ("proofs::show_code", HANDLE),
    ("proofs::follow", HANDLE),
    ("browsers::read", HANDLE),
    ("browsers::knows", HANDLE),
    ("browsers::detach", HANDLE),
    ("sign_in::record", HANDLE),
    ("sign_in::open", HANDLE),
    ("flows::insert", HANDLE),
    ("flows::read", HANDLE),
    ("flows::save", HANDLE),
    ("flows::save_in", HANDLE),
    ("flows::finish", HANDLE),
    ("counters::count", HANDLE),
    ("counters::add", HANDLE),
    ("counters::give_back", HANDLE),
    ("identities::delete_if_bare", BARE),
    ("identities::end", ENDING),
    ("addresses::erase_all", ENDING),
    ("identities::deletions_due", WORKER),
    ("jobs::claim", WORKER),
    ("jobs::end", WORKER),
    ("jobs::wait", WORKER),
    ("jobs::depth", WORKER),
    ("jobs::sweep", WORKER),
    ("addresses::unproven", WORKER),
    ("lapses::refusing", WORKER),
    ("domains::due", WORKER),
    ("identities::dearest_shape", WORKER),
    ("sessions::sweep", WORKER),
    ("mails::sent", WORKER),
    ("mails::dead", WORKER),
    ("mails::retry", WORKER),
    ("mails::sweep", WORKER),
    ("events::append_detached", NAMED),
    ("events::subject_key", NAMED),
    ("import::look", NAMED),
    ("import::people", NAMED),
    ("codes::issue", NAMED),
    ("codes::redeem", NAMED),
    ("grants::rotate", NAMED),
    ("grants::live", NAMED),
];

const BARE: &str =
    "deletes nobody who has an address or a membership; abuse::claims lets the housekeeping call it";
const ENDING: &str =
    "end nobody who is not due or is in a tenant; account::deletion lets the housekeeping call them";
const BEFORE: &str = "run before there is a tenant, by other roles";
const DIRECTORY: &str = "the directory is the platform's and holds nothing of a tenant but its place";
const HANDLE: &str =
    "finds by a secret, or an address, before a scope is known; tried with wrong ones elsewhere";
const WORKER: &str = "the queue's, for all tenants; a job then runs in its tenant's scope";
const NAMED: &str = "sets the scope of the tenant it is given; tried with another's ids elsewhere";

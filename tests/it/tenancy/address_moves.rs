//! The states of an address: who may write them, which moves there are, and what each leaves behind.

use std::collections::BTreeSet;

use gatehouse_domain::email::{AddressState, EmailAddress, LeftBecause, ProofPurpose};
use gatehouse_domain::ids::{AddressId, IdentityId};
use gatehouse_store::addresses::{self, Proved, Released};
use gatehouse_store::proofs::Tried;
use gatehouse_store::{Insertion, Scope, Store, WriteTx};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use super::proving::{Claimant, Mailed, claim, mark, prove};
use super::support::fresh;
use super::world::{done, later, now, uuid, write};

/// What the functions of the store can do to an address.
#[derive(Debug, Clone, Copy)]
enum Act {
    Claim,
    Begin,
    Prove,
    ProveAsSignUp,
    Release,
    GiveUp,
    MakePrimary,
    /// Somebody else proves the address and takes all claims on it.
    Lose,
}

impl Act {
    const ALL: [Self; 8] = [
        Self::Claim,
        Self::Begin,
        Self::Prove,
        Self::ProveAsSignUp,
        Self::Release,
        Self::GiveUp,
        Self::MakePrimary,
        Self::Lose,
    ];

    async fn run(self, store: &Store, one: &Claimant) {
        let mut tx = write(store, Scope::identity(one.who)).await;
        match self {
            Self::Claim => {
                let _ = claim(&mut tx, AddressId::from_uuid(uuid()), &one.address).await;
            }
            Self::Begin => {
                let mailed = Mailed::new(ProofPurpose::Address);
                mailed.begin(&mut tx, Some(one.who), &one.address).await;
            }
            Self::Prove => {
                drop(tx);
                let mailed = mailed(store, ProofPurpose::Recovery, Some(one.who), &one.address).await;
                let _ = one.proves(store, &mailed, now()).await;
                return;
            }
            Self::ProveAsSignUp => {
                drop(tx);
                let mailed = mailed(store, ProofPurpose::SignUp, None, &one.address).await;
                let _ = one.proves(store, &mailed, now()).await;
                return;
            }
            Self::Release => left(&mut tx, one, LeftBecause::Released).await,
            Self::GiveUp => left(&mut tx, one, LeftBecause::Unproven).await,
            Self::MakePrimary => {
                addresses::make_primary(&mut tx, one.id).await.unwrap();
            }
            Self::Lose => {
                drop(tx);
                let winner = Claimant::new(store, &one.address.to_string()).await;
                let mailed = mailed(store, ProofPurpose::Address, Some(winner.who), &winner.address).await;
                let mut tx = write(store, Scope::identity(winner.who)).await;
                let proved = prove(&mut tx, winner.id, &winner.address, &mailed, now()).await;
                if let Proved::Verified(_) = proved {
                    addresses::evict_claims(&mut tx, &winner.address, now()).await.unwrap();
                }
                done(tx).await;
                return;
            }
        }
        done(tx).await;
    }
}

/// A proven mailbox for a purpose.
async fn mailed(
    store: &Store,
    purpose: ProofPurpose,
    who: Option<IdentityId>,
    address: &EmailAddress,
) -> Mailed {
    let mailed = Mailed::new(purpose);
    let mut tx = write(store, who.map_or_else(Scope::platform, Scope::identity)).await;
    mailed.begin(&mut tx, who, address).await;
    done(tx).await;
    assert_eq!(mailed.tried(store, mailed.code, now()).await, Tried::Proven);
    mailed
}

async fn left(tx: &mut WriteTx, one: &Claimant, why: LeftBecause) {
    let times = (now(), later(1));
    let _ = addresses::release(tx, one.id, &mark(&one.address), why, uuid(), times).await.unwrap();
}

async fn state(admin: &mut PgConnection, one: &Claimant) -> AddressState {
    let sql = "SELECT state FROM cell.addresses WHERE identity_id = $1 AND id = $2";
    let word: String =
        sqlx::query_scalar(sql).bind(one.who.uuid()).bind(one.id.uuid()).fetch_one(admin).await.unwrap();
    word.parse().unwrap()
}

/// The states that the ledger names for an address, in the order in which they came.
async fn ledger(admin: &mut PgConnection, one: &Claimant) -> Vec<String> {
    let sql = "SELECT state FROM cell.address_evidence WHERE identity_id = $1 AND address_id = $2
        ORDER BY array_position(ARRAY['claimed', 'pending', 'verified', 'stale', 'retired'], state)";
    sqlx::query_scalar(sql).bind(one.who.uuid()).bind(one.id.uuid()).fetch_all(admin).await.unwrap()
}

/// A claim brought into a state, with a second proven address so that the first may be let go of. Nothing of the product lets a
/// proof lapse yet, so that state is set by hand, with its evidence.
async fn standing(store: &Store, admin: &mut PgConnection, wanted: AddressState, place: usize) -> Claimant {
    let other = Claimant::new(store, &format!("other{place}@gamma.example")).await;
    assert_eq!(other.verified(store, now()).await, Proved::Verified(None));
    let one = Claimant::of(store, other.who, &format!("one{place}@gamma.example")).await;
    match wanted {
        AddressState::Claimed => {}
        AddressState::Pending => Act::Begin.run(store, &one).await,
        AddressState::Verified => Act::Prove.run(store, &one).await,
        AddressState::Stale => {
            Act::Prove.run(store, &one).await;
            lapse(admin, &one, "timestamptz '2026-08-01Z'").await;
        }
        AddressState::Retired => Act::Release.run(store, &one).await,
    }
    assert_eq!(state(admin, &one).await, wanted);
    one
}

/// Lets the proof of an address lapse at a moment.
pub(super) async fn lapse(admin: &mut PgConnection, one: &Claimant, at: &str) {
    let sql = format!(
        "WITH moved AS (UPDATE cell.addresses SET state = 'stale', moved_at = {at} WHERE id = '{}' RETURNING *)
         INSERT INTO cell.address_evidence (identity_id, id, address_id, address, typed, state, method, details, at)
         SELECT identity_id, gen_random_uuid(), id, address, typed, 'stale', 'mail_refused', '{{}}', {at} FROM moved",
        one.id.uuid()
    );
    admin.execute(AssertSqlSafe(sql)).await.unwrap();
}

#[tokio::test]
async fn the_functions_make_the_moves_that_the_machine_has_and_each_leaves_its_evidence() {
    let database = fresh("address_moves").await;
    let (store, mut admin) = (database.store(4).await, database.admin().await);
    let mut moves = BTreeSet::new();
    let mut place = 0;
    for from in AddressState::ALL {
        for act in Act::ALL {
            place += 1;
            let one = standing(&store, &mut admin, *from, place).await;
            let before = ledger(&mut admin, &one).await;
            act.run(&store, &one).await;
            let (to, after) = (state(&mut admin, &one).await, ledger(&mut admin, &one).await);
            if to == *from {
                assert_eq!(after, before, "{act:?} leaves {from} and its ledger as they were");
                continue;
            }
            moves.insert((from.as_str(), to.as_str()));
            assert!(from.may_become(to), "{act:?} takes {from} to {to}");
            assert_eq!(after.len(), before.len() + 1, "{act:?} from {from}: {after:?}");
            let new = after.iter().filter(|state| **state == to.as_str()).count();
            let old = before.iter().filter(|state| **state == to.as_str()).count();
            assert_eq!(new, old + 1, "{act:?} from {from} to {to} says so: {after:?}");
        }
    }
    let all = AddressState::ALL.iter().flat_map(|from| AddressState::ALL.iter().map(move |to| (*from, *to)));
    let machine: BTreeSet<_> = all
        .filter(|(from, to)| from.may_become(*to))
        .map(|(from, to)| (from.as_str(), to.as_str()))
        // The job that lets a proof lapse has not come.
        .filter(|step| *step != ("verified", "stale"))
        .collect();
    assert_eq!(moves, machine);
}

#[tokio::test]
async fn verified_is_written_by_one_statement_that_two_functions_reach() {
    let database = fresh("address_writers").await;
    let mut admin = database.admin().await;
    let functions: Vec<(String, String)> = sqlx::query_as(
        "SELECT p.proname::text, p.prosrc FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('gatehouse', 'directory', 'cell', 'audit')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(functions.len() > 40, "{} functions seen", functions.len());
    let writes = |word: &str| -> BTreeSet<&str> {
        let writing = functions.iter().filter(|(_, source)| {
            let text = source.split_whitespace().collect::<Vec<_>>().join(" ");
            text.split(';').any(|statement| {
                let touches = [
                    "UPDATE cell.addresses",
                    "INSERT INTO cell.addresses",
                    "INSERT INTO addresses",
                    "UPDATE addresses",
                ];
                let Some(at) = touches.iter().find_map(|touch| statement.find(touch)) else { return false };
                let set = &statement[at..];
                let set = set.split(" WHERE ").next().unwrap_or(set);
                set.contains(word)
            })
        });
        writing.map(|(name, _)| name.as_str()).collect()
    };
    assert_eq!(writes("'verified'"), ["become_verified"].into());
    let moving = [
        "become_verified",
        "erase_addresses",
        "evict_claims",
        "lapse_address",
        "lapse_addresses",
        "proof_begin",
        "release_address",
    ];
    assert_eq!(writes("state ="), moving.into());
    let reaching = functions.iter().filter(|(_, source)| source.contains("become_verified"));
    let reaching: BTreeSet<&str> = reaching.map(|(name, _)| name.as_str()).collect();
    assert_eq!(reaching, ["prove_by_provider", "prove_mailbox"].into());
    let granted: Vec<String> = sqlx::query_scalar(
        "SELECT p.proname::text FROM pg_proc AS p WHERE has_function_privilege('gatehouse_app', p.oid, 'EXECUTE')
            AND p.proname IN ('become_verified', 'note_evidence', 'prove_mailbox', 'prove_by_provider') ORDER BY 1",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(granted, ["prove_by_provider", "prove_mailbox"]);
    let inserting = writes("(identity_id, id, address");
    assert_eq!(inserting, ["claim_address"].into(), "in the state that is the default: claimed");
    let default: String = sqlx::query_scalar(
        "SELECT column_default FROM information_schema.columns
         WHERE table_schema = 'cell' AND table_name = 'addresses' AND column_name = 'state'",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(default, "'claimed'::text");
}

#[tokio::test]
async fn the_runtime_role_writes_neither_addresses_nor_their_ledger() {
    let database = fresh("address_grants").await;
    let (mut admin, mut app) = (database.admin().await, database.app().await);
    let granted: Vec<String> = sqlx::query_scalar(
        "SELECT privilege_type || coalesce(' ' || column_name, '') FROM information_schema.column_privileges
         WHERE table_schema = 'cell' AND table_name IN ('addresses', 'address_evidence') AND grantee = 'gatehouse_app'
            AND privilege_type <> 'SELECT'",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(granted, Vec::<String>::new());
    for sql in [
        "INSERT INTO cell.addresses (id, address, typed, created_at) VALUES (gen_random_uuid(), 'a@b', 'a@b', now())",
        "INSERT INTO cell.addresses SELECT * FROM cell.addresses",
        "UPDATE cell.addresses SET state = 'verified'",
        "UPDATE cell.addresses SET is_primary = true",
        "UPDATE cell.addresses SET verified_at = now()",
        "DELETE FROM cell.addresses",
        "TRUNCATE cell.addresses CASCADE",
        "INSERT INTO cell.address_evidence SELECT * FROM cell.address_evidence",
        "UPDATE cell.address_evidence SET method = 'mailbox'",
        "DELETE FROM cell.address_evidence",
        "TRUNCATE cell.address_evidence",
        "SELECT cell.note_evidence(NULL, NULL, NULL, 'verified', 'mailbox', '{}', now())",
        "SELECT * FROM cell.mailbox_proofs",
        "UPDATE cell.mailbox_proofs SET proven_at = now()",
        "DELETE FROM cell.released_addresses",
    ] {
        let fault = app.execute(sql).await.unwrap_err();
        assert_eq!(fault.as_database_error().unwrap().code().unwrap(), "42501", "{sql}");
    }
}

#[tokio::test]
async fn what_is_given_up_may_be_claimed_anew() {
    let database = fresh("address_again").await;
    let (store, mut admin) = (database.store(4).await, database.admin().await);
    let one = Claimant::new(&store, "ada@gamma.example").await;
    let mut tx = write(&store, Scope::identity(one.who)).await;
    let twice = claim(&mut tx, AddressId::from_uuid(uuid()), &one.address).await;
    assert_eq!(twice, Insertion::Taken);
    let why = LeftBecause::Released;
    let times = (now(), later(1));
    let released =
        addresses::release(&mut tx, one.id, &mark(&one.address), why, uuid(), times).await.unwrap();
    assert_eq!(released, Released::Done);
    let again = AddressId::from_uuid(uuid());
    assert_eq!(claim(&mut tx, again, &one.address).await, Insertion::Done);
    let listed: Vec<_> = addresses::list(&mut tx).await.unwrap().iter().map(|a| (a.id, a.state)).collect();
    assert_eq!(listed, [(again, AddressState::Claimed)], "the old row is retired, and another stands");
    done(tx).await;
    assert_eq!(state(&mut admin, &one).await, AddressState::Retired);
}

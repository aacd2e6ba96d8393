//! A connection and what is known about its state.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryAs};
use sqlx::{AssertSqlSafe, Executor as _, FromRow, Postgres};
use tokio::runtime::Handle;
use tokio::time::{Duration, timeout};

use crate::error::StoreError;
use crate::outside::Mark;
use crate::pool::Slot;

/// What the server is doing on a connection, as far as it has told us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing; no transaction.
    Idle,
    /// In a transaction that can be committed.
    Open,
    /// In a transaction that can only be rolled back, or maybe in none.
    Failed,
    /// Unknown: a statement was sent and its end was not seen, or the connection broke.
    Unknown,
}

/// The connection of a transaction: opaque outside of the store.
///
/// Owns a connection for one transaction or call. Every statement marks the state unknown until its end is seen, so a
/// request that is cancelled at any await leaves a guard that closes the connection instead of returning it.
#[derive(Debug)]
pub struct Guard {
    slot: Option<Slot>,
    state: State,
    _mark: Mark,
}

impl Guard {
    pub(crate) fn new(slot: Slot) -> Self {
        Self { slot: Some(slot), state: State::Idle, _mark: Mark::set() }
    }

    /// Runs literal statements in one round trip; `opens` says whether they leave a transaction open.
    pub(crate) async fn script(&mut self, sql: String, opens: bool) -> Result<(), StoreError> {
        let slot = self.slot.as_mut().ok_or(StoreError::Failed)?;
        self.state = State::Unknown;
        let ran = slot.connection().execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
        self.settle(ran.map(|_| ()), if opens { State::Open } else { State::Idle })
    }

    /// Whether the transaction can still be committed.
    pub(crate) fn sound(&self) -> bool {
        self.state == State::Open
    }

    pub(crate) async fn optional<T>(&mut self, query: As<'_, T>) -> Result<Option<T>, StoreError>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        let (slot, after) = self.start()?;
        let ran = query.fetch_optional(slot.connection()).await;
        self.settle(ran, after)
    }

    pub(crate) async fn all<T>(&mut self, query: As<'_, T>) -> Result<Vec<T>, StoreError>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        let (slot, after) = self.start()?;
        let ran = query.fetch_all(slot.connection()).await;
        self.settle(ran, after)
    }

    pub(crate) async fn execute(&mut self, query: Plain<'_>) -> Result<u64, StoreError> {
        let (slot, after) = self.start()?;
        let ran = query.execute(slot.connection()).await.map(|done| done.rows_affected());
        self.settle(ran, after)
    }

    fn start(&mut self) -> Result<(&mut Slot, State), StoreError> {
        let after = self.state;
        if matches!(after, State::Failed | State::Unknown) {
            return Err(StoreError::Failed);
        }
        self.state = State::Unknown;
        self.slot.as_mut().map(|slot| (slot, after)).ok_or(StoreError::Failed)
    }

    fn settle<T>(&mut self, ran: Result<T, sqlx::Error>, after: State) -> Result<T, StoreError> {
        match ran {
            Ok(value) => {
                self.state = after;
                Ok(value)
            }
            Err(error) => {
                let fault = Fault::of(&error);
                self.state = if fault == Fault::Refused { State::Failed } else { State::Unknown };
                if fault != Fault::Dead {
                    return Err(StoreError::Refused(error));
                }
                if let Some(slot) = &self.slot {
                    slot.pool().forget_idle();
                }
                Err(StoreError::Unreachable(error))
            }
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(slot) = self.slot.take() else { return };
        match self.state {
            State::Idle => slot.give_back(),
            State::Open | State::Failed => roll_back(slot),
            State::Unknown => drop(slot),
        }
    }
}

/// Rolls back in a task of its own, which outlives the request; the connection is kept only when that is confirmed.
fn roll_back(mut slot: Slot) {
    let Ok(runtime) = Handle::try_current() else { return };
    runtime.spawn(async move {
        let rolled = timeout(ROLLBACK, slot.connection().execute(sqlx::raw_sql("ROLLBACK"))).await;
        if matches!(rolled, Ok(Ok(_))) {
            slot.give_back();
        }
    });
}

/// What an error says about its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The server refused a statement and goes on.
    Refused,
    /// The connection must not be used again, others may: an answer that could not be read, or a stuck plan (0A000
    /// repeats on its connection for ever).
    Spoilt,
    /// The connection is gone, and others of its age may be.
    Dead,
}

impl Fault {
    fn of(error: &sqlx::Error) -> Self {
        if let Some(database) = error.as_database_error() {
            let code = database.code().unwrap_or_default();
            return match code.as_ref() {
                "0A000" => Self::Spoilt,
                "25P03" => Self::Dead,
                _ if code.starts_with("57P") || code.starts_with("08") => Self::Dead,
                _ => Self::Refused,
            };
        }
        let unread = matches!(
            error,
            sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::Decode(_)
                | sqlx::Error::Encode(_)
                | sqlx::Error::ColumnNotFound(_)
                | sqlx::Error::ColumnIndexOutOfBounds { .. }
                | sqlx::Error::TypeNotFound { .. }
        );
        if unread { Self::Spoilt } else { Self::Dead }
    }
}

pub(crate) type As<'q, T> = QueryAs<'q, Postgres, T, PgArguments>;
pub(crate) type Plain<'q> = Query<'q, Postgres, PgArguments>;

/// How long a rollback may take before its connection is closed.
const ROLLBACK: Duration = Duration::from_secs(2);

//! Throttles: uses counted in fixed windows, committed before the work they guard.

use gatehouse_domain::time::Timestamp;

use crate::error::StoreError;
use crate::tx::Opener;

/// Something that is counted: the key is a keyed hash of purpose and subject, so that the table tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterKey {
    /// The hash.
    pub key: [u8; 32],
    /// The window, in seconds.
    pub window_s: u32,
    /// How many uses a window allows.
    pub limit: u32,
}

/// How a counter stands after this use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The uses in this window, this one included.
    pub count: u64,
    /// Whether that is more than allowed.
    pub over: bool,
    /// When the window ends.
    pub reset_at: Timestamp,
}

/// Counts one use of each key, in one round trip and a commit that does not wait for the disk; answers in the order asked.
///
/// # Errors
/// What the database said.
pub async fn count(cell: &Opener, keys: &[CounterKey], now: Timestamp) -> Result<Vec<Counted>, StoreError> {
    let (bytes, windows) = columns(keys);
    let query = sqlx::query_as::<_, (i64, Timestamp)>(COUNT).bind(bytes).bind(windows).bind(now);
    let rows = cell.call_all("counters.count", query).await?;
    Ok(rows
        .into_iter()
        .zip(keys)
        .map(|((count, reset_at), key)| {
            let count = u64::try_from(count).unwrap_or(0);
            Counted { count, over: count > u64::from(key.limit), reset_at }
        })
        .collect())
}

/// Takes back one use of each key in its present window.
///
/// # Errors
/// What the database said.
pub async fn give_back(cell: &Opener, keys: &[CounterKey], now: Timestamp) -> Result<(), StoreError> {
    let (bytes, windows) = columns(keys);
    let query = sqlx::query_as::<_, (String,)>(GIVE_BACK).bind(bytes).bind(windows).bind(now);
    cell.call("counters.give_back", query).await.map(drop)
}

/// Uses of a key that were counted elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// The hash, as in [`CounterKey`].
    pub key: [u8; 32],
    /// The window, in seconds.
    pub window_s: u32,
    /// How many; below nothing if more were given back than counted.
    pub count: i64,
}

/// Adds uses to the present windows of their keys, in one round trip and a commit that does not wait for the disk; answers the
/// counts of everybody who adds, in the order asked.
///
/// # Errors
/// What the database said.
pub async fn add(cell: &Opener, added: &[Added], now: Timestamp) -> Result<Vec<i64>, StoreError> {
    let keys: Vec<&[u8]> = added.iter().map(|one| one.key.as_slice()).collect();
    let counts: Vec<i64> = added.iter().map(|one| one.count).collect();
    let windows: Vec<i32> = added.iter().map(|one| i32::try_from(one.window_s).unwrap_or(i32::MAX)).collect();
    let query = sqlx::query_as::<_, (i64,)>(ADD).bind(keys).bind(counts).bind(windows).bind(now);
    let rows = cell.call_all("counters.add", query).await?;
    Ok(rows.into_iter().map(|(total,)| total).collect())
}

/// The keys and their windows in seconds, as the functions take them.
pub(crate) fn columns(keys: &[CounterKey]) -> (Vec<&[u8]>, Vec<i32>) {
    keys.iter().map(|key| (key.key.as_slice(), i32::try_from(key.window_s).unwrap_or(i32::MAX))).unzip()
}

const COUNT: &str = "SELECT total, reset_at FROM count_uses($1, $2, $3) ORDER BY place";
const GIVE_BACK: &str = "SELECT refund_uses($1, $2, $3)::text";
const ADD: &str = "SELECT total FROM add_uses($1, $2, $3, $4) ORDER BY place";

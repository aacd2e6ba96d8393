//! The page of the account, over HTTP, with real mails (rules D2, D3, D17 to D19; table 19.1, rows 14 and 15).

mod activity;
mod addresses;
mod apps;
mod confirming;
mod deletion;
mod export;
mod first;
mod kit;
mod lapse;
mod limits;
mod meanwhile;
mod own;
mod password;
mod sessions;
mod undo;
mod ways;
mod welcome;

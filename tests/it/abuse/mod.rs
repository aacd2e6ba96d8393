//! What attackers do, over real HTTP against the running server. Each file is named for what it attacks; the ids in the
//! comments are those of the catalogue of abuse cases.

mod authorize;
mod client_auth;
mod code;
mod flow;
mod hashes;
mod hashing;
mod input;
mod isolation;
mod kit;
mod password;
mod published_keys;
mod refresh;
mod refusals;
mod revocation;
mod secrets;
mod session;
mod streams;
mod tokens;
mod values;

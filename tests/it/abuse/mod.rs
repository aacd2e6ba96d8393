//! What attackers do, over real HTTP against the running server. Each file is named for what it attacks; the ids in the
//! comments are those of the catalogue of abuse cases.

mod authorize;
mod claims;
mod client_auth;
mod code;
mod flow;
mod hashes;
mod hashing;
mod input;
mod isolation;
mod kit;
mod known_browsers;
mod leaked;
mod links;
mod mailed;
mod notices;
mod password;
mod published_keys;
mod recovery;
mod refresh;
mod refusals;
mod revocation;
mod secrets;
mod session;
mod sign_up;
mod streams;
mod throttles;
mod tokens;
mod values;

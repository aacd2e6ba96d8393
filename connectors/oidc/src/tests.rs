//! The connector against an upstream that is played here, with real keys.

mod apple;
mod authentication;
mod callback;
mod documents;
mod github;
mod hostile;
mod id_token;
mod logout;
mod microsoft;
mod played;
mod signer;
mod userinfo;

//! Mail against a real SMTP server, which takes letters, refuses them, thinks long, or breaks off.

mod bounces;
mod delivery;
mod letters;
mod mailbox;
mod own_server;
mod security;
pub(crate) mod server;

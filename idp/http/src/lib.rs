//! The public listener: hosted pages and the OAuth 2 / OpenID Connect protocol. Parsing and rendering only; every
//! decision is a use case of `gatehouse_flows`.

mod answer;
mod cookies;
mod csrf;
mod fault;
mod headers;
mod hosted;
mod opened;
mod protocol;
mod request;
mod router;
mod web;

pub use router::{addresses, router};
pub use web::{Proxies, Web};

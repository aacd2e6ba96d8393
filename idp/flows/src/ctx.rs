//! What every use case knows about the request it serves.

use std::net::IpAddr;

use gatehouse_domain::audit::{Bounded, Network};
use gatehouse_domain::ids::RequestId;
use gatehouse_domain::time::Timestamp;
use gatehouse_pages::Locale;

/// One operation: who knocks, from where, when. The tenant is not in here: it comes from the issuer and the verified
/// session.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The request, as logs, events and error pages name it.
    pub request: RequestId,
    /// When it arrived; the one clock reading of the operation.
    pub now: Timestamp,
    /// The address of the peer, behind trusted proxies the address they vouch for.
    pub address: Option<IpAddr>,
    /// What the browser says it is.
    pub user_agent: Option<Bounded>,
    /// The language that the browser asks for, of those that we speak.
    pub locale: Locale,
}

impl Ctx {
    /// The network of the peer, as coarse as it may stand in clear.
    pub fn network(&self) -> Option<Network> {
        self.address.map(Network::of)
    }

    /// The language of pages and letters: first what the app wished for (`ui_locales`), then what the browser asks for.
    pub fn spoken(&self, ui_locales: Option<&str>) -> Locale {
        Locale::negotiate(ui_locales, None, self.locale)
    }
}

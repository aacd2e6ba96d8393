//! Addresses, apps and people of a server under test.

use std::net::SocketAddr;

use http::header::AUTHORIZATION;
use serde::Serialize;
use url::Url;

use crate::walk::{Ask, Person, encode};

/// The endpoints that scenarios use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Discovery,
    Jwks,
    Authorize,
    Token,
    Userinfo,
    Introspect,
}

/// What a server holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tenants {
    /// The peer: one issuer.
    Single,
    /// Gatehouse with its demo world.
    Demo,
    /// Gatehouse with a loaded set.
    Bench { tenants: usize, persons: usize },
}

/// The apps, the same in every tenant.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Apps {
    pub(crate) service: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) web: &'static str,
    pub(crate) redirect: &'static str,
    pub(crate) scope: &'static str,
}

/// A server as clients see it.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) addr: SocketAddr,
    pub(crate) base: Url,
    pub(crate) tenants: Tenants,
}

/// The secret of every service of a loaded set, and of the peer's.
pub(crate) const SECRET: &str = "gatehouse-bench-service-secret-000000";
/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// Where codes are sent; nobody listens there.
pub(crate) const REDIRECT: &str = "https://app.bench.test/callback";

const DEMO: [(&str, &str); 2] = [("acme", "alice@acme.test"), ("globex", "bob@globex.test")];

impl World {
    /// What the Host header says.
    pub(crate) fn host(&self) -> String {
        self.base.authority().to_owned()
    }

    /// How many tenants there are.
    pub(crate) const fn sites(&self) -> usize {
        match self.tenants {
            Tenants::Single => 1,
            Tenants::Demo => DEMO.len(),
            Tenants::Bench { tenants, .. } => tenants,
        }
    }

    /// Whether access tokens are signed for everybody and say their tenant: the peer's say none, and those for people are
    /// opaque.
    pub(crate) fn is_tenanted(&self) -> bool {
        self.tenants != Tenants::Single
    }

    /// People per tenant.
    pub(crate) const fn persons(&self) -> usize {
        if let Tenants::Bench { persons, .. } = self.tenants { persons } else { 1 }
    }

    pub(crate) const fn apps(&self) -> Apps {
        let (service, secret, web, redirect) = match self.tenants {
            Tenants::Demo => ("demo-service", "demo-service-secret", "demo-web", "http://127.0.0.1/callback"),
            _ => ("svc", SECRET, "web", REDIRECT),
        };
        // The peer issues refresh tokens without `offline_access`, which it would ask consent for every time.
        let scope = match self.tenants {
            Tenants::Single => "openid profile email",
            _ => "openid profile email offline_access",
        };
        Apps { service, secret, web, redirect, scope }
    }

    fn path(&self, site: usize) -> String {
        match self.tenants {
            Tenants::Single => String::new(),
            Tenants::Demo => format!("/t/{}", demo(site).0),
            Tenants::Bench { .. } => format!("/t/{}", slug(site)),
        }
    }

    pub(crate) fn issuer(&self, site: usize) -> String {
        format!("{}{}", self.base.as_str().trim_end_matches('/'), self.path(site))
    }

    /// The path of an endpoint.
    pub(crate) fn target(&self, site: usize, endpoint: Endpoint) -> String {
        let single = self.tenants == Tenants::Single;
        let tail = match endpoint {
            Endpoint::Discovery => "/.well-known/openid-configuration",
            Endpoint::Jwks if single => "/jwks",
            Endpoint::Jwks => "/.well-known/jwks.json",
            Endpoint::Authorize if single => "/auth",
            Endpoint::Authorize => "/oauth2/authorize",
            Endpoint::Token if single => "/token",
            Endpoint::Token => "/oauth2/token",
            Endpoint::Userinfo if single => "/me",
            Endpoint::Userinfo => "/oauth2/userinfo",
            Endpoint::Introspect if single => "/token/introspection",
            Endpoint::Introspect => "/oauth2/introspect",
        };
        format!("{}{tail}", self.path(site))
    }

    /// What `tid` says in tokens of a tenant, where it is known beforehand.
    pub(crate) fn tenant_id(&self, site: usize) -> Option<String> {
        let Tenants::Bench { .. } = self.tenants else { return None };
        Some(format!("tnt_{}", typeid(row_id(1, site + 1))))
    }

    /// The person of a tenant; `number` counts from 0.
    pub(crate) fn person(&self, site: usize, number: usize) -> Person {
        let identifier = match self.tenants {
            Tenants::Single => String::new(),
            Tenants::Demo => demo(site).1.to_owned(),
            Tenants::Bench { .. } => format!("person{}@{}.test", number + 1, slug(site)),
        };
        Person { identifier, password: PASSWORD.to_owned() }
    }

    /// A token for the service itself (RFC 6749, section 4.4), as a signed JWT from both servers.
    pub(crate) fn client_credentials(&self, site: usize) -> Ask {
        let mut pairs = vec![("grant_type", "client_credentials")];
        if self.tenants == Tenants::Single {
            pairs.push(("resource", "urn:bench:api"));
        }
        self.authenticated(Ask::form(&self.target(site, Endpoint::Token), &encode(pairs)))
    }

    /// Adds the service's name and secret (RFC 6749, section 2.3.1).
    pub(crate) fn authenticated(&self, ask: Ask) -> Ask {
        let apps = self.apps();
        let pair = format!("{}:{}", apps.service, apps.secret);
        ask.with(AUTHORIZATION, format!("Basic {}", data_encoding::BASE64.encode(pair.as_bytes())))
    }
}

fn demo(site: usize) -> (&'static str, &'static str) {
    DEMO.get(site).copied().unwrap_or(("acme", "alice@acme.test"))
}

fn slug(site: usize) -> String {
    format!("bench-{:06}", site + 1)
}

/// The ids that `load.sql` gives its rows: recognisable, and in the form of a UUIDv7 (RFC 9562, section 5.7).
fn row_id(kind: u16, number: usize) -> u128 {
    let number = u128::try_from(number).unwrap_or(0);
    (0x0190_0000 << 96) | (u128::from(kind) << 80) | (0x7000 << 64) | (0x8000 << 48) | number
}

/// The TypeID form of an id: 26 digits of Crockford's base 32.
fn typeid(id: u128) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digit = |place: u32| {
        let value = usize::try_from((id >> (5 * place)) & 31).unwrap_or(0);
        DIGITS.get(value).copied().map_or('0', char::from)
    };
    (0..26).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(tenants: Tenants) -> World {
        let base = Url::parse("http://localhost:8080").unwrap();
        World { addr: ([127, 0, 0, 1], 8080).into(), base, tenants }
    }

    #[test]
    fn addresses_are_the_contracts() {
        let bench = world(Tenants::Bench { tenants: 10, persons: 3 });
        assert_eq!(bench.issuer(4), "http://localhost:8080/t/bench-000005");
        assert_eq!(bench.target(4, Endpoint::Jwks), "/t/bench-000005/.well-known/jwks.json");
        assert_eq!(bench.person(4, 1).identifier, "person2@bench-000005.test");
        assert_eq!(bench.host(), "localhost:8080");
        assert_eq!(world(Tenants::Single).issuer(0), "http://localhost:8080");
        assert_eq!(world(Tenants::Demo).target(1, Endpoint::Token), "/t/globex/oauth2/token");
    }

    /// The example of the TypeID specification.
    #[test]
    fn ids_have_the_typeid_form() {
        assert_eq!(typeid(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057), "01h455vb4pex5vsknk084sn02q");
        assert_eq!(row_id(1, 0x2a), 0x0190_0000_0001_7000_8000_0000_0000_002a);
    }
}

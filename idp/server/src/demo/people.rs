//! The demo world's people, each with the issuer where they are at home.

use super::client::Client;

/// Somebody to sign in as.
#[derive(Debug)]
pub(super) struct Person {
    /// The address that they sign in with.
    pub(super) address: &'static str,
    /// Their name.
    pub(super) name: &'static str,
    /// What they are, and where.
    pub(super) part: &'static str,
    tenant: Option<&'static str>,
}

impl Person {
    /// Where they sign in: at the platform who has to choose among tenants.
    pub(super) fn issuer(&self, client: &Client) -> String {
        self.tenant.map_or_else(|| client.platform(), |slug| client.tenant(slug))
    }

    /// What stands for them where there is no picture.
    pub(super) fn monogram(&self) -> &'static str {
        self.name.get(..1).unwrap_or_default()
    }
}

/// Everybody.
pub(super) const PEOPLE: [Person; 3] = [
    Person { address: "alice@acme.test", name: "Alice", part: "owner of Acme", tenant: Some("acme") },
    Person { address: "bob@globex.test", name: "Bob", part: "owner of Globex", tenant: Some("globex") },
    Person { address: "carol@consult.test", name: "Carol", part: "member of both", tenant: None },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_offers_who_is_there() {
        let offered = PEOPLE.map(|person| person.address);
        assert_eq!(offered, gatehouse_flows::apply::DEMO_PEOPLE);
    }
}

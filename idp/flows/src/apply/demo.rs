//! The demo world: two tenants, three people and two apps to try everything with.

use super::people::Addresses;
use super::sources::{NoSources, Trust};
use super::{Applied, ApplyError, ApplyOptions, BadFile, Checked};
use crate::Idp;

/// The file; `{base}` stands for the base address.
const WORLD: &str = include_str!("../../demo/world.yaml");

/// The password of everybody in the demo world.
pub const DEMO_PASSWORD: &str = "correct horse battery staple";

/// Everybody in the demo world, by address.
pub const DEMO_PEOPLE: [&str; 3] = ["alice@acme.test", "bob@globex.test", "carol@consult.test"];

impl Idp {
    /// Makes the demo world, or completes it: tenants `acme` and `globex`, their people with proven addresses, and the demo
    /// apps there and on the platform. Whoever offers this to production offers known passwords.
    ///
    /// # Errors
    /// As [`Idp::apply`].
    pub async fn make_demo_world(&self) -> Result<Applied, ApplyError> {
        let file = demo_file(self.base.url())?;
        self.apply_with(&file, ApplyOptions::default(), Addresses::Proven).await
    }
}

fn demo_file(base: &str) -> Result<Checked, BadFile> {
    Checked::read(&WORLD.replace("{base}", base), "demo world", &NoSources, Trust::Dev)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_world_is_what_the_contract_says() {
        let file = demo_file("http://localhost:8080").unwrap();
        let spec = &file.spec;
        let slugs: Vec<&str> = spec.tenants.iter().map(|tenant| tenant.slug.as_str()).collect();
        assert_eq!(slugs, ["acme", "globex"]);
        for own in [&spec.platform, &spec.tenants[0].own, &spec.tenants[1].own] {
            let apps = own.apps.as_deref().unwrap();
            let uris = |list: &[gatehouse_domain::oauth::RedirectUri]| -> Vec<String> {
                list.iter().map(|uri| uri.as_str().to_owned()).collect()
            };
            assert_eq!(apps[0].client_id, "demo-web");
            assert_eq!(
                uris(&apps[0].config.redirect_uris),
                ["http://localhost:8080/demo/callback", "http://127.0.0.1/callback"]
            );
            assert_eq!(
                uris(&apps[0].config.post_logout_redirect_uris),
                ["http://localhost:8080/demo", "http://127.0.0.1/logged-out"]
            );
            assert_eq!(apps[0].config.scopes.to_string(), "email offline_access openid profile");
            assert_eq!(apps[1].client_id, "demo-service");
            assert!(
                apps[1]
                    .secret
                    .unwrap()
                    .matches(&gatehouse_domain::secret::Digest::of(b"demo-service-secret"))
            );
        }
        let people = spec.tenants.iter().flat_map(|tenant| tenant.members.iter().flatten());
        let mut emails: Vec<String> = people
            .map(|member| {
                assert!(member.password.as_ref().unwrap().matches(DEMO_PASSWORD.as_bytes()));
                member.email.canonical()
            })
            .collect();
        emails.sort();
        assert_eq!(emails.len(), 4, "{emails:?}");
        emails.dedup();
        assert_eq!(emails, DEMO_PEOPLE);
    }

    #[test]
    fn production_refuses_the_demo_world() {
        let refused = Checked::read(WORLD, "demo", &NoSources, Trust::Serve).unwrap_err();
        assert!(refused.to_string().contains("line"), "{refused}");
    }
}

//! A visitor with an invitation, and the mailbox.

use gatehouse_flows::apply::{Applied, ApplyOptions, Checked, NoSources, Trust};
use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::support::{Agent, Answered, World};

/// The password of everybody in the demo world.
pub(super) const PASSWORD: &str = "correct horse battery staple";
/// A password that nobody guesses.
pub(super) const GOOD: &str = "turnip ladder 88 moss quartz";

/// Applies a file as production does.
pub(super) async fn serve(world: &World, text: &str) -> Applied {
    let file = Checked::read(text, "test", &NoSources, Trust::Serve).unwrap();
    world.server.house.idp.apply(&file, ApplyOptions::default()).await.unwrap()
}

/// A file that says something of the tenant Acme.
pub(super) fn acme(of: &str) -> String {
    format!("version: 1\ntenants:\n  - slug: acme\n    name: Acme\n{of}")
}

/// Invites an address to Acme; the link.
pub(super) async fn invite(world: &World, address: &str, role: &str) -> String {
    let applied =
        serve(world, &acme(&format!("    invitations: [{{ email: {address}, role: {role} }}]\n"))).await;
    let [(_, link)] = applied.links.as_slice() else { panic!("{applied}") };
    assert!(link.mailed);
    link.link.expose().clone()
}

/// Every value of one text column.
pub(super) async fn texts(world: &World, sql: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut world.admin().await).await.unwrap()
}

/// Changes rows as nobody can from outside.
pub(super) async fn change(world: &World, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut world.admin().await).await.unwrap();
}

/// How the invitations stand.
pub(super) async fn states(world: &World) -> Vec<String> {
    texts(world, "SELECT address || ' ' || role || ' ' || state FROM cell.invitations ORDER BY id").await
}

/// Status and roles of somebody in Acme, by a proven address.
pub(super) async fn standing(world: &World, address: &str) -> Option<String> {
    let sql = format!(
        "SELECT m.status || ' ' || array_to_string(m.roles, ',') FROM cell.members AS m
         JOIN directory.tenants AS t ON t.id = m.tenant_id AND t.slug = 'acme'
         JOIN cell.addresses AS a ON a.identity_id = m.identity_id AND a.state = 'verified' AND a.address = '{address}'"
    );
    texts(world, &sql).await.pop()
}

/// The letters to an address, the newest first, once everything behind the requests is done.
pub(super) async fn letters(world: &World, to: &str) -> Vec<Value> {
    world.work_done().await;
    let all = world.agent().get(&format!("{}/dev/mail.json", world.platform())).await.json();
    all.as_array().unwrap().iter().filter(|letter| letter["to"] == to).cloned().collect()
}

/// The code of the newest letter to an address that has one.
pub(super) async fn code(world: &World, to: &str) -> String {
    let letters = letters(world, to).await;
    let code = letters.iter().find_map(|letter| letter["code"].as_str());
    code.unwrap_or_else(|| panic!("no code: {letters:?}")).to_owned()
}

/// A browser at a page.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) agent: Agent,
    pub(super) page: Answered,
}

impl Visitor {
    /// Opens the link of an invitation.
    pub(super) async fn opens(mut agent: Agent, link: &str) -> Self {
        let opened = agent.get(link).await;
        assert_eq!(opened.status, 303, "{}", opened.body);
        assert!(!opened.location().as_str().contains("gh_ml_"), "the token leaves the address");
        let page = agent.follow(&opened).await;
        Self { agent, page }
    }

    /// At any page, wherever it leads.
    pub(super) async fn at(mut agent: Agent, url: &str) -> Self {
        let mut page = agent.get(url).await;
        while page.status == 303 {
            page = agent.follow(&page).await;
        }
        Self { agent, page }
    }

    /// Sends a form of the page; where that leads is the page then.
    pub(super) async fn send(&mut self, action: &str, filled: &[(&str, &str)]) -> &Answered {
        let answered = self.agent.submit(&self.page, action, filled).await;
        let ours = answered.status == 303 && answered.location().origin() == answered.url.origin();
        self.page = if ours { self.agent.follow(&answered).await } else { answered };
        &self.page
    }

    /// From the invitation to signing in with its address, and back to it.
    pub(super) async fn signs_in(&mut self) -> &Answered {
        self.send("/invitations/sign-in", &[]).await;
        self.send("/login/password", &[("password", PASSWORD)]).await;
        assert!(self.page.url.path().ends_with("/invitations"), "{}: {}", self.page.url, self.page.body);
        &self.page
    }
}

/// A browser in which somebody is signed in at a tenant's issuer.
pub(super) async fn signed_in(world: &World, slug: &str, who: &str) -> Agent {
    let mut visitor = Visitor::at(world.agent(), &format!("{}/login", world.issuer(slug))).await;
    visitor.send("/login/identifier", &[("identifier", who)]).await;
    visitor.send("/login/password", &[("password", PASSWORD)]).await;
    assert!(visitor.page.body.contains("/oauth2/logout"), "{}", visitor.page.body);
    visitor.agent
}

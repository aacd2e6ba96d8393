//! Signing in on the way to the page of the account, and reading what was mailed.

use gatehouse_domain::ids::IdentityId;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::support::{Agent, Answered, World};

/// The password of everybody in the demo world.
pub(super) const PASSWORD: &str = "correct horse battery staple";
/// Somebody's browser.
pub(super) const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A browser in which somebody is signed in, on the page of the account.
pub(super) async fn enter(world: &World, issuer: &str, who: &str) -> (Agent, Answered) {
    let mut agent = world.agent();
    let page = arrive(&mut agent, &format!("{issuer}/account"), who, PASSWORD).await;
    (agent, page)
}

/// Signs in on the way to a page of the account; that page.
pub(super) async fn arrive(agent: &mut Agent, url: &str, who: &str, password: &str) -> Answered {
    let asked = agent.get(url).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    let done = agent.sign_in(&asked, who, password).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(done.location().as_str(), url);
    agent.follow(&done).await
}

/// Opens a page that must be there.
pub(super) async fn open(agent: &mut Agent, url: &str) -> Answered {
    let page = agent.get(url).await;
    assert_eq!(page.status, 200, "{url}: {}", page.body);
    page
}

/// The letters to an address, the newest first.
pub(super) async fn letters(world: &World, to: &str) -> Vec<Value> {
    world.work_done().await;
    let all = world.agent().get(&format!("{}/dev/mail.json", world.platform())).await.json();
    let all = all.as_array().unwrap().clone();
    all.into_iter().filter(|letter| letter["to"] == to).collect()
}

/// The subjects of the letters to an address, the newest first. That somebody signed in elsewhere, as these tests do all the time, is
/// told by letters of its own.
pub(super) async fn subjects(world: &World, to: &str) -> Vec<String> {
    let letters = letters(world, to).await;
    let subjects = letters.iter().map(|letter| letter["subject"].as_str().unwrap().to_owned());
    subjects.filter(|subject| !subject.starts_with("New sign-in")).collect()
}

/// The code in the newest letter to an address.
pub(super) async fn code(world: &World, to: &str) -> String {
    let letters = letters(world, to).await;
    let letter = letters.first().unwrap_or_else(|| panic!("no letter to {to}"));
    letter["code"].as_str().unwrap_or_else(|| panic!("no code: {letter}")).to_owned()
}

/// The link of the newest letter to an address that leads to a path.
pub(super) async fn link(world: &World, to: &str, path: &str) -> String {
    let letters = letters(world, to).await;
    let links = letters.iter().flat_map(|letter| letter["links"].as_array().unwrap().clone());
    let found = links.map(|link| link.as_str().unwrap().to_owned()).find(|link| link.contains(path));
    found.unwrap_or_else(|| panic!("no link to {path} for {to}"))
}

/// Adds an address and proves it.
pub(super) async fn add(world: &World, agent: &mut Agent, issuer: &str, address: &str) {
    let page = open(agent, &format!("{issuer}/account/address")).await;
    let asked = agent.submit(&page, "/account/address", &[("address", address)]).await;
    let page = agent.follow(&asked).await;
    let code = code(world, address).await;
    let done = agent.submit(&page, "/verify/code", &[("code", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(done.location().as_str(), format!("{issuer}/account/addresses"));
}

/// Sets another password by the mailbox of an address, in a browser of its own.
pub(super) async fn recover(world: &World, issuer: &str, address: &str, password: &str) {
    let mut agent = world.agent();
    let begun = agent.get(&format!("{issuer}/recover")).await;
    let page = agent.follow(&begun).await;
    let asked = agent.submit(&page, "/recover/address", &[("address", address)]).await;
    let page = agent.follow(&asked).await;
    let code = code(world, address).await;
    let shown = agent.submit(&page, "/verify/code", &[("code", &code)]).await;
    let page = agent.follow(&shown).await;
    let done = agent.submit(&page, "/recover/password", &[("password", password)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
}

/// Sends the form of a row that is about an address.
pub(super) async fn act(agent: &mut Agent, issuer: &str, action: &str, address: &str) -> Answered {
    let page = open(agent, &format!("{issuer}/account/addresses")).await;
    let row = page.body.split("<li ").find(|row| row.contains(&format!(">{address}<")));
    let row =
        Answered { body: row.unwrap_or_else(|| panic!("no {address}: {}", page.body)).to_owned(), ..page };
    agent.submit(&row, &format!("/account/addresses/{action}"), &[]).await
}

/// The addresses of a person with their states, the main one marked.
pub(super) async fn standing(world: &World, who: IdentityId) -> Vec<String> {
    let sql =
        "SELECT address || ' ' || state || CASE WHEN is_primary THEN ' main' ELSE '' END FROM cell.addresses
               WHERE identity_id = $1 AND state <> 'retired' ORDER BY 1";
    sqlx::query_scalar(sql).bind(who.uuid()).fetch_all(&mut world.admin().await).await.unwrap()
}

/// The person who has an address.
pub(super) async fn person(world: &World, address: &str) -> IdentityId {
    let sql = "SELECT identity_id FROM cell.addresses WHERE address = $1 AND state <> 'retired'";
    let id = sqlx::query_scalar(sql).bind(address).fetch_one(&mut world.admin().await).await.unwrap();
    IdentityId::from_uuid(id)
}

/// Changes rows behind the server's back.
pub(super) async fn sql(world: &World, statement: &str) {
    let done =
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut world.admin().await).await.unwrap();
    assert!(done.rows_affected() > 0, "{statement}");
}

/// Everything that a refusal must not have changed.
pub(super) async fn state(world: &World) -> Vec<Option<String>> {
    let mut admin = world.admin().await;
    let mut all = Vec::new();
    for table in ["identities", "addresses", "credentials", "members", "sessions"] {
        // That a session was used is no change.
        let sql = format!(
            "SELECT md5(string_agg((to_jsonb(t) - 'last_seen_at' - 'auth_time')::text, '|' ORDER BY t::text))
             FROM cell.{table} AS t"
        );
        all.push(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut admin).await.unwrap());
    }
    all
}

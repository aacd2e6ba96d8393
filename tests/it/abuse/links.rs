//! Mailed links: opening one changes nothing, for nobody and however often (EML-03, 04, 05).

use reqwest::Method;

use super::kit::{PRE, count, csrf, on_page, sets, state};
use super::mailed::{GENEROUS, Visitor, letters, newest};
use crate::support::World;

const LINK: &str = "__Host-gh_link";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scanner_that_opens_everything_changes_nothing() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    let mut visitor = Visitor::asked(&world, &platform, "recover", "alice@acme.test").await;
    let letter = newest(&world, "alice@acme.test").await;
    let link = letter.link();
    let before =
        (state(&world).await, count(&world, "cell.mailbox_proofs").await, count(&world, "cell.flows").await);
    for method in [Method::GET, Method::HEAD] {
        for _ in 0..10 {
            let mut scanner = world.agent();
            let seen = scanner.send(method.clone(), link.as_str(), &[], None).await;
            assert_eq!(seen.status, 200, "{}", seen.body);
            assert!(!sets(&seen, LINK) && !sets(&seen, PRE), "a stranger is given nothing to go on with");
            // The scanner of the very browser that asked.
            let mut own = visitor.agent.clone();
            let seen = own.send(method.clone(), link.as_str(), &[], None).await;
            assert_eq!(seen.status, 303, "{}", seen.body);
        }
    }
    let after =
        (state(&world).await, count(&world, "cell.mailbox_proofs").await, count(&world, "cell.flows").await);
    assert_eq!(before, after);
    assert_eq!(
        count(&world, "cell.mailbox_proofs WHERE proven_at IS NOT NULL AND browser_hash IS NOT NULL").await,
        0
    );
    visitor.send("/verify/code", &[("code", &letter.code())]).await;
    assert!(visitor.page.body.contains("/recover/password"), "still good: {}", visitor.page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_leaves_the_address_at_the_first_hop() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    let mut visitor = Visitor::asked(&world, &platform, "recover", "alice@acme.test").await;
    let link = newest(&world, "alice@acme.test").await.link();
    let token = link.query_pairs().find(|(name, _)| name == "token").unwrap().1.into_owned();
    let hop = visitor.agent.get(link.as_str()).await;
    assert!(!hop.location().as_str().contains("token"), "{}", hop.location());
    assert_eq!(hop.headers["cache-control"], "no-store");
    let cookie =
        hop.headers.get_all("set-cookie").iter().find(|value| value.to_str().unwrap().starts_with(LINK));
    let cookie = cookie.unwrap().to_str().unwrap();
    for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    visitor.page = visitor.agent.follow(&hop).await;
    on_page_quiet(&visitor.page);
    assert!(!visitor.page.body.contains(&token), "the page does not show it");
    assert!(visitor.page.body.contains("alice@acme.test"), "it says whose");
    let page = visitor.send("/verify/link", &[]).await;
    assert!(page.body.contains("/recover/password"), "{}", page.body);
    let again = visitor.agent.get(link.as_str()).await;
    on_page(&again, 409, "a link is used once");
}

fn on_page_quiet(page: &crate::support::Answered) {
    // Our own forms have to be told from others' by their origin, so it is not hidden from ourselves.
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    assert_eq!(page.headers["cache-control"], "no-store");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("img-src 'self'"), "{policy}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_browser_cannot_confirm_a_link() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    let visitor = Visitor::asked(&world, &platform, "recover", "alice@acme.test").await;
    let link = newest(&world, "alice@acme.test").await.link();
    // A browser with a flow of its own, and the victim's token opened for it.
    let mut thief = Visitor::asked(&world, &platform, "recover", "bob@globex.test").await;
    let token = link.query_pairs().find(|(name, _)| name == "token").unwrap().1.into_owned();
    let flow = thief.page.url.query_pairs().find(|(name, _)| name == "flow").unwrap().1.into_owned();
    let hop = thief.agent.get(&format!("{platform}/verify?flow={flow}&token={token}")).await;
    assert!(thief.agent.cookies[LINK].ends_with(&token));
    thief.page = thief.agent.follow(&hop).await;
    let page = thief.send("/verify/link", &[]).await;
    assert_eq!(page.complaint().as_deref(), Some("link_gone"), "{}", page.body);
    assert_eq!(
        count(&world, "cell.mailbox_proofs WHERE proven_at IS NOT NULL AND browser_hash IS NOT NULL").await,
        0
    );
    drop(visitor);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_of_a_browser_open_and_confirm_a_link_each() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    let mut agent = world.agent();
    let mut tabs = Vec::new();
    for address in ["alice@acme.test", "bob@globex.test"] {
        let mut tab = Visitor::with(agent.clone(), &platform, "recover").await;
        tab.send("/recover/address", &[("address", address)]).await;
        agent = tab.agent.clone();
        world.work_done().await;
        let link = newest(&world, address).await.link();
        let hop = agent.get(link.as_str()).await;
        assert!(!hop.location().as_str().contains("token"), "{}", hop.location());
        tab.page = agent.follow(&hop).await;
        tabs.push((address, tab));
    }
    let opened = agent.cookies[LINK].clone();
    for (address, tab) in &mut tabs {
        // The cookies of a browser are those of all its tabs.
        tab.agent.cookies = agent.cookies.clone();
        let page = tab.send("/verify/link", &[]).await;
        assert!(page.body.contains("/recover/password") && page.body.contains(&**address), "{}", page.body);
        agent.cookies = tab.agent.cookies.clone();
    }
    assert!(agent.cookies.get(LINK).is_none_or(String::is_empty), "nothing is left of them");
    // What was confirmed is good for its own flow once.
    let (_, mut again) = tabs.remove(0);
    again.agent.cookies = agent.cookies.clone();
    again.agent.cookies.insert(LINK.to_owned(), opened);
    let flow = again.page.url.query_pairs().find(|(name, _)| name == "flow").unwrap().1.into_owned();
    let token = csrf(&again.agent, &platform, &flow);
    let fields = [("flow", flow.as_str()), ("csrf", &token)];
    let answered = again.agent.post(&format!("{platform}/verify/link"), &fields).await;
    assert_eq!(answered.status, 409, "EML-07: {}", answered.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_written_with_the_deployments_own_name() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    let mut visitor = Visitor::at(&world, &platform, "recover").await;
    let hidden = visitor.page.hidden("/recover/address");
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.push(("address", "alice@acme.test"));
    let url = format!("{platform}/recover/address");
    let origin = [("origin", platform.as_str()), ("sec-fetch-site", "same-origin")];
    let forged = [("host", "evil.example")];
    let answered = visitor.agent.post_with(&url, &[&origin[..], &forged[..]].concat(), &fields).await;
    assert!(answered.status == 421 || answered.status == 400, "{}", answered.status);
    assert!(letters(&world).await.is_empty(), "no mail for a name that is not ours");
    let claims = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=evil.example;proto=https"),
    ];
    let answered = visitor.agent.post_with(&url, &[&origin[..], &claims[..]].concat(), &fields).await;
    assert_eq!(answered.status, 303, "{}", answered.body);
    let letter = newest(&world, "alice@acme.test").await;
    assert!(letter.link().as_str().starts_with(&format!("{platform}/verify?")), "{}", letter.link());
    assert!(!letter.whole().contains("evil.example"), "{}", letter.whole());
    assert!(!letter.subject().contains(&letter.code()), "no code in the subject (EML-11)");
}

//! Making an account: nothing before the mailbox is proven, and nothing that tells who has one (EML-09, NRM-01 to 06, PWD-01).

use futures_util::future::join_all;

use super::kit::{CALLBACK, apply, ask, count, on_page, redeem, tokens};
use super::mailed::{GENEROUS, GOOD, Visitor, letters, newest};
use super::password::PROXIED;
use crate::support::World;

const OPEN: &str = "
version: 1
tenants:
  - slug: meadow
    name: Meadow
    policy: { sign_up: open }
    apps:
      - { client_id: demo-web, name: Web, type: public, redirect_uris: ['http://127.0.0.1/callback'],
          grants: [authorization_code, refresh_token], scopes: [openid, profile, email, offline_access] }
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_exists_before_the_mailbox_is_proven() {
    let world = World::dev().await;
    let platform = world.platform();
    let before = count(&world, "cell.identities").await;
    let mut ada = Visitor::asked(&world, &platform, "signup", "Ada@new.example").await;
    assert_eq!(count(&world, "cell.identities").await, before);
    assert_eq!(count(&world, "cell.addresses WHERE address = 'ada@new.example'").await, 0);
    ada.proves(&world, "ada@new.example").await;
    assert_eq!(count(&world, "cell.identities").await, before, "proven, and still nobody");
    let done = ada.send("/signup/account", &[("name", "Ada"), ("password", GOOD)]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(count(&world, "cell.identities").await, before + 1);
    let verified = "cell.addresses WHERE address = 'ada@new.example' AND state = 'verified' AND is_primary";
    assert_eq!(count(&world, verified).await, 1);
    let evidence = "cell.address_evidence WHERE address = 'ada@new.example' AND method = 'mailbox'";
    assert_eq!(count(&world, evidence).await, 1);
    let personal = "cell.tenants AS t JOIN cell.members AS m USING (tenant_id) \
        WHERE t.personal AND m.roles = '{owner}' AND m.status = 'active'";
    assert_eq!(count(&world, personal).await, 1, "a tenant of one's own");
    for (kind, times) in [("identity.created", 1), ("email.verified", 1), ("signin.succeeded", 1)] {
        let new = format!(
            "audit.events WHERE kind = '{kind}' AND stream_kind = 'i' \
            AND stream_id = (SELECT identity_id FROM cell.addresses WHERE address = 'ada@new.example')"
        );
        assert_eq!(count(&world, &new).await, times, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_gets_the_person_it_sent_to_make_an_account() {
    let world = World::dev().await;
    for (issuer, prompt) in [(world.platform(), "create"), (world.issuer("meadow"), "create")] {
        apply(&world, OPEN, false).await;
        let address = format!("ada{}@new.example", issuer.len());
        let mut ada = Visitor { agent: world.agent(), page: world.agent().get("/").await };
        let asked = ada.agent.get(&ask(&issuer, &[("prompt", prompt)])).await;
        ada.page = ada.agent.follow(&asked).await;
        ada.send("/signup/address", &[("address", &address)]).await;
        ada.proves(&world, &address).await;
        let done = ada.send("/signup/account", &[("name", "Ada"), ("password", GOOD)]).await.clone();
        assert!(done.location().as_str().starts_with(CALLBACK), "{issuer}: {}", done.body);
        let tokens = redeem(&ada.agent, &issuer, &done.param("code").unwrap(), &[]).await;
        assert_eq!(tokens.status, 200, "{issuer}: {}", tokens.body);
    }
    let joined = "cell.members AS m JOIN directory.tenants AS t ON t.id = m.tenant_id \
        WHERE t.slug = 'meadow' AND m.roles = '{member}' AND m.status = 'active'";
    assert_eq!(count(&world, joined).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_that_invite_let_nobody_in_by_themselves() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let page = world.agent().get(&format!("{acme}/signup")).await;
    on_page(&page, 403, "by invitation");
    assert_eq!(page.complaint().as_deref(), Some("sign_up_closed"));
    let mut agent = world.agent();
    let asked = agent.get(&ask(&acme, &[("prompt", "create")])).await;
    let page = agent.follow(&asked).await;
    assert!(page.body.contains("name=\"identifier\""), "a sign-in as usual: {}", page.body);
    assert!(!page.body.contains("/signup"), "nothing that leads nowhere: {}", page.body);
    // A flow that began where accounts can be made is worth nothing here.
    let mut visitor = Visitor::at(&world, &world.platform(), "signup").await;
    let hidden = visitor.page.hidden("/signup/address");
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let fields = [fields.as_slice(), &[("address", "x@new.example")]].concat();
    let refused = visitor.agent.post(&format!("{acme}/signup/address"), &fields).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(letters(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn known_and_unknown_addresses_look_alike() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    let mut pages = Vec::new();
    for (address, subject) in
        [("ALICE@acme.test", "already have an account"), ("zoe@new.example", "Confirm your address")]
    {
        let before = letters(&world).await.len();
        let mut visitor = Visitor::asked(&world, &platform, "signup", address).await;
        let all = letters(&world).await;
        assert_eq!(all.len(), before + 1, "one mail for {address}");
        let letter = all.last().unwrap();
        assert!(letter.subject().contains(subject), "{}", letter.subject());
        pages.push(visitor.page.bare(address));
        visitor.send("/verify/code", &[("code", "000000")]).await;
        assert_eq!(visitor.page.complaint().as_deref(), Some("code_wrong"));
        pages.push(visitor.page.bare(address));
    }
    assert_eq!(pages[0], pages[2]);
    assert_eq!(pages[1], pages[3]);
    // Mail goes to the address as it was proven, never to what somebody typed (NRM-01).
    assert_eq!(newest(&world, "alice@acme.test").await.to(), "alice@acme.test");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_addresses_and_names_get_no_mail_and_no_account() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    for address in [
        "victim\u{FF20}corp.example",
        "victim\u{FE6B}corp.example",
        "a@evil.example,b@corp.example",
        "\"a@evil.example\"@corp.example",
        "=?utf-8?q?x?=@corp.example",
        "x@evil.example@corp.example",
        "a%evil.example@corp.example",
        "a@corp.example\r\nBcc: x@y.example",
        "a\u{2028}@corp.example",
        "a@[127.0.0.1]",
    ] {
        let mut visitor = Visitor::at(&world, &platform, "signup").await;
        let page = visitor.send("/signup/address", &[("address", address)]).await;
        assert_eq!(page.status, 422, "{address:?}");
        assert_eq!(page.complaint().as_deref(), Some("identifier_invalid"));
    }
    assert!(letters(&world).await.is_empty());
    let mut visitor = Visitor::asked(&world, &platform, "signup", "ada@new.example").await;
    visitor.proves(&world, "ada@new.example").await;
    for name in ["", "a\r\nBcc: x@y.example", "<b>Ada</b>", "https://evil.example", "evil.example/win"] {
        let page = visitor.send("/signup/account", &[("name", name), ("password", GOOD)]).await;
        assert_eq!(page.status, 422, "{name:?}");
        assert_eq!(page.complaint().as_deref(), Some("name_unfit"), "{name:?}");
    }
    for (password, code) in [
        ("short", "password_too_short"),
        ("passwordpassword", "password_"),
        ("ada@new.example", "password_weak"),
    ] {
        let page = visitor.send("/signup/account", &[("name", "Ada"), ("password", password)]).await;
        assert_eq!(page.status, 422, "{password:?}");
        assert!(page.complaint().unwrap().starts_with(code), "{password:?}: {:?}", page.complaint());
    }
    assert_eq!(count(&world, "cell.addresses WHERE address = 'ada@new.example'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_has_five_tries_and_an_address_ten_an_hour() {
    let world = World::dev().await;
    world.new_window(3600);
    let platform = world.platform();
    let mut visitor = Visitor::asked(&world, &platform, "signup", "ada@new.example").await;
    let right = newest(&world, "ada@new.example").await.code();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for attempt in 0..5 {
        let page = visitor.send("/verify/code", &[("code", wrong)]).await;
        assert_eq!(page.complaint().as_deref(), Some("code_wrong"), "try {attempt}");
    }
    let page = visitor.send("/verify/code", &[("code", &right)]).await;
    assert_eq!(page.complaint().as_deref(), Some("code_gone"), "the right one comes too late");
    // A new code has tries of its own, but the address and its hour have not.
    visitor.send("/verify/again", &[]).await;
    for _ in 0..4 {
        visitor.send("/verify/code", &[("code", "x1")]).await;
    }
    let right = newest(&world, "ada@new.example").await.code();
    let page = visitor.send("/verify/code", &[("code", &right)]).await;
    assert_eq!(page.status, 429, "{}", page.body);
    assert!(page.headers.contains_key("retry-after"));
    let mut other = Visitor::asked(&world, &platform, "signup", "ada@new.example").await;
    let page = other.proves(&world, "ada@new.example").await;
    assert_eq!(page.status, 429, "another browser is no way around");
    assert!(world.kinds().await["p request.refused"] >= 6);
}

/// Wrong codes from somewhere, each mail's five, until the source has to wait; how many were tried.
async fn guesses(world: &World, door: &str, address: &str, from: &str) -> usize {
    let agent = world.agent().behind(from);
    let mut visitor = Visitor::with(agent, &world.platform(), door).await;
    visitor.send(&format!("/{door}/address"), &[("address", address)]).await;
    for tried in 0..20 {
        if tried % 5 == 0 && tried > 0 {
            visitor.send("/verify/again", &[]).await;
        }
        if visitor.send("/verify/code", &[("code", "x1")]).await.status == 429 {
            return tried;
        }
    }
    20
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_others_try_are_not_the_owners() {
    let world = World::with(&[PROXIED[0]]).await;
    world.new_window(3600);
    let platform = world.platform();
    let ada = "ada@new.example";
    assert_eq!(guesses(&world, "signup", ada, "198.51.100.7").await, 10, "one attacker");
    assert_eq!(guesses(&world, "signup", ada, "198.51.100.99").await, 0, "from the same network");
    let mut visitor = Visitor::with(world.agent().behind("198.51.100.7"), &platform, "signup").await;
    visitor.send("/signup/address", &[("address", ada)]).await;
    for _ in 0..60 {
        assert_eq!(visitor.send("/verify/code", &[("code", "x1")]).await.status, 429, "and goes on");
    }
    let agent = world.agent().behind("203.0.113.9");
    let mut own = Visitor::with(agent, &platform, "signup").await;
    own.send("/signup/address", &[("address", ada)]).await;
    let page = own.proves(&world, ada).await;
    assert_eq!(page.status, 200, "who waits for the code has tries of her own: {}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_has_fifty_tries_an_hour_from_everywhere_and_a_known_browser_its_own() {
    let settings = [
        PROXIED[0],
        ("GATEHOUSE_LIMITS__MAILS_PER_ADDRESS", "100"),
        ("GATEHOUSE_LIMITS__MAILS_PER_SOURCE_AND_ADDRESS", "100"),
    ];
    let world = World::with(&settings).await;
    world.new_window(3600);
    let platform = world.platform();
    let alice = "alice@acme.test";
    let known = tokens(&world, &world.issuer("acme"), alice).await.agent;
    for network in 0..5 {
        let from = format!("198.51.{network}.7");
        assert_eq!(guesses(&world, "recover", alice, &from).await, 10, "{from}");
    }
    assert_eq!(guesses(&world, "recover", alice, "198.51.9.7").await, 0, "a sixth network");
    let mut own = Visitor::with(known, &platform, "recover").await;
    own.send("/recover/address", &[("address", alice)]).await;
    let page = own.proves(&world, alice).await;
    assert_eq!(page.status, 200, "her own browser: {}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_uses_at_once_one_succeeds() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    let visitor = Visitor::asked(&world, &platform, "signup", "ada@new.example").await;
    let code = newest(&world, "ada@new.example").await.code();
    let tries = (0..20).map(|_| {
        let (mut visitor, code) = (visitor.clone(), code.clone());
        async move { visitor.agent.submit(&visitor.page, "/verify/code", &[("code", &code)]).await.status }
    });
    let statuses: Vec<_> = join_all(tries).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    let mut ahead = visitor.clone();
    let here = format!(
        "{platform}/login?flow={}",
        visitor.page.url.query_pairs().find(|(n, _)| n == "flow").unwrap().1
    );
    ahead.page = ahead.agent.get(&here).await;
    let makers = (0..20).map(|_| {
        let mut visitor = ahead.clone();
        let filled = [("name", "Ada"), ("password", GOOD)];
        async move { visitor.agent.submit(&visitor.page, "/signup/account", &filled).await.status }
    });
    let statuses: Vec<_> = join_all(makers).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status == 303 || *status == 409 || *status == 503), "{statuses:?}");
    assert_eq!(count(&world, "cell.addresses WHERE address = 'ada@new.example'").await, 1);
    assert_eq!(count(&world, "cell.tenants WHERE personal").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_proves_an_address_second_is_sent_to_sign_in() {
    let world = World::with(GENEROUS).await;
    let platform = world.platform();
    let mut first = Visitor::asked(&world, &platform, "signup", "ada@new.example").await;
    first.proves(&world, "ada@new.example").await;
    let mut second = Visitor::asked(&world, &platform, "signup", "ada@new.example").await;
    second.proves(&world, "ada@new.example").await;
    let done = second.send("/signup/account", &[("name", "Eve"), ("password", GOOD)]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let late = first.send("/signup/account", &[("name", "Ada"), ("password", GOOD)]).await;
    assert!(late.status == 409, "{} {}", late.status, late.body);
    assert_eq!(count(&world, "cell.addresses WHERE address = 'ada@new.example'").await, 1);
}

//! What the journeys by mail have in common: a visitor at the pages of a sign-up or a recovery, and the mailbox.

use serde_json::Value;
use url::Url;

use crate::support::{Agent, Answered, World};

/// A password that nobody guesses.
pub(super) const GOOD: &str = "turnip ladder 88 moss quartz";
/// Settings under which nobody has to wait for mails or codes.
pub(super) const GENEROUS: &[(&str, &str)] = &[
    ("GATEHOUSE_LIMITS__MAILS_PER_NETWORK", "100000"),
    ("GATEHOUSE_LIMITS__MAILS_PER_SOURCE_AND_ADDRESS", "100000"),
    ("GATEHOUSE_LIMITS__MAILS_PER_ADDRESS", "100000"),
    ("GATEHOUSE_LIMITS__CODE_TRIES_PER_SOURCE_AND_ADDRESS", "100000"),
    ("GATEHOUSE_LIMITS__CODE_TRIES_PER_ADDRESS", "100000"),
];

/// A letter as the mailbox page shows it.
#[derive(Debug, Clone)]
pub(super) struct Letter(Value);

impl Letter {
    fn text(&self, name: &str) -> String {
        self.0[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.0)).to_owned()
    }

    /// To whom.
    pub(super) fn to(&self) -> String {
        self.text("to")
    }

    /// The subject.
    pub(super) fn subject(&self) -> String {
        self.text("subject")
    }

    /// The code.
    pub(super) fn code(&self) -> String {
        self.text("code")
    }

    /// The link that proves the mailbox.
    pub(super) fn link(&self) -> Url {
        let links = self.0["links"].as_array().unwrap();
        let is_proof = |link: &&Value| link.as_str().unwrap().contains("/verify?");
        links.iter().find(is_proof).unwrap_or_else(|| panic!("{}", self.0)).as_str().unwrap().parse().unwrap()
    }

    /// Everything of it.
    pub(super) fn whole(&self) -> String {
        self.0.to_string()
    }
}

/// All letters, the newest last, once everything behind the requests is done.
pub(super) async fn letters(world: &World) -> Vec<Letter> {
    world.work_done().await;
    let answered = world.agent().get(&format!("{}/dev/mail.json", world.platform())).await;
    let all = answered.json();
    all.as_array().unwrap().iter().rev().cloned().map(Letter).collect()
}

/// The newest letter to an address, however it is written.
pub(super) async fn newest(world: &World, to: &str) -> Letter {
    let all = letters(world).await;
    let found = all.into_iter().rev().find(|letter| letter.to().eq_ignore_ascii_case(to));
    found.unwrap_or_else(|| panic!("no letter to {to}"))
}

/// A browser on the way through a sign-up or a recovery.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// The browser.
    pub(super) agent: Agent,
    /// The page it is at.
    pub(super) page: Answered,
}

impl Visitor {
    /// At the first page of `signup` or `recover`.
    pub(super) async fn at(world: &World, issuer: &str, door: &str) -> Self {
        Self::with(world.agent(), issuer, door).await
    }

    /// The same with a browser that is there already.
    pub(super) async fn with(mut agent: Agent, issuer: &str, door: &str) -> Self {
        let begun = agent.get(&format!("{issuer}/{door}")).await;
        let page = agent.follow(&begun).await;
        Self { agent, page }
    }

    /// Sends a form of the page; where that leads is the page then.
    pub(super) async fn send(&mut self, action: &str, filled: &[(&str, &str)]) -> &Answered {
        let answered = self.agent.submit(&self.page, action, filled).await;
        let ours = answered.status == 303 && answered.location().origin() == answered.url.origin();
        self.page = if ours { self.agent.follow(&answered).await } else { answered };
        &self.page
    }

    /// At a sign-up or recovery whose mail is on its way.
    pub(super) async fn asked(world: &World, issuer: &str, door: &str, address: &str) -> Self {
        let mut visitor = Self::at(world, issuer, door).await;
        visitor.send(&format!("/{door}/address"), &[("address", address)]).await;
        assert_eq!(visitor.page.status, 200, "{}", visitor.page.body);
        // Letters that wait together are of one moment, and none of them is the newest.
        world.work_done().await;
        visitor
    }

    /// Types the code of the newest letter to an address.
    pub(super) async fn proves(&mut self, world: &World, address: &str) -> &Answered {
        let code = newest(world, address).await.code();
        self.send("/verify/code", &[("code", &code)]).await
    }

    /// The whole way to a new account.
    pub(super) async fn signs_up(world: &World, issuer: &str, address: &str) -> Self {
        let mut visitor = Self::asked(world, issuer, "signup", address).await;
        visitor.proves(world, address).await;
        visitor.send("/signup/account", &[("name", "Ada Archer"), ("password", GOOD)]).await;
        assert_eq!(visitor.page.status, 200, "{}", visitor.page.body);
        visitor
    }

    /// The whole way to a new password.
    pub(super) async fn recovers(world: &World, issuer: &str, address: &str, password: &str) -> Self {
        let mut visitor = Self::asked(world, issuer, "recover", address).await;
        visitor.proves(world, address).await;
        visitor.send("/recover/password", &[("password", password)]).await;
        assert_eq!(visitor.page.status, 200, "{}", visitor.page.body);
        visitor
    }
}

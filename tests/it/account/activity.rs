//! What happened to an account, read by its person.

use futures_util::future::join_all;

use super::kit::{FIREFOX, PASSWORD, enter, open, person, sql};
use crate::support::{Agent, Answered, World};

const ALICE: &str = "alice@acme.test";

/// The kinds on a page, the newest first.
fn kinds(page: &Answered) -> Vec<String> {
    let marks = page.body.split("data-kind=\"").skip(1);
    marks.map(|mark| mark.split('"').next().unwrap().to_owned()).collect()
}

/// The row of the newest event of a kind.
fn row(page: &Answered, kind: &str) -> String {
    let rows = page.body.split("<li ").find(|row| row.contains(&format!("data-kind=\"{kind}\"")));
    rows.unwrap_or_else(|| panic!("no {kind}: {}", page.body)).split("</li>").next().unwrap().to_owned()
}

/// Signs in with a browser that says what it is.
async fn sign_in_with_firefox(world: &World, issuer: &str) -> Agent {
    let mut agent = world.agent();
    let asked = agent.get(&format!("{issuer}/account")).await;
    let page = agent.follow(&asked).await;
    let step = agent.submit(&page, "/login/identifier", &[("identifier", ALICE)]).await;
    let page = agent.follow(&step).await;
    let mut fields = page.hidden("/login/password");
    fields.push(("password".to_owned(), PASSWORD.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let headers = [("user-agent", FIREFOX), ("sec-fetch-site", "same-origin")];
    let done = agent.post_with(&format!("{issuer}/login/password"), &headers, &fields).await;
    assert_eq!(done.status, 303, "{}", done.body);
    agent
}

#[tokio::test]
async fn a_person_reads_what_happened_and_from_where() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let mut agent = sign_in_with_firefox(&world, &acme).await;
    let page = open(&mut agent, &format!("{acme}/account/name")).await;
    let filled = [("name", "Alice A."), ("locale", "de")];
    assert_eq!(agent.submit(&page, "/account/name", &filled).await.status, 303);
    let before = world.kinds().await;
    let page = open(&mut agent, &format!("{acme}/account/activity")).await;
    assert_eq!(world.kinds().await, before, "reading is no event");
    assert_eq!(page.headers["cache-control"], "no-store");
    let seen = kinds(&page);
    assert_eq!(seen[..2], ["profile.changed", "signin.succeeded"], "{seen:?}");
    let sign_in = row(&page, "signin.succeeded");
    for part in ["Angemeldet", ">Acme<", "Firefox, Linux", "127.0.0.0/24", "UTC"] {
        assert!(sign_in.contains(part), "{part}: {sign_in}");
    }
    let profile = row(&page, "profile.changed");
    assert!(profile.contains("Name oder Sprache") && profile.contains("Firefox, Linux"), "{profile}");
    let made = row(&page, "member.changed");
    assert!(made.contains(">Acme<"), "{made}");
    let alice = person(&world, ALICE).await;
    let sql = "SELECT count(*) FROM audit.events WHERE stream_kind = 'i' AND stream_id = $1";
    let own: i64 =
        sqlx::query_scalar(sql).bind(alice.uuid()).fetch_one(&mut world.admin().await).await.unwrap();
    assert_eq!(seen.len(), usize::try_from(own).unwrap(), "every event of the person has words");
    let (mut bob, _) = enter(&world, &world.platform(), "bob@globex.test").await;
    let other = open(&mut bob, &format!("{}/account/activity", world.platform())).await;
    assert!(!other.body.contains("Firefox") && !kinds(&other).contains(&"profile.changed".to_owned()));
}

#[tokio::test]
async fn what_somebody_else_did_shows_no_network_of_theirs() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let page = open(&mut agent, &format!("{platform}/account/activity")).await;
    let made = row(&page, "member.changed");
    assert!(!made.contains("0/24"), "the operator's: {made}");
}

#[tokio::test]
async fn older_events_follow_without_gap_or_repetition() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let page = open(&mut agent, &format!("{platform}/account/name")).await;
    let changes = (0..60).map(|_| {
        let (mut agent, page) = (agent.clone(), page.clone());
        async move { agent.submit(&page, "/account/name", &[("name", "Alice"), ("locale", "")]).await.status }
    });
    assert!(join_all(changes).await.iter().all(|status| *status == 303));
    let first = open(&mut agent, &format!("{platform}/account/activity")).await;
    assert_eq!(kinds(&first).len(), 50);
    let older = first.body.split("href=\"").find(|part| part.contains("activity?before=")).unwrap();
    let older = older.split('"').next().unwrap().to_owned();
    let second = open(&mut agent, &older).await;
    assert!(!second.body.contains("?before="), "the end");
    let all: Vec<String> = kinds(&first).into_iter().chain(kinds(&second)).collect();
    let changed = all.iter().filter(|kind| *kind == "profile.changed").count();
    assert_eq!(changed, 60, "{all:?}");
    for forged in ["x", "1.evt_x", "%00", "1&before=2", "9999999999999999999.evt_00000000000000000000000000"]
    {
        let no = agent.get(&format!("{platform}/account/activity?before={forged}")).await;
        assert_eq!(no.status, 400, "{forged}: {}", no.body);
    }
}

#[tokio::test]
async fn what_was_erased_is_not_read() {
    let world = World::dev().await;
    let acme = world.issuer("acme");
    let mut agent = sign_in_with_firefox(&world, &acme).await;
    sql(&world, "DELETE FROM audit.subject_keys").await;
    let page = open(&mut agent, &format!("{acme}/account/activity")).await;
    let sign_in = row(&page, "signin.succeeded");
    assert!(!sign_in.contains("Firefox") && sign_in.contains("127.0.0.0/24"), "{sign_in}");
}

//! The end of an account: asked for, waited for, taken back, put off (ADM-04).

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use gatehouse_domain::ids::IdentityId;
use reqwest::Method;
use sqlx::AssertSqlSafe;

use super::kit::{PASSWORD, add, enter, link, open, person, recover, sql, state, subjects};
use crate::support::{Agent, Answered, World};

const CAROL: &str = "carol@consult.test";
const ALICE: &str = "alice@acme.test";
const GOES: &str = "Your Gatehouse account will be deleted";
const GONE: &str = "Your Gatehouse account is deleted";
const STAYS: &str = "Your Gatehouse account was not deleted";

/// Asks for the end of an account; what was answered.
async fn ask(world: &World, agent: &mut Agent) -> Answered {
    let page = open(agent, &format!("{}/account/deletion", world.platform())).await;
    agent.submit(&page, "/account/deletion", &[]).await
}

async fn asked(world: &World, who: &str) -> Agent {
    let (mut agent, _) = enter(world, &world.platform(), who).await;
    let done = ask(world, &mut agent).await;
    assert_eq!(done.status, 303, "{}", done.body);
    agent
}

/// Lets the housekeeping run.
async fn tidy(world: &World) {
    world.server.house.idp.tidy().await.unwrap();
    world.work_done().await;
}

/// One text of a row.
async fn text(world: &World, sql: &str) -> Option<String> {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut world.admin().await).await.unwrap()
}

async fn status(world: &World, who: IdentityId) -> String {
    let sql = format!("SELECT status FROM cell.identities WHERE identity_id = '{}'", who.uuid());
    text(world, &sql).await.unwrap()
}

/// Asks for whatever is left of a person.
fn left(who: IdentityId) -> String {
    format!(
        "SELECT concat_ws(' ', i.name, i.locale, i.delete_at,
            (SELECT string_agg(a.state || a.address || a.typed, ',') FROM cell.addresses AS a WHERE a.identity_id = i.identity_id),
            (SELECT string_agg(DISTINCT e.address || e.typed || e.details::text, ',') FROM cell.address_evidence AS e
                WHERE e.identity_id = i.identity_id),
            (SELECT count(*) FROM cell.credentials AS c WHERE c.identity_id = i.identity_id),
            (SELECT count(*) FROM cell.sessions AS s WHERE s.identity_id = i.identity_id
                AND (s.ended_at IS NULL OR s.device IS NOT NULL OR s.network IS NOT NULL)),
            (SELECT string_agg(DISTINCT m.status || coalesce(m.name, '') || coalesce(m.login_address, ''), ',')
                FROM cell.members AS m WHERE m.identity_id = i.identity_id),
            (SELECT count(*) FROM cell.consents AS c WHERE c.identity_id = i.identity_id),
            (SELECT count(*) FROM cell.undos AS u WHERE u.identity_id = i.identity_id),
            (SELECT count(*) FROM audit.subject_keys AS k WHERE k.stream_kind = 'i' AND k.subject = i.identity_id))
         FROM cell.identities AS i WHERE i.identity_id = '{}'",
        who.uuid()
    )
}

#[tokio::test]
async fn after_a_week_nothing_is_left_of_the_person() {
    let world = World::dev().await;
    let platform = world.platform();
    let carol = person(&world, CAROL).await;
    let (mut agent, _) = enter(&world, &platform, CAROL).await;
    add(&world, &mut agent, &platform, "carol@home.example").await;
    let done = ask(&world, &mut agent).await;
    let page = agent.follow(&done).await;
    assert!(page.body.contains("Your account will be deleted on "), "{}", page.body);
    assert!(open(&mut agent, &format!("{platform}/account")).await.body.contains("Keep my account"));
    for address in [CAROL, "carol@home.example"] {
        assert_eq!(
            subjects(&world, address).await.iter().filter(|subject| *subject == GOES).count(),
            1,
            "{address}"
        );
    }
    world.clock.advance(TimeDelta::days(7) - TimeDelta::minutes(1));
    tidy(&world).await;
    assert_eq!(status(&world, carol).await, "active", "a minute before");
    let before = world.kinds().await;
    world.clock.advance(TimeDelta::minutes(1));
    tidy(&world).await;
    tidy(&world).await;
    assert_eq!(status(&world, carol).await, "deleted");
    assert_eq!(text(&world, &left(carol)).await.unwrap(), "retired,retired {} 0 0 removed 0 0 0");
    for address in [CAROL, "carol@home.example"] {
        assert_eq!(subjects(&world, address).await[0], GONE, "{address}");
    }
    let after = world.kinds().await;
    let grown = |kind: &str| after.get(kind).unwrap_or(&0) - before.get(kind).unwrap_or(&0);
    for (kind, count) in [
        ("i identity.deleted", 1),
        ("i credential.removed", 1),
        ("i email.retired", 2),
        ("i member.changed", 2),
        ("t member.changed", 2),
        ("i deletion.postponed", 0),
    ] {
        assert_eq!(grown(kind), count, "{kind}");
    }
    let mut late = world.agent();
    let asked = late.get(&format!("{platform}/account")).await;
    let refused = late.sign_in(&asked, CAROL, PASSWORD).await;
    assert_eq!(refused.complaint().as_deref(), Some("wrong_credentials"));
    let held = "SELECT count(*)::text FROM cell.released_addresses";
    assert_eq!(
        text(&world, held).await.as_deref(),
        Some("2"),
        "kept from others for a while, as keyed hashes"
    );
}

#[tokio::test]
async fn the_last_owner_is_told_which_organizations_are_in_the_way() {
    let world = World::dev().await;
    let platform = world.platform();
    let (mut agent, _) = enter(&world, &platform, ALICE).await;
    let page = open(&mut agent, &format!("{platform}/account/deletion")).await;
    assert!(page.body.contains(">Acme<") && page.body.contains("no other owner than you"), "{}", page.body);
    assert!(!page.body.contains("<form"), "{}", page.body);
    let own = open(&mut agent, &format!("{platform}/account/address")).await.hidden("/account/address");
    let fields: Vec<(&str, &str)> = own.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let before = state(&world).await;
    let no = agent.post(&format!("{platform}/account/deletion"), &fields).await;
    assert_eq!(no.status, 409, "ADM-04: {}", no.body);
    assert!(no.body.contains(">Acme<"), "{}", no.body);
    assert_eq!(state(&world).await, before);
    assert_eq!(world.events("deletion.requested").await, 0);
}

#[tokio::test]
async fn a_tenant_of_one_person_goes_with_the_account() {
    let world = World::dev().await;
    let alice = person(&world, ALICE).await;
    sql(&world, "UPDATE cell.tenants SET personal = true WHERE name = 'Acme'").await;
    sql(&world, "UPDATE cell.members SET roles = '{member}' WHERE identity_id <> (SELECT identity_id FROM cell.addresses
        WHERE address = 'alice@acme.test') AND tenant_id = (SELECT tenant_id FROM cell.tenants WHERE name = 'Acme')").await;
    asked(&world, ALICE).await;
    world.clock.advance(TimeDelta::days(7));
    tidy(&world).await;
    assert_eq!(status(&world, alice).await, "deleted");
    let acme = world.tenant("acme").await;
    let sql = format!("SELECT status || ' ' || name FROM cell.tenants WHERE tenant_id = '{}'", acme.uuid());
    assert_eq!(text(&world, &sql).await.as_deref(), Some("suspended acme"), "its name was its person's");
    let keys = format!(
        "SELECT count(*)::text FROM audit.subject_keys WHERE stream_kind = 't' AND stream_id = '{}' AND subject = '{}'",
        acme.uuid(),
        alice.uuid()
    );
    assert_eq!(text(&world, &keys).await.as_deref(), Some("0"));
}

#[tokio::test]
async fn the_mailed_link_keeps_the_account_once_from_any_browser() {
    let world = World::dev().await;
    let platform = world.platform();
    asked(&world, CAROL).await;
    let link = link(&world, CAROL, "/account/undo").await;
    let before = state(&world).await;
    let mut other = world.agent();
    let head = other.send(Method::HEAD, &link, &[], None).await;
    assert_eq!(head.status, 303, "the token leaves the address");
    let hop = other.get(&link).await;
    assert_eq!(hop.location().as_str(), format!("{platform}/account/undo"));
    let page = other.follow(&hop).await;
    assert!(page.body.contains("Keep your account?") && !page.body.contains(CAROL), "{}", page.body);
    other.send(Method::HEAD, &format!("{platform}/account/undo"), &[], None).await;
    assert_eq!(state(&world).await, before, "opening it changes nothing");
    let forged = other.post(&format!("{platform}/account/undo"), &[("csrf", "x")]).await;
    assert_eq!((forged.status.as_u16(), state(&world).await == before), (403, true));
    let tries = (0..20).map(|_| {
        let (mut other, page) = (other.clone(), page.clone());
        async move { other.submit(&page, "/account/undo", &[]).await.status.as_u16() }
    });
    let statuses = join_all(tries).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 400, 503].contains(status)), "{statuses:?}");
    assert_eq!(world.events("deletion.cancelled").await, 1);
    world.clock.advance(TimeDelta::days(8));
    tidy(&world).await;
    assert_eq!(status(&world, person(&world, CAROL).await).await, "active");
}

#[tokio::test]
async fn the_account_is_kept_from_its_page_and_the_link_is_worthless_then() {
    let world = World::dev().await;
    let platform = world.platform();
    let mut agent = asked(&world, CAROL).await;
    let link = link(&world, CAROL, "/account/undo").await;
    let again = agent.post(&format!("{platform}/account/deletion"), &[("csrf", "")]).await;
    assert_eq!(again.status, 403);
    let page = open(&mut agent, &format!("{platform}/account")).await;
    assert_eq!(agent.submit(&page, "/account/keep", &[]).await.status, 303);
    assert_eq!(agent.submit(&page, "/account/keep", &[]).await.status, 303, "a second time does nothing");
    assert_eq!(world.events("deletion.cancelled").await, 1);
    assert!(!open(&mut agent, &format!("{platform}/account")).await.body.contains("Keep my account"));
    let hop = agent.get(&link).await;
    assert_eq!(agent.follow(&hop).await.status, 400);
    world.clock.advance(TimeDelta::days(8));
    tidy(&world).await;
    assert_eq!(status(&world, person(&world, CAROL).await).await, "active");
}

#[tokio::test]
async fn when_it_is_due_it_is_too_late_to_keep_it() {
    let world = World::dev().await;
    let platform = world.platform();
    asked(&world, CAROL).await;
    let link = link(&world, CAROL, "/account/undo").await;
    world.clock.advance(TimeDelta::days(7));
    let mut other = world.agent();
    let hop = other.get(&link).await;
    assert_eq!(other.follow(&hop).await.status, 400);
    let (mut agent, page) = enter(&world, &platform, CAROL).await;
    agent.submit(&page, "/account/keep", &[]).await;
    tidy(&world).await;
    assert_eq!(world.events("identity.deleted").await, 1);
}

#[tokio::test]
async fn who_became_the_last_owner_stays_and_is_asked_again() {
    let world = World::dev().await;
    let carol = person(&world, CAROL).await;
    asked(&world, CAROL).await;
    let owner = format!(
        "UPDATE cell.members SET roles = CASE identity_id WHEN '{}' THEN '{{owner}}'::text[] ELSE '{{member}}' END
         WHERE tenant_id = '{}'",
        carol.uuid(),
        world.tenant("acme").await.uuid()
    );
    sql(&world, &owner).await;
    world.clock.advance(TimeDelta::days(7));
    tidy(&world).await;
    tidy(&world).await;
    assert_eq!(status(&world, carol).await, "active");
    assert_eq!(subjects(&world, CAROL).await[0], STAYS);
    assert_eq!(subjects(&world, CAROL).await.iter().filter(|subject| *subject == STAYS).count(), 1, "once");
    assert_eq!(world.kinds().await["i deletion.postponed"], 1);
    let letters = super::kit::letters(&world, CAROL).await;
    assert!(letters[0]["text"].as_str().unwrap_or_default().contains("Acme"), "{}", letters[0]);
    let mut other = world.agent();
    let hop = other.get(&link(&world, CAROL, "/account/undo").await).await;
    assert!(other.follow(&hop).await.body.contains("Keep your account?"), "a new link");
    sql(&world, &owner.replace("ELSE '{member}'", "ELSE '{owner}'")).await;
    world.clock.advance(TimeDelta::days(7));
    tidy(&world).await;
    assert_eq!(status(&world, carol).await, "deleted", "there is another owner now");
}

#[tokio::test]
async fn of_two_last_owners_who_go_at_once_one_stays() {
    let world = World::dev().await;
    let (alice, carol) = (person(&world, ALICE).await, person(&world, CAROL).await);
    let acme = world.tenant("acme").await;
    let owners = format!(
        "UPDATE cell.members SET roles = CASE WHEN identity_id IN ('{}', '{}') THEN '{{owner}}'::text[] ELSE '{{member}}' END
         WHERE tenant_id = '{}'",
        alice.uuid(),
        carol.uuid(),
        acme.uuid()
    );
    sql(&world, &owners).await;
    asked(&world, ALICE).await;
    asked(&world, CAROL).await;
    world.clock.advance(TimeDelta::days(7));
    let idp = &world.server.house.idp;
    let (one, two) = join(idp.tidy(), idp.tidy()).await;
    one.unwrap();
    two.unwrap();
    let mut both = [status(&world, alice).await, status(&world, carol).await];
    both.sort();
    assert_eq!(both, ["active", "deleted"]);
    let active = format!(
        "SELECT count(*)::text FROM cell.members WHERE tenant_id = '{}' AND status = 'active' AND 'owner' = ANY (roles)",
        acme.uuid()
    );
    assert_eq!(text(&world, &active).await.as_deref(), Some("1"), "ADM-04");
}

/// Whoever broke in may have asked: what gives the account back to its owner keeps it (rule D3).
#[tokio::test]
async fn who_gets_the_account_back_keeps_it() {
    let world = World::dev().await;
    let carol = person(&world, CAROL).await;
    asked(&world, CAROL).await;
    let keep = link(&world, CAROL, "/account/undo").await;
    recover(&world, &world.platform(), CAROL, "seven purple walruses dance").await;
    let due = format!("SELECT delete_at::text FROM cell.identities WHERE identity_id = '{}'", carol.uuid());
    assert_eq!(text(&world, &due).await, None, "a recovery keeps the account");
    assert_eq!(world.kinds().await["i deletion.cancelled"], 1);
    let mut anybody = world.agent();
    let page = anybody.follow(&anybody.clone().get(&keep).await).await;
    assert_eq!(page.complaint().as_deref(), Some("undo_gone"), "{}", page.body);
    world.clock.advance(TimeDelta::days(8));
    tidy(&world).await;
    assert_eq!(status(&world, carol).await, "active");
}

//! New passwords and the lists of leaked ones: what a range service learns, and what happens without it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use gatehouse_domain::password::Judgement;
use gatehouse_domain::policy::PasswordRules;
use gatehouse_domain::secret::Secret;
use tokio::net::TcpListener;

use crate::support::World;

/// SHA-1 of "violet harbour ninety sails": the service lists it.
const FIRST: &str = "322E0";
const REST: &str = "00266561B99F962ED0CDF5ABB3C0994529C";

/// What a range service was asked, and whether it answers.
#[derive(Clone, Default)]
struct Ranges {
    asked: Arc<Mutex<Vec<(String, bool)>>>,
    broken: Arc<Mutex<bool>>,
}

async fn range(
    State(ranges): State<Ranges>,
    Path(first): Path<String>,
    headers: HeaderMap,
) -> Result<String, StatusCode> {
    let padded = headers.get("add-padding").is_some_and(|value| value == "true");
    ranges.asked.lock().unwrap().push((first, padded));
    if *ranges.broken.lock().unwrap() {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    Ok(format!("0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n{REST}:7\r\nFFFFA45C4D1DEF81644B54AB7F969B88D65:0"))
}

async fn service() -> (String, Ranges) {
    let ranges = Ranges::default();
    let router = Router::new().route("/range/{first}", get(range)).with_state(ranges.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/range", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, ranges)
}

async fn judged(world: &World, password: &str) -> Judgement {
    let password = Secret::new(password.to_owned());
    let idp = &world.server.house.idp;
    idp.judge_new_password(PasswordRules::default(), &password, &["alice@acme.test", "Acme"]).await.unwrap()
}

#[tokio::test]
async fn a_range_service_learns_five_digits_and_stops_what_it_lists() {
    let (url, ranges) = service().await;
    let world = World::with(&[("GATEHOUSE_PASSWORDS__BREACHED__RANGE_URL", &url)]).await;
    assert_eq!(judged(&world, "violet harbour ninety sails").await, Judgement::Breached);
    assert_eq!(ranges.asked.lock().unwrap().drain(..).collect::<Vec<_>>(), [(FIRST.to_owned(), true)]);
    assert_eq!(judged(&world, "copper lantern eleven geese").await, Judgement::Good);
    assert_eq!(ranges.asked.lock().unwrap().drain(..).count(), 1);
    for refused in ["short", "aaaaaaaaaaaaaaaa", "1q2w3e4r5t6y"] {
        assert_ne!(judged(&world, refused).await, Judgement::Good, "{refused}");
    }
    assert_eq!(ranges.asked.lock().unwrap().len(), 0, "nothing is asked about what is refused anyway");
    *ranges.broken.lock().unwrap() = true;
    assert_eq!(judged(&world, "violet harbour ninety sails").await, Judgement::Good, "the list has decided");
}

#[tokio::test]
async fn an_operators_list_takes_the_place_of_the_one_inside() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("leaked.txt");
    std::fs::write(&file, format!("copper lantern eleven geese\n{FIRST}{REST}:7\n")).unwrap();
    let setting = ("GATEHOUSE_PASSWORDS__BREACHED__FILE", file.to_str().unwrap());
    let world = World::with(&[setting]).await;
    for listed in
        ["copper lantern eleven geese", "Copper Lantern Eleven Geese", "violet harbour ninety sails"]
    {
        assert_eq!(judged(&world, listed).await, Judgement::Breached, "{listed}");
    }
    assert_eq!(judged(&world, "amber kettle seven clouds").await, Judgement::Good);
}

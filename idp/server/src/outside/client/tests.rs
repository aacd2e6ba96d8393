//! What the client does by itself; what it refuses to call is seen from outside, with the program around it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use gatehouse_domain::secret::Secret;

use super::*;

const ALL: [Room; 5] = [Room::Documents, Room::Pictures, Room::Ranges, Room::SignIns, Room::Jobs];

fn call(url: &Url, room: Room, most: usize) -> Call<'_> {
    Call { url, form: None, authorization: None, accept: "application/json", headers: &[], most, room }
}

async fn asked(client: &GuardedClient, url: &str, room: Room) -> OutboundError {
    client.send(call(&url.parse().unwrap(), room, 1)).await.unwrap_err()
}

#[tokio::test]
async fn what_has_no_room_is_our_fault_and_not_the_address() {
    let full = GuardedClient::with_rooms(false, Rooms::new(|_| 0), 1).unwrap();
    let no_lookups = GuardedClient::with_rooms(false, Rooms::new(|_| 1), 0).unwrap();
    for room in ALL {
        assert_eq!(asked(&full, "https://app.example/keys", room).await, OutboundError::Busy);
        assert_eq!(asked(&full, "https://127.0.0.1/keys", room).await, OutboundError::Blocked);
        assert_eq!(asked(&no_lookups, "https://app.example/keys", room).await, OutboundError::Busy);
        assert_eq!(no_lookups.rooms.of(room).available_permits(), 1, "given back");
    }
}

#[tokio::test]
async fn every_room_leaves_the_others_their_places() {
    for full in ALL {
        let client =
            GuardedClient::with_rooms(true, Rooms::new(|room| usize::from(room != full)), 1).unwrap();
        for room in ALL {
            let expected = if room == full { OutboundError::Busy } else { OutboundError::Unreachable };
            assert_eq!(asked(&client, "http://127.0.0.1:1/keys", room).await, expected, "{full:?} {room:?}");
        }
    }
}

/// Answers one request as it is told, and gives back what it was sent.
fn listener(answer: &'static str) -> (Url, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap()).parse().unwrap();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = Vec::new();
        let mut piece = [0; 1024];
        while !seen.ends_with(b"code=a+b%26c") && !seen.ends_with(b"\r\n\r\n") {
            let length = stream.read(&mut piece).unwrap();
            assert!(length > 0, "the request ends too early");
            seen.extend_from_slice(&piece[..length]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(seen).unwrap()
    });
    (url, serving)
}

#[tokio::test]
async fn a_post_carries_its_fields_and_who_calls_form_encoded() {
    let (url, serving) = listener(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: Application/JSON; charset=utf-8\r\ncontent-length: 2\r\n\r\n{}",
    );
    let client = GuardedClient::new(true).unwrap();
    let call = Call {
        form: Some(vec![("code", Secret::new("a b&c".to_owned()))]),
        authorization: Some(Authorization::Basic("app:1".to_owned(), Secret::new("s 1%".to_owned()))),
        headers: &[("x-github-api-version", "2022-11-28")],
        ..call(&url, Room::SignIns, 2)
    };
    let answer = client.send(call).await.unwrap();
    assert_eq!(
        (answer.status, answer.media_type.as_str(), answer.body.as_slice()),
        (400, "application/json", b"{}".as_slice())
    );
    let seen = serving.join().unwrap();
    assert!(seen.starts_with("POST /token HTTP/1.1\r\n"), "{seen}");
    // "app%3A1:s+1%25"
    assert!(seen.contains("authorization: Basic YXBwJTNBMTpzKzElMjU=\r\n"), "{seen}");
    assert!(seen.contains("x-github-api-version: 2022-11-28\r\n"), "{seen}");
    assert!(!format!("{answer:?}").contains("{}"), "a body is not shown");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_that_does_not_matter_is_not() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
    let client = GuardedClient::new(true).unwrap();
    let (url, serving) = listener(answer);
    assert_eq!(client.send(call(&url, Room::Documents, 2)).await.map(drop), Err(OutboundError::BadAnswer));
    serving.join().unwrap();
    let (url, serving) = listener(answer);
    let got = client.send(call(&url, Room::Jobs, 0)).await.unwrap();
    assert!(got.is_success() && got.body.is_empty() && got.media_type.is_empty());
    serving.join().unwrap();
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (url, serving) =
        listener("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    let client = GuardedClient::new(true).unwrap();
    assert_eq!(client.send(call(&url, Room::SignIns, 10)).await.unwrap().status, 302);
    serving.join().unwrap();
}

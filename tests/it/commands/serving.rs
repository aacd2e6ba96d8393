//! `gatehouse serve` with a certificate of its own.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::StatusCode;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::applying::{APPS, PASSWORD, SECRET, WORLD};
use super::installation::{APP_PASSWORD, HOST, Installation};
use super::person::Person;
use super::program::said;
use super::server::Server;

#[tokio::test]
async fn it_answers_over_tls_in_both_versions_of_http() {
    let installation = Installation::migrated("serving").await;
    let server = installation.serve(&[]).await;
    let found = server.json("/.well-known/openid-configuration").await;
    assert_eq!(found["issuer"], format!("https://{HOST}"));
    assert_eq!(found["token_endpoint"], format!("https://{HOST}/oauth2/token"));

    let (version, body) = over_http2(&server, &installation, "/.well-known/openid-configuration").await;
    assert_eq!(version, Version::HTTP_2);
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), found);

    let other = format!("https://{HOST}:{}/.well-known/openid-configuration", server.listen.port());
    let answered = server.client.get(other).send().await.unwrap();
    assert_eq!(answered.status(), StatusCode::MISDIRECTED_REQUEST, "only the configured name is answered");

    let plain = TcpStream::connect(server.listen).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(plain)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/").header("host", HOST).body(Empty::<Bytes>::new()).unwrap();
    assert!(sender.send_request(request).await.is_err(), "plain HTTP is not spoken");

    let (status, _) = server.stop().await;
    assert_eq!(status.code(), Some(0));
}

async fn over_http2(server: &Server, installation: &Installation, path: &str) -> (Version, Bytes) {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(installation.certificate.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(server.listen).await.unwrap();
    let name = ServerName::try_from(HOST).unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("https://{HOST}{path}")).body(Empty::<Bytes>::new()).unwrap();
    let answered = sender.send_request(request).await.unwrap();
    assert_eq!(answered.status(), StatusCode::OK);
    (answered.version(), answered.into_body().collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn health_and_metrics_are_on_a_listener_of_their_own() {
    let installation = Installation::migrated("management").await;
    let server = installation.serve(&[]).await;
    server.json("/.well-known/jwks.json").await;
    let inside = |path: &str| server.client.get(format!("http://{}{path}", server.management)).send();
    for (path, body) in [("/health/live", r#"{"live":true}"#), ("/health/ready", r#"{"ready":true}"#)] {
        let answered = inside(path).await.unwrap();
        assert_eq!(answered.status(), StatusCode::OK);
        assert_eq!(answered.text().await.unwrap(), body);
    }
    let metrics = inside("/metrics").await.unwrap().text().await.unwrap();
    assert!(metrics.contains("gatehouse_http_requests_total{status=\"2xx\"} 1"), "{metrics}");
    assert!(metrics.contains("gatehouse_store_transaction_seconds_bucket"), "{metrics}");
    for path in ["/health/live", "/metrics"] {
        let public = server.client.get(format!("https://{HOST}{path}")).send().await.unwrap();
        assert_eq!(public.status(), StatusCode::NOT_FOUND, "{path} is not public");
    }

    installation.cut_off().await;
    let answered = inside("/health/ready").await.unwrap();
    assert_eq!(answered.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answered.text().await.unwrap(), r#"{"missing":"database","ready":false}"#);
    assert_eq!(inside("/health/live").await.unwrap().status(), StatusCode::OK, "a restart would not help");
}

#[tokio::test]
async fn logs_are_json_with_request_and_tenant_and_without_secrets() {
    let installation = Installation::migrated("logs").await;
    installation.write("world.yaml", WORLD);
    said(&installation.run(&["apply", "world.yaml"], APPS).await);
    // Everything that any part of the program says, its libraries included.
    let server = installation.serve(&[("GATEHOUSE_LOG__FILTER", "debug")]).await;
    let form = [("grant_type", "client_credentials")];
    let token = server.post("/t/acme/oauth2/token", ("svc", SECRET), &form).await;
    let token = token["access_token"].as_str().unwrap().to_owned();
    let seen = server.post("/t/acme/oauth2/introspect", ("svc", SECRET), &[("token", &token)]).await;
    assert_eq!(seen["active"], true);
    let wrong = server.post("/t/acme/oauth2/token", ("svc", "canary-of-a-wrong-secret"), &form).await;
    assert_eq!(wrong["error"], "invalid_client");
    let mut person = Person::new(&server);
    person.sign_in("alice@acme.example", PASSWORD).await;
    let secrets = std::mem::take(&mut person.secrets);
    let answered = server.client.get(format!("https://{HOST}/t/acme/oauth2/userinfo")).bearer_auth(&token);
    let id = answered.send().await.unwrap().headers()["x-request-id"].to_str().unwrap().to_owned();
    let (status, lines) = server.stop().await;
    assert_eq!(status.code(), Some(0));

    let parsed: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(parsed.iter().all(|line| line["time"].is_string() && line["level"].is_string()));
    let of_request: Vec<&Value> = parsed.iter().filter(|line| line["request_id"] == id.as_str()).collect();
    assert!(!of_request.is_empty(), "{lines:?}");
    assert!(of_request.iter().all(|line| line["tenant"] == "acme"), "{of_request:?}");
    assert!(parsed.iter().any(|line| line["message"] == "stopping"));
    let signature = token.rsplit('.').next().unwrap();
    let known = ["canary", APP_PASSWORD, "alice@acme.example", installation.kek.as_str(), signature];
    for secret in secrets.iter().map(String::as_str).chain(known) {
        let line = lines.iter().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
}

#[tokio::test]
async fn nobody_is_spared_the_typing_of_a_password() {
    let installation = Installation::migrated("typing").await;
    installation.write("world.yaml", WORLD);
    said(&installation.run(&["apply", "world.yaml"], APPS).await);
    let server = installation.serve(&[]).await;
    for person in gatehouse_flows::apply::DEMO_PEOPLE.into_iter().chain(["alice@acme.example"]) {
        let page = Person::new(&server).named_by_the_app(person).await;
        let (_, field) = page.split_once("name=\"password\"").unwrap_or_else(|| panic!("{page}"));
        assert!(!field.split('>').next().unwrap().contains("value="), "{page}");
        assert!(!page.contains(gatehouse_flows::apply::DEMO_PASSWORD), "{page}");
    }
}

#[tokio::test]
async fn a_stop_does_not_wait_for_those_who_only_hold_the_line() {
    let installation = Installation::migrated("stopping").await;
    let server = installation.serve(&[("GATEHOUSE_LIMITS__CONNECTIONS", "2")]).await;
    // One connection that is open and idle, and one that never says hello: all that may be open at once.
    server.json("/.well-known/jwks.json").await;
    let silent = TcpStream::connect(server.listen).await.unwrap();
    let (status, lines) = server.stop().await;
    assert_eq!(status.code(), Some(0));
    assert!(!lines.iter().any(|line| line.contains("in time")), "{lines:?}");
    drop(silent);
}

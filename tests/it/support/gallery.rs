//! Another host, which has pictures: what tenants' logos are fetched from.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

/// A picture of 160 by 40 pixels.
pub(crate) const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><rect width="160" height="40" fill="#7a5c00"/></svg>"##;

/// What the host answers at a path.
#[derive(Debug, Clone)]
pub(crate) struct Exhibit {
    /// The status.
    pub(crate) status: StatusCode,
    /// What it says the file is.
    pub(crate) kind: &'static str,
    /// Where it sends on to.
    pub(crate) onward: &'static str,
    /// The file.
    pub(crate) file: Vec<u8>,
}

impl Exhibit {
    /// A file under the type its host calls it.
    pub(crate) fn of(kind: &'static str, file: impl Into<Vec<u8>>) -> Self {
        Self { status: StatusCode::OK, kind, onward: "", file: file.into() }
    }
}

/// The host: what it has, and who asked it.
#[derive(Debug)]
pub(crate) struct Gallery {
    /// Its address, without a path.
    pub(crate) origin: String,
    state: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    exhibits: Mutex<BTreeMap<String, Exhibit>>,
    asked: Mutex<Vec<(String, HeaderMap)>>,
    arrived: Semaphore,
    gate: Semaphore,
}

impl Gallery {
    /// A host that answers at once; 404 for what it does not have.
    pub(crate) async fn open() -> Self {
        let gallery = Self::shut().await;
        gallery.let_in();
        gallery
    }

    /// A host that answers nobody before [`Self::let_in`].
    pub(crate) async fn shut() -> Self {
        let state = Arc::new(Inner {
            exhibits: Mutex::default(),
            asked: Mutex::default(),
            arrived: Semaphore::new(0),
            gate: Semaphore::new(0),
        });
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, state }
    }

    /// Answers everybody from now on.
    pub(crate) fn let_in(&self) {
        self.state.gate.add_permits(Semaphore::MAX_PERMITS >> 1);
    }

    /// Waits until somebody has come that was not waited for before.
    pub(crate) async fn visited(&self) {
        self.state.arrived.acquire().await.unwrap().forget();
    }

    /// Shows something at a path.
    pub(crate) fn show(&self, path: &str, exhibit: Exhibit) {
        self.state.exhibits.lock().unwrap().insert(path.to_owned(), exhibit);
    }

    /// The headers of each who asked for a path.
    pub(crate) fn asked(&self, path: &str) -> Vec<HeaderMap> {
        let asked = self.state.asked.lock().unwrap();
        asked.iter().filter(|(at, _)| at == path).map(|(_, headers)| headers.clone()).collect()
    }
}

async fn answer(State(state): State<Arc<Inner>>, uri: Uri, headers: HeaderMap) -> Response {
    state.asked.lock().unwrap().push((uri.path().to_owned(), headers));
    state.arrived.add_permits(1);
    drop(state.gate.acquire().await.unwrap());
    let found = state.exhibits.lock().unwrap().get(uri.path()).cloned();
    let Some(found) = found else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [(header::CONTENT_TYPE, found.kind), (header::LOCATION, found.onward)];
    (found.status, headers, found.file).into_response()
}

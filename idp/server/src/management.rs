//! The management listener: health and metrics, on a port of its own that the public never reaches.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A readiness check slower than this counts as a refusal.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often histograms are folded, so that they do not grow while nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// The answer of a readiness check, in time: nothing, or the name of what is missing.
pub type Ready<'a> = Pin<Box<dyn Future<Output = Result<(), &'static str>> + Send + 'a>>;

/// Says whether the server can do its work now: database reachable, keys loaded, not shutting down.
pub trait Readiness: Send + Sync + Debug + 'static {
    /// Asks; the error names what is missing, without particulars.
    fn check(&self) -> Ready<'_>;
}

#[derive(Debug, Clone)]
struct Shared {
    readiness: Arc<dyn Readiness>,
    metrics: Option<PrometheusHandle>,
}

/// The routes `/health/live`, `/health/ready` and `/metrics`.
pub fn router(readiness: Arc<dyn Readiness>, metrics: Option<PrometheusHandle>) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(scrape))
        .with_state(Shared { readiness, metrics })
}

/// Serves the management routes until `stop` is cancelled.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    readiness: Arc<dyn Readiness>,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) -> io::Result<()> {
    let upkeep = metrics.clone();
    let folding = async move {
        let mut tick = tokio::time::interval(UPKEEP);
        loop {
            tick.tick().await;
            upkeep.run_upkeep();
        }
    };
    let serving = axum::serve(listener, router(readiness, Some(metrics)));
    tokio::select! {
        outcome = serving.with_graceful_shutdown(stop.cancelled_owned()) => outcome,
        () = folding => Ok(()),
    }
}

async fn live() -> Response {
    answer(StatusCode::OK, &json!({ "live": true }))
}

async fn ready(State(shared): State<Shared>) -> Response {
    let outcome = tokio::time::timeout(PATIENCE, shared.readiness.check()).await.unwrap_or(Err("time"));
    match outcome {
        Ok(()) => answer(StatusCode::OK, &json!({ "ready": true })),
        Err(missing) => {
            answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "ready": false, "missing": missing }))
        }
    }
}

async fn scrape(State(shared): State<Shared>) -> Response {
    let text = shared.metrics.map(|metrics| metrics.render()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Debug)]
    struct Fixed(Option<Result<(), &'static str>>);

    impl Readiness for Fixed {
        fn check(&self) -> Ready<'_> {
            Box::pin(async move {
                match self.0 {
                    Some(outcome) => outcome,
                    None => std::future::pending().await,
                }
            })
        }
    }

    async fn get_from(router: Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn health_follows_the_check_and_its_time() {
        for (outcome, status, body) in [
            (Some(Ok(())), 200, r#"{"ready":true}"#),
            (Some(Err("database")), 503, r#"{"missing":"database","ready":false}"#),
            (None, 503, r#"{"missing":"time","ready":false}"#),
        ] {
            let routes = router(Arc::new(Fixed(outcome)), None);
            assert_eq!(get_from(routes.clone(), "/health/live").await.0, StatusCode::OK);
            let (given, text) = get_from(routes, "/health/ready").await;
            assert_eq!((given.as_u16(), text.as_str()), (status, body));
        }
    }

    #[tokio::test]
    async fn metrics_are_rendered() {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || metrics::counter!("sign_ins_total").increment(3));
        let routes = router(Arc::new(Fixed(None)), Some(recorder.handle()));
        let (status, text) = get_from(routes, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("sign_ins_total 3"), "{text}");
    }
}

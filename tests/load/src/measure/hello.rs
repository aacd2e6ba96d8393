//! The least an HTTP server can do, as a yardstick: `gatehouse-load hello` in a process of its own.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::Ipv4Addr;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::Response;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::drive::{Turn, Worker};
use crate::walk::{Ask, Link};

/// Serves until the process is ended; prints its port.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = service_fn(|_| async {
            let body = Full::new(Bytes::from_static(br#"{"hello":"world"}"#));
            Ok::<_, Infallible>(
                Response::builder().header("content-type", "application/json").body(body).unwrap_or_default(),
            )
        });
        tokio::spawn(async move {
            // A client that goes away is no fault of a yardstick.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

/// Asks for the hello.
pub(crate) struct Greeter(pub(crate) Link);

impl Worker for Greeter {
    fn turn(&mut self) -> BoxFuture<'_, anyhow::Result<Turn>> {
        Box::pin(async {
            let answer = self.0.send(Ask::get("/")).await?;
            anyhow::ensure!(answer.status == 200, "hello answered {}", answer.status);
            Ok(Turn::Done)
        })
    }
}

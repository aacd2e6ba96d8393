//! One HTTP/1.1 connection with keep-alive, so that the number of connections is exactly the number of workers.

use std::net::SocketAddr;

use anyhow::Context as _;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderName, LOCATION, USER_AGENT};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;

/// A request to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    method: Method,
    target: String,
    headers: Vec<(HeaderName, String)>,
    body: String,
}

impl Ask {
    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self { method: Method::GET, target: target.into(), headers: Vec::new(), body: String::new() }
    }

    /// A POST of `application/x-www-form-urlencoded`.
    pub(crate) fn form(target: &str, body: &str) -> Self {
        Self {
            method: Method::POST,
            target: target.to_owned(),
            headers: vec![(CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned())],
            body: body.to_owned(),
        }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }
}

/// What came back, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn location(&self) -> Option<&str> {
        let redirect = matches!(self.status, 301..=303 | 307 | 308);
        self.headers.get(LOCATION).filter(|_| redirect)?.to_str().ok()
    }

    pub(crate) fn text(&self) -> anyhow::Result<&str> {
        std::str::from_utf8(&self.body).context("a body that is not UTF-8")
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_slice(&self.body).with_context(|| self.excerpt())
    }

    /// Enough of the body for a message.
    pub(crate) fn excerpt(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(300).collect()
    }
}

/// A connection, opened when needed.
#[derive(Debug)]
pub(crate) struct Link {
    addr: SocketAddr,
    host: String,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Link {
    /// `host` is what the Host header says.
    pub(crate) fn new(addr: SocketAddr, host: &str) -> Self {
        Self { addr, host: host.to_owned(), sender: None }
    }

    pub(crate) async fn send(&mut self, ask: Ask) -> anyhow::Result<Answer> {
        let mut request = Request::builder()
            .method(ask.method)
            .uri(ask.target)
            .header(HOST, &self.host)
            .header(USER_AGENT, "gatehouse-load");
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(ask.body))).context("a request")?;
        let mut sender = self.open().await?;
        let answer = sender.send_request(request).await.context("the request was not answered")?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.context("the answer broke off")?.to_bytes();
        self.sender = Some(sender);
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    async fn open(&mut self) -> anyhow::Result<SendRequest<Full<Bytes>>> {
        if let Some(mut sender) = self.sender.take()
            && sender.ready().await.is_ok()
        {
            return Ok(sender);
        }
        let stream = TcpStream::connect(self.addr).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Its end is seen by the sender.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(sender)
    }
}

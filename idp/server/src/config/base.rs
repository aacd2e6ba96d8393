//! The address of the installation and how requests reach it.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use url::Url;

use super::context::Context;
use super::error::ConfigError;
use super::value::{Many, One};

/// Keys `base_url`, `listen` and `trusted_proxies`, at the top of the file.
#[derive(Debug, Clone)]
pub struct Base {
    /// The public address, an origin without path; issuers are made from it.
    pub url: Url,
    /// Where the public listener binds.
    pub listen: SocketAddr,
    /// Whose `X-Forwarded-For` header is believed.
    pub trusted_proxies: Vec<IpNet>,
}

#[derive(Debug)]
pub(super) struct RawBase {
    pub(super) base_url: Option<One<Url>>,
    pub(super) listen: Option<One<SocketAddr>>,
    pub(super) trusted_proxies: Many<IpNet>,
}

impl Base {
    /// The public address without a trailing slash, as it stands in issuers.
    pub fn origin(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    pub(super) fn lines(&self, out: &mut Vec<(&'static str, String)>) {
        let proxies: Vec<String> = self.trusted_proxies.iter().map(ToString::to_string).collect();
        out.push(("base_url", self.origin().to_owned()));
        out.push(("listen", self.listen.to_string()));
        out.push(("trusted_proxies", proxies.join(",")));
    }
}

impl RawBase {
    pub(super) fn validate(self, cx: &Context<'_>, tls: bool) -> Result<Base, ConfigError> {
        let listen = self.listen.map_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), |one| one.0);
        let url = match self.base_url {
            Some(One(url)) => url,
            None if cx.serves() => {
                return Err(
                    cx.refuse("base_url", "missing: the public address, such as https://id.example.com")
                );
            }
            None => Url::parse(&format!("http://localhost:{}", listen.port()))
                .map_err(|_| cx.refuse("base_url", "expected an absolute URL"))?,
        };
        check_url(cx, &url)?;
        let trusted_proxies = self.trusted_proxies.0;
        cx.refuse_if(
            trusted_proxies.iter().any(|range| range.prefix_len() == 0),
            "trusted_proxies",
            "a range of all addresses would let anybody forge the address of a request: name the proxies",
        )?;
        cx.refuse_if(
            cx.serves() && !tls && !listen.ip().is_loopback() && trusted_proxies.is_empty(),
            "listen",
            "plain HTTP beyond loopback: set tls.cert_file and tls.key_file, or name the TLS proxy in trusted_proxies",
        )?;
        Ok(Base { url, listen, trusted_proxies })
    }
}

fn check_url(cx: &Context<'_>, url: &Url) -> Result<(), ConfigError> {
    let plain = url.scheme() == "http";
    cx.refuse_if(!plain && url.scheme() != "https", "base_url", "expected an https:// address")?;
    cx.refuse_if(
        cx.serves() && plain,
        "base_url",
        "plain HTTP would show every password and token to the network: expected an https:// address",
    )?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    cx.refuse_if(
        !(bare && anonymous),
        "base_url",
        "expected an address without path, query or user, such as https://id.example.com",
    )
}

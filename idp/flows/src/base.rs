//! The address of the deployment.

use url::Url;

/// The base address: scheme and host, without a path. Every link and issuer is made from it, never from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    url: String,
    authority: String,
}

/// An address that cannot be a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the base address must be https (http for localhost) and a host, without path, query or user")]
pub struct BadBase;

impl Base {
    /// Takes an address.
    ///
    /// # Errors
    /// If it is more or less than an origin, or would send credentials in clear.
    pub fn parse(text: &str) -> Result<Self, BadBase> {
        let url = Url::parse(text).map_err(|_| BadBase)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        let safe = url.scheme() == "https" || (url.scheme() == "http" && url.host_str() == Some("localhost"));
        if !(bare && nobody && safe) {
            return Err(BadBase);
        }
        let origin = url.origin().ascii_serialization();
        let authority = origin.split_once("://").map(|(_, rest)| rest.to_owned()).ok_or(BadBase)?;
        Ok(Self { url: origin, authority })
    }

    /// The address without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host, and port unless it is the scheme's own: what the `Host` header must say.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins() {
        let base = Base::parse("http://localhost:8080/").unwrap();
        assert_eq!((base.url(), base.authority()), ("http://localhost:8080", "localhost:8080"));
        assert_eq!(Base::parse("https://id.example:443").unwrap().authority(), "id.example");
        for bad in [
            "http://id.example",
            "https://id.example/x",
            "https://u@id.example",
            "id.example",
            "https://id.example/?a",
        ] {
            assert_eq!(Base::parse(bad), Err(BadBase), "{bad}");
        }
    }
}

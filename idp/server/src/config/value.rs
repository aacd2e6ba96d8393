//! How one value is written: natively in TOML, or as text in the environment.

use std::fmt;
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use gatehouse_domain::secret::Secret;
use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use url::Url;

/// A kind of value that can be read from text.
pub(super) trait Setting: Sized {
    /// What is expected, after the word "expected".
    const EXPECTED: &'static str;
    /// Reads the text.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! settings {
    ($($kind:ty, $expected:literal;)+) => {$(
        impl Setting for $kind {
            const EXPECTED: &'static str = $expected;
            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )+};
}

settings! {
    u16, "a port number from 0 to 65535";
    u32, "a whole number";
    usize, "a whole number";
    bool, "true or false";
    SocketAddr, "an address with a port, such as 127.0.0.1:8080";
    Url, "an absolute URL, such as https://id.example.com";
    PathBuf, "a path";
    String, "text";
}

impl Setting for IpNet {
    const EXPECTED: &'static str = "an address range, such as 10.0.0.0/8, or one address";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(Self::from))
    }
}

impl Setting for Secret<String> {
    const EXPECTED: &'static str = "text";

    fn read(text: &str) -> Option<Self> {
        Some(Self::new(text.to_owned()))
    }
}

/// One value.
#[derive(Debug, Clone)]
pub(super) struct One<T>(pub(super) T);

/// A list: an array in TOML, separated by commas in the environment.
#[derive(Debug, Clone)]
pub(super) struct Many<T>(pub(super) Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

struct OneVisitor<T>(PhantomData<T>);

impl<T: Setting> OneVisitor<T> {
    fn read<E: Error>(text: &str) -> Result<One<T>, E> {
        // The value itself stays out of the message.
        T::read(text).map(One).ok_or_else(|| E::custom(format!("expected {}", T::EXPECTED)))
    }
}

impl<T: Setting> Visitor<'_> for OneVisitor<T> {
    type Value = One<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<One<T>, E> {
        Self::read(text)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<One<T>, E> {
        Self::read(&value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<One<T>, E> {
        Self::read(&value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<One<T>, E> {
        Self::read(&value.to_string())
    }
}

impl<'de, T: Setting> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneVisitor(PhantomData))
    }
}

struct ManyVisitor<T>(PhantomData<T>);

impl<'de, T: Setting> Visitor<'de> for ManyVisitor<T> {
    type Value = Many<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list, each {}", T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Many<T>, E> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| OneVisitor::read(part).map(|one| one.0)).collect::<Result<_, E>>().map(Many)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(One(value)) = seq.next_element()? {
            all.push(value);
        }
        Ok(Many(all))
    }
}

impl<'de, T: Setting> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

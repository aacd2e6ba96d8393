//! Cookies of one server. Everything it sets goes back to it: `Secure` and `__Host-` do not ask for TLS here, as a
//! browser does not on `http://localhost`.

use http::header::SET_COOKIE;

use super::client::Answer;

/// Names and values, in the order they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Jar(Vec<(String, String)>);

impl Jar {
    pub(super) fn take(&mut self, answer: &Answer) {
        for value in answer.headers.get_all(SET_COOKIE) {
            if let Ok(text) = value.to_str() {
                self.set(text);
            }
        }
    }

    fn set(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let gone = value.is_empty()
            || parts.any(|part| {
                part.to_ascii_lowercase()
                    .strip_prefix("max-age=")
                    .is_some_and(|age| age.starts_with('-') || age == "0")
            });
        self.0.retain(|(known, _)| known != name);
        if !gone {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    pub(super) fn header(&self) -> Option<String> {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_value_goes_back() {
        let mut jar = Jar::default();
        jar.set("__Host-a=1; Path=/; Secure; HttpOnly");
        jar.set("b=2");
        jar.set("__Host-a=3; Secure");
        assert_eq!(jar.header().unwrap(), "b=2; __Host-a=3");
    }

    #[test]
    fn a_deleted_cookie_stays_away() {
        let mut jar = Jar::default();
        jar.set("a=1");
        jar.set("a=gone; Max-Age=0");
        assert_eq!(jar.header(), None);
    }
}

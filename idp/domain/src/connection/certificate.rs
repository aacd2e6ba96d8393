//! Certificates as pins: an upstream's key in the wrapping that its administrators exchange. No chain, no authority.

use std::fmt;

use chrono::Duration;
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::time::Timestamp;

/// A certificate in PEM (RFC 7468, section 5). Its shape is known to be that of one; what it says is read by the connector.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Certificate(Vec<u8>);

/// Why a text is no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// More than 8 KiB.
    #[error("the certificate is too long")]
    TooLong,
    /// Not one PEM block of the type CERTIFICATE.
    #[error("this is not one certificate in PEM")]
    Shape,
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

impl Certificate {
    const MOST: usize = 8 * 1024;

    /// Takes DER (X.690) as it is.
    ///
    /// # Errors
    /// If it cannot be a certificate.
    pub fn from_der(der: Vec<u8>) -> Result<Self, BadCertificate> {
        if der.len() > Self::MOST {
            return Err(BadCertificate::TooLong);
        }
        if der.first() != Some(&0x30) || der.len() < 64 {
            return Err(BadCertificate::Shape);
        }
        Ok(Self(der))
    }

    /// Reads one PEM block, or the base64 inside it, which is how metadata carries certificates.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, BadCertificate> {
        if text.len() > 2 * Self::MOST {
            return Err(BadCertificate::TooLong);
        }
        let text = text.trim();
        let inner = match text.strip_prefix(BEGIN) {
            Some(rest) => rest.strip_suffix(END).ok_or(BadCertificate::Shape)?,
            None => text,
        };
        let packed: String = inner.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
        Self::from_der(BASE64.decode(packed.as_bytes()).map_err(|_| BadCertificate::Shape)?)
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.0
    }

    /// The base64 of the DER, without line breaks.
    pub fn base64(&self) -> String {
        BASE64.encode(&self.0)
    }

    /// SHA-256 of the DER in hex: how people compare certificates.
    pub fn fingerprint(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(&self.0))
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{BEGIN}")?;
        for line in self.base64().as_bytes().chunks(64) {
            writeln!(f, "{}", String::from_utf8_lossy(line))?;
        }
        writeln!(f, "{END}")
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// How long a certificate says it is good for. A pin is not switched off by it; administrators want to hear of it in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    /// SHA-256 of the certificate in hex.
    pub fingerprint: String,
    /// From when on.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
}

/// How near the end of a certificate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// 60 days at the most.
    SixtyDays,
    /// 30 days at the most.
    ThirtyDays,
    /// 7 days at the most.
    SevenDays,
    /// It has passed.
    Nothing,
}

/// A certificate whose end is near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiryWarning {
    /// Which one.
    pub fingerprint: String,
    /// When it ends.
    pub not_after: Timestamp,
    /// How near that is.
    pub left: Left,
    /// Whether another pinned certificate goes on for more than 60 days: then nothing is lost when this one ends.
    pub replaced: bool,
}

/// Which of a connection's certificates end within 60 days, the nearest end first.
pub fn expiry_warnings(certificates: &[Validity], now: Timestamp) -> Vec<ExpiryWarning> {
    let good = |validity: &Validity| validity.not_before <= now && left(validity.not_after, now).is_none();
    let replaced = certificates.iter().any(good);
    let mut warnings: Vec<_> = certificates
        .iter()
        .filter_map(|validity| {
            Some(ExpiryWarning {
                fingerprint: validity.fingerprint.clone(),
                not_after: validity.not_after,
                left: left(validity.not_after, now)?,
                replaced,
            })
        })
        .collect();
    warnings.sort_by_key(|warning| warning.not_after);
    warnings
}

fn left(end: Timestamp, now: Timestamp) -> Option<Left> {
    let left = end - now;
    if left <= Duration::zero() {
        return Some(Left::Nothing);
    }
    [(7, Left::SevenDays), (30, Left::ThirtyDays), (60, Left::SixtyDays)]
        .into_iter()
        .find_map(|(days, name)| (left <= Duration::days(days)).then_some(name))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn validity(name: &str, days: i64, now: Timestamp) -> Validity {
        Validity {
            fingerprint: name.to_owned(),
            not_before: now - Duration::days(300),
            not_after: now + Duration::days(days),
        }
    }

    #[test]
    fn warnings_come_at_60_30_and_7_days_and_name_a_successor() {
        let now = chrono::Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
        let steps = [
            (61, None),
            (60, Some(Left::SixtyDays)),
            (31, Some(Left::SixtyDays)),
            (30, Some(Left::ThirtyDays)),
        ];
        let near = [
            (8, Some(Left::ThirtyDays)),
            (7, Some(Left::SevenDays)),
            (0, Some(Left::Nothing)),
            (-9, Some(Left::Nothing)),
        ];
        for (days, expected) in steps.into_iter().chain(near) {
            let warnings = expiry_warnings(&[validity("a", days, now)], now);
            assert_eq!(warnings.first().map(|warning| warning.left), expected, "{days} days");
            assert!(warnings.iter().all(|warning| !warning.replaced));
        }
        let both = [validity("new", 700, now), validity("old", 20, now), validity("older", -1, now)];
        let warnings = expiry_warnings(&both, now);
        let names: Vec<_> = warnings.iter().map(|warning| warning.fingerprint.as_str()).collect();
        assert_eq!(names, ["older", "old"]);
        assert!(warnings.iter().all(|warning| warning.replaced));
        let mut early = validity("new", 700, now);
        early.not_before = now + Duration::days(1);
        let warnings = expiry_warnings(&[early, validity("old", 20, now)], now);
        assert!(!warnings[0].replaced, "a certificate that is not good yet replaces nothing");
    }

    #[test]
    fn one_pem_block_or_its_base64_is_a_certificate_and_nothing_else() {
        let der = [&[0x30_u8, 0x82], &[7_u8; 100][..]].concat();
        let certificate = Certificate::from_der(der.clone()).unwrap();
        assert_eq!(Certificate::parse(&certificate.to_string()).unwrap(), certificate);
        assert_eq!(Certificate::parse(&format!(" {}\n", certificate.base64())).unwrap().der(), der);
        let twice = format!("{certificate}{certificate}");
        let key = certificate.to_string().replace("CERTIFICATE", "PRIVATE KEY");
        for bad in [twice.as_str(), key.as_str(), "", "AAAA", "MIIB", &"A".repeat(20_000)] {
            assert!(Certificate::parse(bad).is_err(), "{bad}");
        }
    }
}

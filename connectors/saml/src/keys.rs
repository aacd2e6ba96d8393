//! Keys: the pins of a provider, and our own towards it.

use chrono::{DateTime, Duration};
use gatehouse_domain::connection::{Certificate, Validity};
use gatehouse_domain::secret::Secret;
use gatehouse_domain::time::Timestamp;
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, PKeyRef, Private, Public};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};
use samael::crypto::CertificateDer;

/// The two kinds of keys that sign SAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// RSA, 2048 to 8192 bits.
    Rsa,
    /// ECDSA on P-256, P-384 or P-521.
    Ec,
}

/// Why a key is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// The certificate cannot be read.
    #[error("the certificate cannot be read")]
    Certificate,
    /// Its key is of another kind, or too short.
    #[error("the key must be RSA of 2048 to 8192 bits, or on P-256, P-384 or P-521")]
    Kind,
    /// Not a private key in PKCS#8.
    #[error("the private key cannot be read")]
    Private,
    /// The private key is not that of the certificate.
    #[error("the private key does not belong to the certificate")]
    Mismatch,
    /// Too few or too many keys, or one for a purpose that its kind cannot serve.
    #[error("one or two keys sign, and at most two RSA keys decrypt")]
    Set,
}

/// What a certificate says about its own time.
///
/// # Errors
/// If it cannot be read, or its key is of a kind that signs nothing here.
pub fn inspect(certificate: &Certificate) -> Result<Validity, BadKey> {
    let x509 = X509::from_der(certificate.der()).map_err(|_| BadKey::Certificate)?;
    let key = x509.public_key().map_err(|_| BadKey::Certificate)?;
    family(&key)?;
    Ok(Validity {
        fingerprint: certificate.fingerprint(),
        not_before: timestamp(x509.not_before())?,
        not_after: timestamp(x509.not_after())?,
    })
}

/// A pinned key of a provider.
#[derive(Debug, Clone)]
pub(crate) struct Pin {
    pub(crate) certificate: CertificateDer,
    pub(crate) key: PKey<Public>,
    pub(crate) family: Family,
}

impl Pin {
    pub(crate) fn new(certificate: &Certificate) -> Result<Self, BadKey> {
        let x509 = X509::from_der(certificate.der()).map_err(|_| BadKey::Certificate)?;
        // Bytes behind the certificate would be no part of what people compared.
        if x509.to_der().map_err(|_| BadKey::Certificate)? != certificate.der() {
            return Err(BadKey::Certificate);
        }
        let key = x509.public_key().map_err(|_| BadKey::Certificate)?;
        let family = family(&key)?;
        Ok(Self { certificate: CertificateDer::from(certificate.der().to_vec()), key, family })
    }
}

/// A key of ours with the certificate that carries it in metadata.
#[derive(Debug, Clone)]
pub struct SpKey {
    certificate: Certificate,
    pkcs8: Secret<Vec<u8>>,
    key: PKey<Private>,
    family: Family,
}

impl SpKey {
    /// Takes a certificate and its private key (PKCS#8, DER).
    ///
    /// # Errors
    /// If one cannot be read or they do not belong together.
    pub fn new(certificate: Certificate, pkcs8: Secret<Vec<u8>>) -> Result<Self, BadKey> {
        let pin = Pin::new(&certificate)?;
        let key = PKey::private_key_from_pkcs8(pkcs8.expose()).map_err(|_| BadKey::Private)?;
        if !key.public_eq(&pin.key) {
            return Err(BadKey::Mismatch);
        }
        Ok(Self { certificate, pkcs8, key, family: pin.family })
    }

    /// Makes a key with a certificate signed by itself, good for three years. An RSA key takes a second or so to make: not for
    /// the executor's threads.
    ///
    /// # Errors
    /// If the library fails.
    pub fn generate(family: Family, name: &str, now: Timestamp) -> Result<Self, BadKey> {
        Self::make(family, name, now).map_err(|_| BadKey::Private)?
    }

    fn make(family: Family, name: &str, now: Timestamp) -> Result<Result<Self, BadKey>, ErrorStack> {
        let key = match family {
            Family::Rsa => PKey::from_rsa(Rsa::generate(LENGTH)?)?,
            Family::Ec => {
                PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?)?
            }
        };
        let mut subject = X509NameBuilder::new()?;
        subject.append_entry_by_nid(Nid::COMMONNAME, &name.chars().take(64).collect::<String>())?;
        let subject = subject.build();
        let mut serial = BigNum::new()?;
        serial.rand(127, MsbOption::ONE, false)?;
        let mut x509 = X509::builder()?;
        x509.set_version(2)?;
        x509.set_serial_number(&*serial.to_asn1_integer()?)?;
        x509.set_subject_name(&subject)?;
        x509.set_issuer_name(&subject)?;
        x509.set_not_before(&*Asn1Time::from_unix((now - Duration::hours(1)).timestamp())?)?;
        x509.set_not_after(&*Asn1Time::from_unix((now + Duration::days(3 * 365)).timestamp())?)?;
        x509.set_pubkey(&key)?;
        x509.sign(&key, MessageDigest::sha256())?;
        let certificate = Certificate::from_der(x509.build().to_der()?);
        let pkcs8 = Secret::new(key.private_key_to_pkcs8()?);
        Ok(certificate.map_err(|_| BadKey::Certificate).and_then(|certificate| Self::new(certificate, pkcs8)))
    }

    /// What stands in metadata.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The private key (PKCS#8, DER), to be sealed.
    pub const fn pkcs8(&self) -> &Secret<Vec<u8>> {
        &self.pkcs8
    }

    /// Its kind.
    pub const fn family(&self) -> Family {
        self.family
    }

    pub(crate) fn key(&self) -> &PKeyRef<Private> {
        &self.key
    }
}

/// Our keys towards one provider. While keys change, metadata shows two of each use; the first signs.
#[derive(Debug, Clone)]
pub struct SpKeys {
    signing: Vec<SpKey>,
    decryption: Vec<SpKey>,
}

impl SpKeys {
    /// One or two that sign, of which the first does; up to two RSA keys that decrypt.
    ///
    /// # Errors
    /// If there are others.
    pub fn new(signing: Vec<SpKey>, decryption: Vec<SpKey>) -> Result<Self, BadKey> {
        let rsa = decryption.iter().all(|key| key.family == Family::Rsa);
        if signing.is_empty() || signing.len() > 2 || decryption.len() > 2 || !rsa {
            return Err(BadKey::Set);
        }
        Ok(Self { signing, decryption })
    }

    /// Those that sign.
    pub fn signing(&self) -> &[SpKey] {
        &self.signing
    }

    /// Those that decrypt.
    pub fn decryption(&self) -> &[SpKey] {
        &self.decryption
    }

    /// The one that signs now.
    pub(crate) fn signer(&self) -> Option<&SpKey> {
        self.signing.first()
    }
}

/// Bits of an RSA key of ours: as for tokens. 3072 would make each signed request three times as dear, for keys of three years.
const LENGTH: u32 = 2048;

fn family(key: &PKeyRef<Public>) -> Result<Family, BadKey> {
    match key.id() {
        Id::RSA if (2048..=8192).contains(&key.bits()) => Ok(Family::Rsa),
        Id::EC => {
            let curve = key.ec_key().map_err(|_| BadKey::Kind)?.group().curve_name();
            let known = [Nid::X9_62_PRIME256V1, Nid::SECP384R1, Nid::SECP521R1];
            if curve.is_some_and(|curve| known.contains(&curve)) { Ok(Family::Ec) } else { Err(BadKey::Kind) }
        }
        _ => Err(BadKey::Kind),
    }
}

fn timestamp(time: &Asn1TimeRef) -> Result<Timestamp, BadKey> {
    let epoch = Asn1Time::from_unix(0).map_err(|_| BadKey::Certificate)?;
    let since = epoch.diff(time).map_err(|_| BadKey::Certificate)?;
    let seconds = i64::from(since.days) * 86_400 + i64::from(since.secs);
    DateTime::from_timestamp(seconds, 0).ok_or(BadKey::Certificate)
}

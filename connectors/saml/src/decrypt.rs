//! Encrypted assertions (XML Encryption 1.1). All failures are one: what went wrong would help nobody but a forger.

use data_encoding::BASE64;
use gatehouse_domain::secret::Secret;
use openssl::encrypt::Decrypter;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead};

use crate::keys::SpKey;
use crate::xml::{DSIG, ENC, ENC11, Element};

/// The assertion could not be had. Says nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undecipherable;

/// Random keys, 32 bytes for each of ours: what work goes on with where a key does not fit.
pub(crate) type Random = Secret<[u8; 64]>;

/// What is encrypted and how: read before any key is touched, from what everybody can see.
pub(crate) struct Envelope {
    wrapped: Vec<u8>,
    oaep: MessageDigest,
    mask: MessageDigest,
    content: Content,
    sealed: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Gcm(usize),
    Cbc(usize),
}

impl Envelope {
    /// Reads an `EncryptedAssertion`. Its one key may stand inside the data or beside them.
    ///
    /// # Errors
    /// With a word for the trace: an algorithm that is not accepted, or another shape.
    pub(crate) fn read(encrypted: &Element) -> Result<Self, &'static str> {
        let data = encrypted.only(ENC, "EncryptedData").ok_or("encrypted data")?;
        if data.attribute("Type").is_some_and(|kind| kind != ELEMENT) {
            return Err("encrypted data");
        }
        let mut keys = encrypted.walk().filter(|element| element.name == "EncryptedKey");
        let key = keys.next().filter(|key| key.space == ENC).ok_or("encrypted key")?;
        if keys.next().is_some() {
            return Err("encrypted key");
        }
        let (oaep, mask) = transport(key.only(ENC, "EncryptionMethod").ok_or("key transport")?)?;
        let method = data.only(ENC, "EncryptionMethod").and_then(|method| method.attribute("Algorithm"));
        let content = match method {
            Some("http://www.w3.org/2009/xmlenc11#aes128-gcm") => Content::Gcm(16),
            Some("http://www.w3.org/2009/xmlenc11#aes256-gcm") => Content::Gcm(32),
            Some("http://www.w3.org/2001/04/xmlenc#aes128-cbc") => Content::Cbc(16),
            Some("http://www.w3.org/2001/04/xmlenc#aes256-cbc") => Content::Cbc(32),
            _ => return Err("content encryption"),
        };
        let value = |element: &Element| {
            let [value] = element.only(ENC, "CipherData")?.children.as_slice() else { return None };
            let text = value.plain_text().filter(|_| value.is(ENC, "CipherValue"))?;
            let packed: String = text.chars().filter(|c| !" \t\n\r".contains(*c)).collect();
            BASE64.decode(packed.as_bytes()).ok()
        };
        let wrapped = value(key).ok_or("cipher value")?;
        let sealed = value(data).ok_or("cipher value")?;
        Ok(Self { wrapped, oaep, mask, content, sealed })
    }

    /// Whether nothing in the ciphertext itself tells that it was changed.
    pub(crate) const fn is_malleable(&self) -> bool {
        matches!(self.content, Content::Cbc(_))
    }

    /// Opens it with one of our keys. Where a key does not fit, the work goes on with a random one: how a forged ciphertext fails
    /// shows neither in the answer nor in what was done (RFC 3218, section 2.3.2).
    pub(crate) fn open(&self, keys: &[SpKey], random: &Random) -> Result<Secret<Vec<u8>>, Undecipherable> {
        let mut opened = None;
        let length = self.content.key_length();
        for (key, random) in keys.iter().zip(random.expose().chunks(32)) {
            let unwrapped = self.unwrap(key).ok().filter(|key| key.expose().len() == length);
            let content_key = unwrapped.as_ref().map_or(random, |key| key.expose());
            let plain = self.content.decrypt(content_key.get(..length).unwrap_or_default(), &self.sealed);
            opened = opened.or(plain);
        }
        opened.ok_or(Undecipherable)
    }

    fn unwrap(&self, key: &SpKey) -> Result<Secret<Vec<u8>>, ErrorStack> {
        let mut decrypter = Decrypter::new(key.key())?;
        decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
        decrypter.set_rsa_oaep_md(self.oaep)?;
        decrypter.set_rsa_mgf1_md(self.mask)?;
        let mut out = vec![0; decrypter.decrypt_len(&self.wrapped)?];
        let length = decrypter.decrypt(&self.wrapped, &mut out)?;
        out.truncate(length);
        Ok(Secret::new(out))
    }
}

impl Content {
    const fn key_length(self) -> usize {
        match self {
            Self::Gcm(length) | Self::Cbc(length) => length,
        }
    }

    fn decrypt(self, key: &[u8], sealed: &[u8]) -> Option<Secret<Vec<u8>>> {
        match self {
            Self::Gcm(length) => {
                let cipher = if length == 16 { Cipher::aes_128_gcm() } else { Cipher::aes_256_gcm() };
                let (iv, rest) = sealed.split_at_checked(12)?;
                let (body, tag) = rest.split_at_checked(rest.len().checked_sub(16)?)?;
                decrypt_aead(cipher, key, Some(iv), &[], body, tag).ok().map(Secret::new)
            }
            Self::Cbc(length) => {
                let cipher = if length == 16 { Cipher::aes_128_cbc() } else { Cipher::aes_256_cbc() };
                let (iv, body) = sealed.split_at_checked(16)?;
                let mut plain = cbc(cipher, key, iv, body).ok()?;
                // The last byte counts the padding, whose other bytes are arbitrary (XML Encryption, section 5.2).
                let padding = usize::from(*plain.last()?);
                let length = plain.len().checked_sub(padding).filter(|_| (1..=16).contains(&padding))?;
                plain.truncate(length);
                Some(Secret::new(plain))
            }
        }
    }
}

fn cbc(cipher: Cipher, key: &[u8], iv: &[u8], body: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(iv))?;
    crypter.pad(false);
    let mut out = vec![0; body.len() + cipher.block_size()];
    let mut length = crypter.update(body, &mut out)?;
    length += crypter.finalize(out.get_mut(length..).unwrap_or_default())?;
    out.truncate(length);
    Ok(out)
}

/// The two hashes of RSA-OAEP (XML Encryption, section 5.5.2). PKCS #1 v1.5 is not spoken (RFC 3218).
fn transport(method: &Element) -> Result<(MessageDigest, MessageDigest), &'static str> {
    const BAD: &str = "key transport";
    if method.only(ENC, "OAEPparams").is_some_and(|params| params.plain_text() != Some("")) {
        return Err(BAD);
    }
    let digest = match method.children.iter().find(|child| child.name == "DigestMethod") {
        None => MessageDigest::sha1(),
        Some(digest) if digest.space == DSIG => match digest.attribute("Algorithm") {
            Some("http://www.w3.org/2000/09/xmldsig#sha1") => MessageDigest::sha1(),
            Some("http://www.w3.org/2001/04/xmlenc#sha256") => MessageDigest::sha256(),
            _ => return Err(BAD),
        },
        Some(_) => return Err(BAD),
    };
    let mask = match method.children.iter().find(|child| child.name == "MGF") {
        None => MessageDigest::sha1(),
        Some(mask) if mask.space == ENC11 => match mask.attribute("Algorithm") {
            Some("http://www.w3.org/2009/xmlenc11#mgf1sha1") => MessageDigest::sha1(),
            Some("http://www.w3.org/2009/xmlenc11#mgf1sha256") => MessageDigest::sha256(),
            _ => return Err(BAD),
        },
        Some(_) => return Err(BAD),
    };
    match method.attribute("Algorithm") {
        Some("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p") => Ok((digest, MessageDigest::sha1())),
        Some("http://www.w3.org/2009/xmlenc11#rsa-oaep") => Ok((digest, mask)),
        _ => Err(BAD),
    }
}

const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";

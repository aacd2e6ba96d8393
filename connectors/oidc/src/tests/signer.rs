//! Keys of a played upstream.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding,
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use gatehouse_domain::secret::Secret;
use serde_json::{Value, json};

/// A private key and the name that its public half is published under.
#[derive(Clone, Copy)]
pub(super) struct Signer {
    pub(super) kid: &'static str,
    key: Key,
}

#[derive(Clone, Copy)]
enum Key {
    Rsa(&'static RsaKeyPair),
    Ec(&'static EcdsaKeyPair),
    Ed(&'static Ed25519KeyPair),
}

static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
static OTHER_RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
static EC: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());
static P384: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap());
static ED: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::generate().unwrap());

impl Signer {
    pub(super) fn rsa() -> Self {
        Self { kid: "rsa", key: Key::Rsa(&RSA) }
    }

    pub(super) fn other_rsa() -> Self {
        Self { kid: "other", key: Key::Rsa(&OTHER_RSA) }
    }

    pub(super) fn ec() -> Self {
        Self { kid: "ec", key: Key::Ec(&EC) }
    }

    pub(super) fn p384() -> Self {
        Self { kid: "p384", key: Key::Ec(&P384) }
    }

    pub(super) fn ed() -> Self {
        Self { kid: "ed", key: Key::Ed(&ED) }
    }

    pub(super) fn named(self, kid: &'static str) -> Self {
        Self { kid, ..self }
    }

    /// The name of the algorithm that it signs with, unless a header says otherwise.
    pub(super) fn alg(self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "RS256",
            Key::Ec(_) => "ES256",
            Key::Ed(_) => "EdDSA",
        }
    }

    pub(super) fn jwk(self) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let mut jwk = match self.key {
            Key::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                json!({"kty": "RSA", "n": text(n.big_endian_without_leading_zero()),
                    "e": text(e.big_endian_without_leading_zero())})
            }
            Key::Ec(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at(point.len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({"kty": "EC", "crv": curve, "x": text(x), "y": text(y)})
            }
            Key::Ed(pair) => json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())}),
        };
        jwk["kid"] = self.kid.into();
        jwk["use"] = "sig".into();
        jwk
    }

    /// Signs what a header and claims make, with the padding that the header names.
    pub(super) fn token(self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&self.sign(header, signed.as_bytes())))
    }

    fn sign(self, header: &Value, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self.key {
            Key::Rsa(pair) => {
                let padding: &'static dyn RsaEncoding = match header["alg"].as_str() {
                    Some("RS384") => &RSA_PKCS1_SHA384,
                    Some("RS512") => &RSA_PKCS1_SHA512,
                    Some("PS256") => &RSA_PSS_SHA256,
                    Some("PS384") => &RSA_PSS_SHA384,
                    Some("PS512") => &RSA_PSS_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
            Key::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The private key of an EC signer, as files have it.
    pub(super) fn pem(self) -> Secret<String> {
        let Key::Ec(pair) = self.key else { unreachable!("only EC keys are written") };
        let der = pair.to_pkcs8v1().unwrap();
        let text = BASE64.encode(der.as_ref());
        Secret::new(format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n"))
    }
}

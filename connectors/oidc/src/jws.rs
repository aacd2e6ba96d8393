//! A signed token of an upstream: cut, its key found, its signature verified. Nothing of it is believed before.

use std::sync::Arc;

use gatehouse_domain::connection::{Denial, IdTokenAlg, Trace};
use gatehouse_domain::jws::Compact;
use gatehouse_domain::strict_json;
use gatehouse_spi::upstream::World;
use serde_json::{Map, Value};

use crate::Oidc;
use crate::discovery::Provider;
use crate::jwks::{UpstreamKey, UpstreamKeys, accepted};
use crate::outcome::{check, invalid};

/// What a signature of the upstream covers.
#[derive(Debug)]
pub(crate) struct Proven {
    pub(crate) claims: Map<String, Value>,
    pub(crate) alg: IdTokenAlg,
    keys: Arc<UpstreamKeys>,
    kid: Option<String>,
}

impl Proven {
    /// The key that signed.
    pub(crate) fn key(&self) -> Option<&UpstreamKey> {
        self.keys.find(self.kid.as_deref(), self.alg)
    }
}

/// The names that a kind of token may go by in its header; `None` stands for no name.
pub(crate) type Types = &'static [Option<&'static str>];

impl Oidc {
    /// Verifies a token's signature. Key and algorithm come from our settings and the upstream's document; the header offers a name
    /// for the key, and addresses or keys in it (`jku`, `x5u`, `jwk`) are not looked at.
    pub(crate) async fn prove(
        &self,
        token: &str,
        types: Types,
        provider: &Provider,
        world: World<'_>,
        trace: &mut Trace,
    ) -> Result<Proven, Denial> {
        let Some(token) = Compact::split(token) else {
            return Err(invalid(trace, "oidc_token_form", &[]));
        };
        let (alg, kid) = self.judge_header(&token, types, trace)?;
        let name = kid.as_deref().unwrap_or_default();
        for again in [false, true] {
            let keys = self.keys(provider, again, world, trace).await?;
            let key = keys.find(kid.as_deref(), alg);
            let verifies = key.map(|key| key.verifies(alg, token.signed.as_bytes(), &token.signature));
            // A key without a name may have been replaced by another without a name.
            let may_be_new = verifies.is_none() || (verifies == Some(false) && kid.is_none());
            if may_be_new && !again {
                continue;
            }
            check(trace, verifies.is_some(), "oidc_key", &[("kid", name)])?;
            check(trace, verifies == Some(true), "oidc_signature", &[("kid", name)])?;
            let claims = strict_json::object(&token.payload);
            let claims = claims.ok_or_else(|| invalid(trace, "oidc_claims", &[]))?;
            return Ok(Proven { claims, alg, keys, kid });
        }
        Err(invalid(trace, "oidc_key", &[("kid", name)]))
    }

    fn judge_header(
        &self,
        token: &Compact<'_>,
        types: Types,
        trace: &mut Trace,
    ) -> Result<(IdTokenAlg, Option<String>), Denial> {
        let (alg, typ, kid) = match (token.text("alg"), token.text("typ"), token.text("kid")) {
            (Ok(Some(alg)), Ok(typ), Ok(kid)) => (alg, typ, kid),
            _ => return Err(invalid(trace, "oidc_header", &[])),
        };
        let extended = REFUSED.iter().any(|name| token.header.contains_key(*name));
        check(trace, !extended, "oidc_header", &[])?;
        let known = types.iter().any(|known| match (known, typ) {
            (Some(known), Some(typ)) => known.eq_ignore_ascii_case(typ),
            (None, None) => true,
            _ => false,
        });
        check(trace, known, "oidc_header_type", &[("came", typ.unwrap_or_default())])?;
        let Some(accepted) = accepted(self.config.algorithms(), alg) else {
            return Err(invalid(trace, "oidc_algorithm", &[("came", alg)]));
        };
        trace.pass("oidc_algorithm", &[("came", alg)]);
        Ok((accepted, kid.map(str::to_owned)))
    }
}

/// Headers that change how the rest is to be read (RFC 7515, section 4.1.11; RFC 7797; RFC 7516).
const REFUSED: [&str; 4] = ["crit", "b64", "zip", "enc"];

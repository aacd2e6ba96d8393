//! What Apple does its own way: a client secret that we sign, and a name that comes once and unsigned.

use gatehouse_domain::secret::Secret;
use gatehouse_domain::strict_json;
use gatehouse_domain::time::Timestamp;
use serde_json::{Value, json};

use crate::claims::{MOST_OF_A_NAME, is_sound};
use crate::token::sign;
use crate::{ClientAlg, ClientKey};

/// The client secret of one exchange: an ES256 token of the team about the service id, good for five minutes.
pub(crate) fn client_secret(
    team: &str,
    kid: &str,
    client_id: &str,
    key: &ClientKey,
    now: Timestamp,
) -> Option<Secret<String>> {
    if key.alg != ClientAlg::ES256 {
        return None;
    }
    let now = now.timestamp();
    let claims = json!({
        "iss": team, "sub": client_id, "aud": "https://appleid.apple.com", "iat": now, "exp": now + 300,
    });
    sign(key, Some(kid.to_owned()), &claims)
}

/// The name in the `user` field of somebody's first sign-in. It came through the browser unsigned: good to show to whom it came
/// from, and for nothing else; the address beside it is not read.
pub(crate) fn name(user: &str) -> Option<String> {
    let user = strict_json::object(user.as_bytes())?;
    let name = user.get("name")?;
    let part =
        |part: &str| name.get(part).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let parts: Vec<_> = [part("firstName"), part("lastName")].into_iter().flatten().collect();
    Some(parts.join(" ")).filter(|name| is_sound(name, MOST_OF_A_NAME))
}

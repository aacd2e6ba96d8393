//! Argon2 of other systems (RFC 9106): `$argon2i$`, `$argon2d$` or `$argon2id$` in PHC string format, versions 16 and 19.

use argon2::{Algorithm, Version};

use super::super::Cost;
use super::super::phc::Recipe;
use super::text::{need, number, output, salt};
use super::{BadHash, Stored, Work};

pub(super) fn read(kind: &str, rest: &str) -> Result<Stored, BadHash> {
    let algorithm = match kind {
        "argon2i" => Algorithm::Argon2i,
        "argon2d" => Algorithm::Argon2d,
        _ => Algorithm::Argon2id,
    };
    // Without a version it is the first, 16.
    let (version, rest) = match rest.strip_prefix("v=") {
        None => (Version::V0x10, rest),
        Some(rest) => match need(rest.split_once('$'), FORMAT, "version")? {
            ("16", rest) => (Version::V0x10, rest),
            ("19", rest) => (Version::V0x13, rest),
            _ => return Err(BadHash::Damaged { format: FORMAT, part: "version" }),
        },
    };
    let parts: Vec<&str> = rest.split('$').collect();
    let [parameters, salted, expected] = parts.as_slice() else {
        return Err(BadHash::Damaged { format: FORMAT, part: "form" });
    };
    let cost = cost(parameters)?;
    let (salt, expected) = (salt(salted, FORMAT)?, output(expected, FORMAT)?);
    need((salt.len() >= 8).then_some(()), FORMAT, "salt")?;
    let recipe = Recipe { algorithm, version, cost, salt, length: expected.len() };
    Ok(Stored { work: Work::Argon2(recipe), expected })
}

fn cost(parameters: &str) -> Result<Cost, BadHash> {
    let (mut memory, mut passes, mut lanes) = (None, None, None);
    for parameter in parameters.split(',') {
        let (place, name, most, text) = match need(parameter.split_once('='), FORMAT, "parameters")? {
            ("m", text) => (&mut memory, "m", Cost::LIMIT.memory_kib, text),
            ("t", text) => (&mut passes, "t", Cost::LIMIT.passes, text),
            ("p", text) => (&mut lanes, "p", Cost::LIMIT.lanes, text),
            _ => return Err(BadHash::Damaged { format: FORMAT, part: "parameters" }),
        };
        let value = number(text, FORMAT, name, most)?;
        need(place.replace(value).is_none().then_some(()), FORMAT, "parameters")?;
    }
    let cost = memory.zip(passes).zip(lanes);
    let ((memory_kib, passes), lanes) = need(cost, FORMAT, "parameters")?;
    let cost = Cost { memory_kib, passes, lanes };
    if cost.is_acceptable() {
        return Ok(cost);
    }
    if memory_kib >= 8 * lanes && passes > 0 && lanes > 0 {
        return Err(BadHash::TooDear { format: FORMAT, parameter: "m × t", most: MOST_WRITTEN });
    }
    Err(BadHash::Damaged { format: FORMAT, part: "parameters" })
}

const FORMAT: &str = "argon2";
/// What [`Cost::is_acceptable`] allows in all, in KiB.
const MOST_WRITTEN: u64 = 1024 * 1024;

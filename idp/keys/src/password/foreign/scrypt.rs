//! scrypt (RFC 7914): `$scrypt$ln=…,r=…,p=…$salt$output` in PHC string format, `$s0$` of the Java libraries.

use scrypt::Params;
use zeroize::Zeroizing;

use super::super::PoolError;
use super::super::queue::Output;
use super::text::{need, number, output, salt};
use super::{BadHash, Stored, Work};

#[derive(Clone)]
pub(in super::super) struct Recipe {
    pub(super) cost: Cost,
    pub(super) salt: Vec<u8>,
    pub(super) length: usize,
}

/// What scrypt costs.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    log_n: u8,
    r: u32,
    p: u32,
}

impl Cost {
    /// Parameters that keep within 128 MiB and about half a second.
    pub(super) fn new(log_n: u32, r: u32, p: u32, format: &'static str) -> Result<Self, BadHash> {
        let dear = |parameter, most| Err(BadHash::TooDear { format, parameter, most });
        if log_n == 0 || r == 0 || p == 0 {
            return Err(BadHash::Damaged { format, part: "parameters" });
        }
        if log_n > MOST_LOG_N {
            return dear("N", 1 << MOST_LOG_N);
        }
        if u64::from(r) << log_n > MOST_BLOCKS {
            return dear("N × r", MOST_BLOCKS);
        }
        if (u64::from(r) << log_n) * u64::from(p) > MOST_WORK {
            return dear("N × r × p", MOST_WORK);
        }
        let log_n = need(u8::try_from(log_n).ok(), format, "parameters")?;
        Ok(Self { log_n, r, p })
    }
}

impl Recipe {
    pub(super) fn of((log_n, r, p): (u32, u32, u32), salt: [u8; 16]) -> Option<Self> {
        let cost = Cost::new(log_n, r, p, FORMAT).ok()?;
        Some(Self { cost, salt: salt.to_vec(), length: 64 })
    }

    pub(super) fn parameters(&self) -> (u32, u32, u32) {
        (u32::from(self.cost.log_n), self.cost.r, self.cost.p)
    }

    pub(super) fn derive(&self, given: &[u8]) -> Result<Output, PoolError> {
        let Cost { log_n, r, p } = self.cost;
        let params = Params::new(log_n, r, p).map_err(|_| PoolError::Corrupt)?;
        let mut output = Zeroizing::new(vec![0; self.length]);
        scrypt::scrypt(given, &self.salt, &params, &mut output).map_err(|_| PoolError::Library)?;
        Ok(output)
    }

    pub(super) fn kib(&self) -> u32 {
        (self.cost.r << self.cost.log_n).saturating_mul(self.cost.p) / 4 * 3
    }
}

/// Reads what stands behind `$scrypt$`.
pub(super) fn read(rest: &str) -> Result<Stored, BadHash> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [parameters, salted, expected] = parts.as_slice() else {
        return Err(BadHash::Damaged { format: FORMAT, part: "form" });
    };
    let parts: Vec<&str> = parameters.split(',').collect();
    let [log_n, r, p] = parts.as_slice() else {
        return Err(BadHash::Damaged { format: FORMAT, part: "parameters" });
    };
    let value = |text: &str, name: &str, parameter, most| {
        number(need(text.strip_prefix(name), FORMAT, "parameters")?, FORMAT, parameter, most)
    };
    let cost = Cost::new(
        value(log_n, "ln=", "ln", MOST_LOG_N)?,
        value(r, "r=", "r", MOST_R_OR_P)?,
        value(p, "p=", "p", MOST_R_OR_P)?,
        FORMAT,
    )?;
    stored(cost, salt(salted, FORMAT)?, output(expected, FORMAT)?)
}

/// Reads what stands behind `$s0$`: the parameters in one hexadecimal number, log₂ N before r before p.
pub(super) fn read_s0(rest: &str) -> Result<Stored, BadHash> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [parameters, salted, expected] = parts.as_slice() else {
        return Err(BadHash::Damaged { format: FORMAT, part: "form" });
    };
    let digits = parameters.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(parameters, 16).ok().filter(|_| digits);
    let number = need(number, FORMAT, "parameters")?;
    let cost = Cost::new(number >> 16, number >> 8 & 0xff, number & 0xff, FORMAT)?;
    stored(cost, salt(salted, FORMAT)?, output(expected, FORMAT)?)
}

/// What Django writes: N, r and p in decimal digits, and a salt that is text.
pub(super) fn from_numbers(n: &str, r: &str, p: &str, salt: &str, expected: &str) -> Result<Stored, BadHash> {
    let n = number(n, FORMAT, "N", 1 << MOST_LOG_N)?;
    need(n.is_power_of_two().then_some(()), FORMAT, "N")?;
    let (r, p) = (number(r, FORMAT, "r", MOST_R_OR_P)?, number(p, FORMAT, "p", MOST_R_OR_P)?);
    let cost = Cost::new(n.trailing_zeros(), r, p, FORMAT)?;
    stored(cost, salt.as_bytes().to_vec(), output(expected, FORMAT)?)
}

fn stored(cost: Cost, salt: Vec<u8>, expected: Vec<u8>) -> Result<Stored, BadHash> {
    let recipe = Recipe { cost, salt, length: expected.len() };
    Ok(Stored { work: Work::Scrypt(recipe), expected })
}

const FORMAT: &str = "scrypt";
const MOST_LOG_N: u32 = 17;
const MOST_R_OR_P: u32 = 64;
/// N × r in blocks of 128 bytes: 128 MiB.
const MOST_BLOCKS: u64 = 1 << 20;
/// N × r × p: half as much again as OWASP recommends, and about twice as long as the dearest bcrypt.
const MOST_WORK: u64 = 3 << 19;

//! bcrypt (`$2a$`, `$2b$`, `$2y$`), alone or over the hexadecimal SHA-256 of the password, as Django writes it.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use zeroize::Zeroizing;

use super::super::queue::Output;
use super::text::need;
use super::{BadHash, Stored, Work, prehashed};

#[derive(Clone)]
pub(in super::super) struct Recipe {
    cost: u32,
    salt: [u8; 16],
    prehash: bool,
}

/// Reads what stands behind `$2b$`: two digits of cost, and salt and output in one.
pub(super) fn read(rest: &str, prehash: bool) -> Result<Stored, BadHash> {
    let (cost, rest) = need(rest.split_once('$'), FORMAT, "form")?;
    let digits = cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit());
    let cost: u32 = need(cost.parse().ok().filter(|cost| digits && *cost >= 4), FORMAT, "cost")?;
    if cost > MOST {
        return Err(BadHash::TooDear { format: FORMAT, parameter: "cost", most: u64::from(MOST) });
    }
    let (salt, output) = need(rest.split_at_checked(22), FORMAT, "salt")?;
    let salt = decode(salt).and_then(|salt| <[u8; 16]>::try_from(salt).ok());
    let expected = decode(output).filter(|output| output.len() == OUTPUT);
    let recipe = Recipe { cost, salt: need(salt, FORMAT, "salt")?, prehash };
    Ok(Stored { work: Work::Bcrypt(recipe), expected: need(expected, FORMAT, "output")? })
}

impl Recipe {
    pub(super) fn of(cost: u32, salt: [u8; 16]) -> Option<Self> {
        (4..=MOST).contains(&cost).then_some(Self { cost, salt, prehash: false })
    }

    pub(super) const fn cost(&self) -> u32 {
        self.cost
    }

    pub(super) fn derive(&self, given: &[u8]) -> Output {
        let hashed = self.prehash.then(|| prehashed(given));
        let given = hashed.as_ref().map_or(given, |hex| hex.as_bytes());
        // The algorithm takes a text with its closing zero, and of all that 72 bytes.
        let text: Zeroizing<Vec<u8>> =
            Zeroizing::new(given.iter().copied().take(72).chain([0]).take(72).collect());
        let mut output = Zeroizing::new(bcrypt::bcrypt(self.cost, self.salt, &text).to_vec());
        output.truncate(OUTPUT);
        output
    }

    pub(super) fn kib(&self) -> u32 {
        160 << self.cost
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    ALPHABET.as_ref()?.decode(text.as_bytes()).ok()
}

static ALPHABET: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut alphabet = Specification::new();
    alphabet.symbols.push_str("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    // Some writers leave bits behind the last byte that mean nothing.
    alphabet.check_trailing_bits = false;
    alphabet.encoding().ok()
});

const FORMAT: &str = "bcrypt";
/// 4,096 rounds: about a quarter of a second.
const MOST: u32 = 12;
/// The last byte of the algorithm's 24 was never written.
const OUTPUT: usize = 23;

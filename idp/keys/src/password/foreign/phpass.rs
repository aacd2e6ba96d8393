//! phpass, of WordPress (`$P$`) and phpBB (`$H$`): MD5 over and over.

use std::sync::LazyLock;

use data_encoding::{BitOrder, Encoding, Specification};
use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::super::queue::Output;
use super::text::need;
use super::{BadHash, Stored, Work};

#[derive(Clone)]
pub(in super::super) struct Recipe {
    log_rounds: u32,
    salt: [u8; 8],
}

/// Reads what stands behind `$P$`: a character of cost, eight of salt, 22 of output.
pub(super) fn read(rest: &str) -> Result<Stored, BadHash> {
    let bytes = rest.as_bytes();
    let (cost, bytes) = need(bytes.split_first(), FORMAT, "cost")?;
    let log_rounds = SYMBOLS.bytes().position(|symbol| symbol == *cost).and_then(|at| u32::try_from(at).ok());
    let log_rounds = need(log_rounds.filter(|cost| *cost >= 7), FORMAT, "cost")?;
    if log_rounds > MOST {
        return Err(BadHash::TooDear {
            format: FORMAT,
            parameter: "log₂ of the rounds",
            most: u64::from(MOST),
        });
    }
    let (salt, output) = need(bytes.split_first_chunk::<8>(), FORMAT, "salt")?;
    let expected = ALPHABET.as_ref().and_then(|alphabet| alphabet.decode(output).ok());
    let expected = need(expected.filter(|expected| expected.len() == 16), FORMAT, "output")?;
    Ok(Stored { work: Work::Phpass(Recipe { log_rounds, salt: *salt }), expected })
}

impl Recipe {
    pub(super) fn of(log_rounds: u32, salt: [u8; 16]) -> Option<Self> {
        let [salt, _] = *salt.as_chunks::<8>().0 else { return None };
        (7..=MOST).contains(&log_rounds).then_some(Self { log_rounds, salt })
    }

    pub(super) const fn log_rounds(&self) -> u32 {
        self.log_rounds
    }

    /// Of what is longer than any password that it is verified with, the rest is not looked at: it takes time in every round.
    pub(super) fn derive(&self, given: &[u8]) -> Output {
        let given = given.get(..LONGEST).unwrap_or(given);
        let mut output =
            Zeroizing::new(Md5::new_with_prefix(self.salt).chain_update(given).finalize().to_vec());
        for _ in 0..1_u32 << self.log_rounds {
            let next = Md5::new_with_prefix(&*output).chain_update(given).finalize();
            output.copy_from_slice(&next);
        }
        output
    }

    /// One round takes a block of MD5 for each 64 bytes of output, text and padding.
    pub(super) fn kib(&self, given: usize) -> u32 {
        let blocks = (16 + given.min(LONGEST) + 9).div_ceil(64);
        ((1 << self.log_rounds) / 2) * u32::try_from(blocks).unwrap_or(u32::MAX)
    }
}

static ALPHABET: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut alphabet = Specification::new();
    alphabet.symbols.push_str(SYMBOLS);
    alphabet.bit_order = BitOrder::LeastSignificantFirst;
    alphabet.encoding().ok()
});

const SYMBOLS: &str = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORMAT: &str = "phpass";
/// 65,536 rounds, each over the whole password: with the longest about half as long as the dearest bcrypt. WordPress made 8,192.
const MOST: u32 = 16;
/// The longest password that is verified, in bytes. NIST SP 800-63B-4, section 3.1.1.2, wants 64 at least to be possible.
pub(super) const LONGEST: usize = 512;

//! Lists of passwords that many used or that leaked: a small one inside the program, the operator's own, and a service that is asked
//! with five digits of a hash.
//!
//! A list becomes a Bloom filter over the first eight bytes of each password's SHA-1: the digest that published lists are made of. It is
//! no protection of anything here; it only names a password.

use std::io::{BufRead, ErrorKind, Write};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use data_encoding::{HEXLOWER_PERMISSIVE, HEXUPPER};
use fastbloom::{BloomFilter, BuilderWithBits};
use gatehouse_domain::secret::Secret;

use super::judge::normalised;

/// The filter inside the program.
pub const SHIPPED_PASSWORDS: &[u8] = include_bytes!("common.bloom");

/// Passwords that nobody may choose, each recognised; of others about one in ten thousand is taken for one of them.
#[derive(Clone)]
pub struct Filter(BloomFilter);

/// What a filter is asked with: how a list names a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known(u64);

/// Why a list of passwords cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadList {
    /// It cannot be read.
    #[error("the list cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It would take too much memory.
    #[error("the list has more than {most} passwords")]
    TooLong {
        /// The most that a filter holds.
        most: u64,
    },
    /// It has none.
    #[error("the list has no passwords")]
    Empty,
    /// A filter's bytes are damaged.
    #[error("the filter is damaged")]
    Damaged,
}

impl Filter {
    /// The list inside the program.
    pub fn shipped() -> Self {
        // A test reads it; an empty filter is what a damaged one would become.
        Self::from_bytes(SHIPPED_PASSWORDS).unwrap_or_else(|_| Self::empty(1))
    }

    /// A filter of a list: a password a line, or, as Have I Been Pwned ships them, a SHA-1 in hexadecimal digits with or without a count
    /// behind it. The list is read twice, line by line; `open` opens it. Memory: 2.5 bytes a password, 358 MiB at most.
    ///
    /// # Errors
    /// [`BadList`].
    pub fn read<R: BufRead>(mut open: impl FnMut() -> std::io::Result<R>) -> Result<Self, BadList> {
        let mut count = 0_u64;
        each_line(open()?, |_| count += 1)?;
        if count == 0 {
            return Err(BadList::Empty);
        }
        if count > MOST_PASSWORDS {
            return Err(BadList::TooLong { most: MOST_PASSWORDS });
        }
        let mut filter = Self::empty(count);
        each_line(open()?, |line| {
            filter.0.insert_hash(Known::of_line(line).0);
        })?;
        Ok(filter)
    }

    /// Whether a password, or the same in small letters, is on the list.
    pub fn lists(&self, given: &Secret<String>) -> bool {
        let given = normalised(given);
        let small = Secret::new(given.expose().to_lowercase());
        [&*given, &small]
            .into_iter()
            .any(|text| self.0.contains_hash(Known::of_password(text.expose().as_bytes()).0))
    }

    /// Writes the filter, for [`Filter::from_bytes`].
    ///
    /// # Errors
    /// What the writer said.
    pub fn write(&self, mut out: impl Write) -> std::io::Result<()> {
        out.write_all(MAGIC)?;
        out.write_all(&self.0.num_hashes().to_le_bytes())?;
        self.0.as_slice().iter().try_for_each(|word| out.write_all(&word.to_le_bytes()))
    }

    /// Reads what [`Filter::write`] wrote.
    ///
    /// # Errors
    /// [`BadList::Damaged`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadList> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(BadList::Damaged)?;
        let (hashes, words) = rest.split_first_chunk().ok_or(BadList::Damaged)?;
        let hashes = u32::from_le_bytes(*hashes);
        let (words, odd) = words.as_chunks();
        if words.is_empty() || !odd.is_empty() || !(1..=64).contains(&hashes) {
            return Err(BadList::Damaged);
        }
        let words = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
        Ok(Self(BloomFilter::from_vec(words).seed(&SEED).hashes(hashes)))
    }

    fn empty(passwords: u64) -> Self {
        let bits = usize::try_from(passwords.saturating_mul(BITS_EACH)).unwrap_or(usize::MAX);
        let sized: BuilderWithBits = BloomFilter::with_num_bits(bits).seed(&SEED);
        Self(sized.hashes(HASHES))
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filter({} bits)", self.0.num_bits())
    }
}

impl Known {
    fn of_password(password: &[u8]) -> Self {
        Self::of_digest(digest(&SHA1_FOR_LEGACY_USE_ONLY, password).as_ref())
    }

    fn of_line(line: &[u8]) -> Self {
        let hash = line.split(|byte| *byte == b':').next().unwrap_or(line);
        match HEXLOWER_PERMISSIVE.decode(hash) {
            Ok(digest) if digest.len() == 20 => Self::of_digest(&digest),
            _ => Self::of_password(line),
        }
    }

    fn of_digest(digest: &[u8]) -> Self {
        Self(digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

/// How a range service is asked for a password: the first five digits of its SHA-1, and the rest, which stays here.
pub fn range_key(given: &Secret<String>) -> (String, Secret<String>) {
    let given = normalised(given);
    let mut first = HEXUPPER.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, given.expose().as_bytes()).as_ref());
    let rest = first.split_off(5);
    (first, Secret::new(rest))
}

/// Whether the answer of a range service, `REST:COUNT` a line, lists the rest of a hash. Lines with the count 0 are padding.
pub fn range_lists(answer: &[u8], rest: &Secret<String>) -> bool {
    answer.split(|byte| *byte == b'\n').any(|line| {
        let mut parts = line.trim_ascii().split(|byte| *byte == b':');
        let named = parts.next().is_some_and(|hash| hash.eq_ignore_ascii_case(rest.expose().as_bytes()));
        named && parts.next().is_none_or(|count| count.iter().any(|digit| *digit != b'0'))
    })
}

fn each_line(mut list: impl BufRead, mut each: impl FnMut(&[u8])) -> Result<(), BadList> {
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line longer than any password is cut: what is left of it counts as lines that nobody types.
        let read = match std::io::Read::take(&mut list, LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        debug_assert!(read > 0);
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
        if !line.is_empty() {
            each(&line);
        }
    }
}

/// What a filter's bytes begin with: its kind and the version of its form.
const MAGIC: &[u8] = b"GHBLOOM1";
/// Which of the possible filters of a list it is; part of the form.
const SEED: u128 = 0x6761_7465_686f_7573_6500_0000_0000_0001;
/// Twenty bits and fourteen hashes give one false alarm in ten thousand.
const BITS_EACH: u64 = 20;
const HASHES: u32 = 14;
/// The most passwords of a list: 358 MiB.
const MOST_PASSWORDS: u64 = 150_000_000;
const LONGEST_LINE: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn filter(list: &str) -> Filter {
        Filter::read(|| Ok(list.as_bytes())).unwrap()
    }

    #[test]
    fn lists_of_passwords_and_of_hashes_are_both_read() {
        let list = "correct horse\r\n\n5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\nb1b3773a05c0ed0176787a4f1574ff0075f7521e\n";
        let filter = filter(list);
        for listed in ["correct horse", "Correct Horse", "password", "qwerty"] {
            assert!(filter.lists(&secret(listed)), "{listed}");
        }
        assert!(!filter.lists(&secret("violet harbour ninety sails")));
    }

    #[test]
    fn an_empty_list_is_no_list() {
        assert!(matches!(Filter::read(|| Ok(&b"\n\r\n"[..])), Err(BadList::Empty)));
    }

    #[test]
    fn what_is_not_listed_is_rarely_taken_for_it() {
        let list: String = (0..20_000).map(|number| format!("listed-{number}\n")).collect();
        let filter = filter(&list);
        assert!((0..20_000).all(|number| filter.lists(&secret(&format!("listed-{number}")))));
        let alarms = (0..20_000).filter(|number| filter.lists(&secret(&format!("other-{number}")))).count();
        assert!(alarms <= 12, "{alarms} of 20,000, two expected");
    }

    #[test]
    fn the_shipped_filter_is_whole_and_small() {
        let filter = Filter::from_bytes(SHIPPED_PASSWORDS).unwrap();
        assert!(SHIPPED_PASSWORDS.len() < 100 * 1024);
        for listed in ["password123", "iloveyou1", "1q2w3e4r5t"] {
            assert!(filter.lists(&secret(listed)), "{listed}");
        }
        for other in ["violet harbour ninety sails", "correct horse battery staple"] {
            assert!(!filter.lists(&secret(other)), "{other}");
        }
    }

    #[test]
    fn a_filter_survives_its_bytes_and_damage_is_noticed() {
        let mut bytes = Vec::new();
        filter("one\ntwo\n").write(&mut bytes).unwrap();
        let read = Filter::from_bytes(&bytes).unwrap();
        assert!(read.lists(&secret("one")) && read.lists(&secret("two")) && !read.lists(&secret("three")));
        for damaged in [&bytes[..0], &bytes[..12], &bytes[..13], &bytes[1..]] {
            assert!(matches!(Filter::from_bytes(damaged), Err(BadList::Damaged)));
        }
    }

    /// The example of the service's documentation: P@ssw0rd is 21BD1 2DC183F740EE76F27B78EB39C8AD972A757.
    #[test]
    fn a_range_service_learns_five_digits() {
        let (first, rest) = range_key(&secret("P@ssw0rd"));
        assert_eq!(first, "21BD1");
        let answer =
            b"0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n2DC183F740EE76F27B78EB39C8AD972A757:52579\r\n";
        assert!(range_lists(answer, &rest));
        assert!(range_lists(&answer.to_ascii_lowercase(), &rest));
        let (_, other) = range_key(&secret("violet harbour"));
        assert!(!range_lists(answer, &other));
        assert!(!range_lists(b"2DC183F740EE76F27B78EB39C8AD972A757:0", &rest), "padding");
        assert!(!range_lists(b"<html>not a range</html>", &rest));
    }

    proptest! {
        #[test]
        fn no_list_panics_and_each_line_is_found(lines in prop::collection::vec("[ -9;-~]{1,30}", 1..20)) {
            let filter = filter(&lines.join("\n"));
            for line in &lines {
                prop_assert!(filter.lists(&secret(line)) || line.len() == 40);
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), rest in "[0-9A-F]{35}") {
            drop(Filter::from_bytes(&bytes));
            range_lists(&bytes, &secret(&rest));
        }
    }
}

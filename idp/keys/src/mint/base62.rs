//! Letters and digits: 256 bits in 43 of them, a CRC-32 in 6.

/// Characters of a secret: 62^43 exceeds 2^256.
pub(super) const SECRET_LEN: usize = 43;
/// Characters of a check: 62^6 exceeds 2^32.
pub(super) const CHECK_LEN: usize = 6;

/// Writes the secret as a number, least digit first; every value has its own text.
pub(super) fn push_secret(secret: &[u8; 32], out: &mut String) {
    let mut number = zeroize::Zeroizing::new(*secret);
    for _ in 0..SECRET_LEN {
        let mut remainder = 0_u32;
        for byte in number.iter_mut() {
            let value = (remainder << 8) | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            remainder = value % 62;
        }
        out.push(digit(remainder));
    }
}

/// Whether a text has the form of a secret.
pub(super) fn is_secret(text: &str) -> bool {
    text.len() == SECRET_LEN && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The check of a text: CRC-32 finds every change of up to 32 adjacent bits. It is no proof of origin.
pub(super) fn check(text: &[u8]) -> String {
    let mut rest = crc32(text);
    (0..CHECK_LEN)
        .map(|_| {
            let character = digit(rest % 62);
            rest /= 62;
            character
        })
        .collect()
}

fn digit(value: u32) -> char {
    let index = usize::try_from(value).unwrap_or(0);
    char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
}

/// CRC-32 as in IEEE 802.3, bit by bit: tokens are short.
fn crc32(bytes: &[u8]) -> u32 {
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    });
    !sum
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_the_check_value_of_the_catalogue() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(check(b"").len(), CHECK_LEN);
    }

    #[test]
    fn the_extremes_fit() {
        let write = |secret: &[u8; 32]| {
            let mut text = String::new();
            push_secret(secret, &mut text);
            text
        };
        assert_eq!(write(&[0; 32]), "0".repeat(SECRET_LEN));
        let largest = write(&[0xff; 32]);
        assert!(is_secret(&largest) && !largest.ends_with('0'));
    }

    proptest! {
        #[test]
        fn no_bit_of_a_secret_is_lost(secret: [u8; 32]) {
            let mut text = String::new();
            push_secret(&secret, &mut text);
            prop_assert!(is_secret(&text));
            let mut number = [0_u8; 32];
            for character in text.bytes().rev() {
                let mut carry = ALPHABET.iter().position(|known| *known == character).unwrap();
                for byte in number.iter_mut().rev() {
                    let value = usize::from(*byte) * 62 + carry;
                    *byte = u8::try_from(value & 0xff).unwrap();
                    carry = value >> 8;
                }
            }
            prop_assert_eq!(number, secret);
        }
    }
}

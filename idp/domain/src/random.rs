//! Randomness as a parameter.

use std::fmt::Debug;

/// A cryptographically secure source of random bytes.
pub trait Rng: Send + Sync + Debug + 'static {
    /// Fills `out` completely. An operating system that cannot give randomness ends the process: no answer made
    /// without it would be safe.
    fn fill(&self, out: &mut [u8]);
}

/// `N` random bytes.
pub fn bytes<const N: usize>(rng: &dyn Rng) -> [u8; N] {
    let mut out = [0_u8; N];
    rng.fill(&mut out);
    out
}

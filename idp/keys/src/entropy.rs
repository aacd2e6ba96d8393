//! The product's one source of randomness.

use gatehouse_domain::random::Rng;

/// The generator of aws-lc, seeded by the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) {
        if aws_lc_rs::rand::fill(out).is_err() {
            // Predictable tokens would be worse than no service.
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_domain::random::bytes;

    #[test]
    fn fills_every_byte_and_never_repeats() {
        let first: [u8; 64] = bytes(&SystemRng);
        let second: [u8; 64] = bytes(&SystemRng);
        assert_ne!(first, second);
        assert!(first.iter().filter(|byte| **byte == 0).count() < 16);
    }
}

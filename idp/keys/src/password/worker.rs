//! What a hashing thread does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use argon2::Block;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::foreign::Work;
use super::phc::Recipe;
use super::queue::{Judged, Output, Queue};
use super::{Cost, PoolError};

/// Computes hashes until the queue is closed and empty.
pub(super) fn run(queue: &Queue, cost: Cost) {
    let mut memory = Memory::new(cost);
    while let Some(job) = queue.pop() {
        // A panic in the library must cost one answer, not a thread; the memory holds nothing that a hash relies on.
        let result = catch_unwind(AssertUnwindSafe(|| {
            let given = job.given.expose().as_bytes();
            let output = job.work.derive(&mut memory, given);
            count(queue, &job.work, given);
            for one in
                job.judged.iter().filter(|judged| !judged.is_right(&output)).flat_map(|judged| &judged.rest)
            {
                drop(one.derive(&mut memory, given));
                count(queue, one, given);
            }
            output
        }));
        queue.hashed.fetch_add(1, Ordering::Relaxed);
        // The caller may have gone away meanwhile; then the answer is for nobody.
        let _unheard = job.reply.send(result.unwrap_or(Err(PoolError::Library)));
    }
}

impl Judged {
    fn is_right(&self, output: &Result<Output, PoolError>) -> bool {
        match (output, &self.expected) {
            (Ok(output), Some(expected)) => bool::from(output.as_slice().ct_eq(expected)),
            _ => false,
        }
    }
}

fn count(queue: &Queue, work: &Work, given: &[u8]) {
    queue.kib.fetch_add(u64::from(work.kib(given.len())), Ordering::Relaxed);
}

/// The memory of one thread, allocated once: fresh pages for every hash would double its cost.
///
/// It is not wiped between hashes (that would cost a tenth of one); the next hash overwrites it.
pub(super) struct Memory {
    blocks: Vec<Block>,
    usual: usize,
}

impl Memory {
    pub(super) fn new(cost: Cost) -> Self {
        let usual = cost.memory_kib as usize;
        Self { blocks: vec![Block::default(); usual], usual }
    }

    pub(super) fn derive(&mut self, recipe: &Recipe, given: &[u8]) -> Result<Output, PoolError> {
        let argon2 = recipe.argon2()?;
        let needed = argon2.params().block_count();
        if self.blocks.len() < needed {
            self.blocks.resize(needed, Block::default());
        }
        let mut out = Zeroizing::new(vec![0; recipe.length]);
        let result =
            argon2.hash_password_into_with_memory(given, &recipe.salt, &mut out, self.blocks.as_mut_slice());
        if self.blocks.len() > self.usual {
            // A record of a dearer past is the exception; its memory is given back.
            self.blocks.truncate(self.usual);
            self.blocks.shrink_to_fit();
        }
        result.map(|()| out).map_err(|_| PoolError::Library)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer of the reference implementation (its test.c: version 19, m=256, t=2, p=1).
    #[test]
    fn agrees_with_the_reference_implementation() {
        let cost = Cost { memory_kib: 256, passes: 2, lanes: 1 };
        let recipe = Recipe::ours(cost, b"somesalt".to_vec(), 32);
        let output = Memory::new(cost).derive(&recipe, b"password").unwrap();
        assert_eq!(
            data_encoding::HEXLOWER.encode(&output),
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
        );
    }

    #[test]
    fn reused_memory_gives_what_fresh_memory_gives() {
        let usual = Cost { memory_kib: 256, passes: 2, lanes: 1 };
        let mut memory = Memory::new(usual);
        for cost in [
            usual,
            Cost { memory_kib: 1024, passes: 1, lanes: 2 },
            usual,
            Cost { memory_kib: 64, passes: 3, lanes: 4 },
            usual,
        ] {
            let recipe = Recipe::ours(cost, b"somesalt".to_vec(), 32);
            let mut expected = [0; 32];
            recipe.argon2().unwrap().hash_password_into(b"password", b"somesalt", &mut expected).unwrap();
            let output = memory.derive(&recipe, b"password").unwrap();
            assert_eq!(output.as_slice(), expected);
            assert_eq!(memory.blocks.len(), 256);
        }
    }
}

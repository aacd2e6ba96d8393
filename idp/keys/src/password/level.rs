//! What a refusal works beside the record that it is judged by, so that every refusal takes the same, whoever was asked for.

use gatehouse_domain::random::{self, Rng};

use super::Cost;
use super::foreign::{Shape, Work};
use super::phc::Recipe;

/// The work of every refusal: one hash of ours and, where a hash of another system is dearer than that, one of the dearest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) ours: Cost,
    pub(super) dearest: Option<Shape>,
}

impl Level {
    /// The level, raised to a record that is dearer than all that were heard of.
    pub(super) fn with(self, own: &Work) -> Self {
        let dearer = Shape::of(own).filter(|shape| shape.kib() > self.dear());
        Self { dearest: dearer.or(self.dearest), ..self }
    }

    /// What is worked after a record for a text of so many bytes; nothing but the order differs between two records of which one
    /// is ours or the dearest, or both are of one algorithm. Others are matched by the time that they take, to within a half.
    pub(super) fn rest(self, own: &Work, given: usize, rng: &dyn Rng) -> Vec<Work> {
        let (kib, ours) = (own.kib(given), self.ours.kib());
        let Some(dearest) = self.dearest.filter(|dearest| dearest.kib() > ours) else {
            return self.fill(ours.saturating_sub(kib), rng);
        };
        let made = |shape: Shape| shape.work(random::bytes::<16>(rng));
        if let Some(steps) = Shape::of(own).and_then(|shape| shape.steps_to(dearest)) {
            let ours = Work::Argon2(fresh(self.ours, rng));
            return steps.into_iter().filter_map(made).chain([ours]).collect();
        }
        if kib <= ours {
            return self.fill(ours - kib, rng).into_iter().chain(made(dearest)).collect();
        }
        let all = made(dearest).map_or(0, |work| work.kib(given)).saturating_add(ours);
        self.fill(all.saturating_sub(kib), rng)
    }

    fn dear(self) -> u32 {
        self.dearest.map_or(0, Shape::kib).max(self.ours.kib())
    }

    /// Hashes of ours that write so many KiB in all.
    fn fill(self, kib: u32, rng: &dyn Rng) -> Vec<Work> {
        // As many passes as one hash may have, so that a dear shape is not matched by thousands of cheap hashes.
        let passes = Cost::LIMIT.passes.min(MOST_WRITTEN / self.ours.memory_kib.max(1)).max(1);
        let whole = Cost { passes, ..self.ours };
        let rest = self.ours.memory_kib.checked_mul(passes).map_or(0, |all| kib % all.max(1));
        let count = kib.checked_div(whole.kib()).unwrap_or(0) as usize;
        let rest = whole.after(whole.kib() - rest).filter(|_| rest > 0);
        let costs = std::iter::repeat_n(whole, count).chain(rest);
        costs.map(|cost| Work::Argon2(fresh(cost, rng))).collect()
    }
}

/// A recipe of ours with a salt of its own.
pub(super) fn fresh(cost: Cost, rng: &dyn Rng) -> Recipe {
    Recipe::ours(cost, random::bytes::<16>(rng).to_vec(), OUTPUT_LEN)
}

pub(super) const OUTPUT_LEN: usize = 32;
/// What one hash may write, in KiB.
const MOST_WRITTEN: u32 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::super::foreign::Stored;
    use super::*;
    use crate::entropy::SystemRng;

    const OURS: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$5QUs+ZyxFrCBqpuB3lJw4IwpXin8sSJmwhQP1ef8OBA";
    const SSHA: &str = "{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw==";
    const PHPASS: &str = "$P$6abcdefghsT4iauxAa5hweWWY7vTom0";
    const BCRYPT: &str = "$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.";
    const DEAR: &str = "$2b$12$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.";
    const MIDDLE: &str =
        "$pbkdf2-sha256$300000$MDEyMzQ1Njc4OWFiY2RlZg$w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc";

    fn work(text: &str) -> Work {
        Stored::read(text).unwrap().work
    }

    /// What a refusal works in all, shape by shape: our hashes by what they write together, the others one by one.
    fn all(level: Level, own: &str, given: usize) -> (u32, Vec<String>) {
        let own = work(own);
        let level = level.with(&own);
        let rest = level.rest(&own, given, &SystemRng);
        let (mut ours, mut others) = (0, Vec::new());
        for one in std::iter::once(&own).chain(&rest) {
            match one {
                Work::Argon2(recipe) => ours += recipe.cost.kib(),
                _ => others.extend(Shape::of(one).map(|shape| shape.to_string())),
            }
        }
        others.sort();
        (ours, others)
    }

    #[test]
    fn without_a_dear_hash_every_refusal_is_one_hash_of_ours() {
        let level = Level { ours: Cost::default(), dearest: None };
        assert_eq!(all(level, OURS, 8), (38_912, vec![]));
        assert_eq!(all(level, SSHA, 8), (38_912, vec![]));
        assert_eq!(all(level, PHPASS, 8), (38_784, vec!["phpass 8".to_owned()]));
        assert_eq!(all(level, PHPASS, 4096).0, 38_912 - 128 * 9, "a long text takes phpass longer");
    }

    #[test]
    fn with_one_every_refusal_is_one_of_ours_and_one_of_the_dearest() {
        let dearest = Some("bcrypt 12".parse().unwrap());
        let level = Level { ours: Cost::default(), dearest };
        let wanted = (38_912, vec!["bcrypt 12".to_owned()]);
        for own in [OURS, SSHA, DEAR] {
            assert_eq!(all(level, own, 8), wanted, "{own}");
        }
        let (ours, steps) = all(level, BCRYPT, 8);
        let rounds: u32 = steps.iter().map(|step| 1 << step[7..].parse::<u32>().unwrap()).sum();
        assert_eq!((ours, rounds), (38_912, 1 << 12), "{steps:?}");
        // What is neither is matched by its time.
        let (ours, others) = all(level, MIDDLE, 8);
        assert_eq!(others, ["pbkdf2-sha256 300000"]);
        let total = ours + work(MIDDLE).kib(8);
        assert!(total.abs_diff(38_912 + (160 << 12)) < 64, "{total}");
    }

    #[test]
    fn a_record_that_nobody_told_of_raises_the_level_and_a_cheap_one_does_not() {
        let level = Level { ours: Cost::default(), dearest: None };
        assert_eq!(all(level, DEAR, 8), (38_912, vec!["bcrypt 12".to_owned()]));
        assert_eq!(level.with(&work(BCRYPT)).dearest, None);
        assert_eq!(level.with(&work(OURS)).dearest, None);
    }
}

//! Medians, ranges, percentiles, and who is chosen how often.

use serde::Serialize;

use crate::walk::Network;

/// The middle and the ends of repeated measurements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let upper = *values.get(middle)?;
        let lower = if values.len().is_multiple_of(2) { *values.get(middle.checked_sub(1)?)? } else { upper };
        Some(Self { median: f64::midpoint(lower, upper), min: *values.first()?, max: *values.last()? })
    }

    /// How far the ends lie apart, as a share of the median.
    pub(crate) fn width(&self) -> f64 {
        (self.max - self.min) / self.median
    }
}

/// The value below which `share` of the sorted latencies lie, in milliseconds.
pub(crate) fn percentile(sorted_micros: &[u32], share: f64) -> Option<f64> {
    let rank = (share * count(sorted_micros.len())).ceil().max(1.0);
    sorted_micros.get(whole(rank) - 1).map(|micros| f64::from(*micros) / 1000.0)
}

/// A number of things as a float; exact up to 2^52, which nothing here reaches.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) const fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ranks are small and at least 1")]
const fn whole(number: f64) -> usize {
    number as usize
}

/// SplitMix64: which tenant comes next needs no secrecy, only the same sequence in every run.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A network of somebody's own.
    pub(crate) const fn network(&mut self) -> Network {
        let [high, low, ..] = self.next().to_be_bytes();
        Network(u16::from_be_bytes([high, low]))
    }

    /// A number below `end`, which is at least 1.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

/// How tenants are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Choice {
    /// The n-th tenant with a frequency of 1/n.
    Zipf,
    /// All alike: the enemy of every cache.
    Uniform,
}

/// Draws tenants.
#[derive(Debug, Clone)]
pub(crate) struct Picker {
    choice: Choice,
    /// Cumulated weights, for Zipf.
    weights: Vec<f64>,
    tenants: usize,
}

impl Picker {
    pub(crate) fn new(choice: Choice, tenants: usize) -> Self {
        let mut sum = 0.0;
        let weigh = |rank: usize| {
            sum += 1.0 / count(rank);
            sum
        };
        let weights = if choice == Choice::Zipf { (1..=tenants).map(weigh).collect() } else { Vec::new() };
        Self { choice, weights, tenants }
    }

    pub(crate) const fn tenants(&self) -> usize {
        self.tenants
    }

    pub(crate) fn pick(&self, dice: &mut Dice) -> usize {
        match (self.choice, self.weights.last()) {
            (Choice::Zipf, Some(total)) => {
                let at =
                    f64::from(u32::try_from(dice.next() >> 32).unwrap_or(0)) / f64::from(u32::MAX) * total;
                self.weights.partition_point(|weight| *weight < at).min(self.tenants - 1)
            }
            _ => dice.below(self.tenants),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles_and_ends() {
        let spread = Spread::of([3.0, 1.0, 2.0, 10.0]).unwrap();
        assert_eq!(spread, Spread { median: 2.5, min: 1.0, max: 10.0 });
        assert!((spread.width() - 3.6).abs() < 1e-9);
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn percentiles_are_measured_values() {
        let micros: Vec<u32> = (1..=1000).map(|value| value * 1000).collect();
        assert_eq!(percentile(&micros, 0.5), Some(500.0));
        assert_eq!(percentile(&micros, 0.99), Some(990.0));
        assert_eq!(percentile(&micros, 1.0), Some(1000.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn zipf_prefers_the_first_and_uniform_nobody() {
        let draws = |choice| {
            let (picker, mut dice) = (Picker::new(choice, 100), Dice::new(1));
            let mut hits = vec![0_u32; 100];
            (0..100_000).for_each(|_| hits[picker.pick(&mut dice)] += 1);
            hits
        };
        let zipf = draws(Choice::Zipf);
        // The harmonic number of 100 is 5.187.
        assert!((18_500..20_100).contains(&zipf[0]), "{}", zipf[0]);
        assert!((8_900..10_400).contains(&zipf[1]), "{}", zipf[1]);
        assert!(zipf.iter().all(|hits| *hits > 0));
        assert!(draws(Choice::Uniform).iter().all(|hits| (800..1200).contains(hits)));
    }
}

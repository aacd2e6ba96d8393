//! What verifying a hash costs: its algorithm with the parameters, and nothing of the hash. A refusal works by the shape of the
//! dearest hash there is, so that its time does not tell whose password was tried.

use std::fmt;
use std::str::FromStr;

use super::super::Cost;
use super::super::phc::Recipe;
use super::{Work, bcrypt, pbkdf2, phpass, scrypt};

/// An algorithm with its parameters, within the bounds of what is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Argon2(Cost),
    Bcrypt(u32),
    Scrypt(u32, u32, u32),
    Pbkdf2(pbkdf2::Hash, u32),
    Phpass(u32),
}

/// A text that is no shape, or one that would cost too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an algorithm with its parameters")]
pub struct BadShape;

impl Shape {
    /// That of work; none for a salted digest, which costs hardly anything.
    pub(in super::super) fn of(work: &Work) -> Option<Self> {
        Some(Self(match work {
            Work::Argon2(recipe) => Kind::Argon2(recipe.cost),
            Work::Bcrypt(recipe) => Kind::Bcrypt(recipe.cost()),
            Work::Scrypt(recipe) => recipe.shape(),
            Work::Firebase(recipe) => recipe.shape(),
            Work::Pbkdf2(recipe) => recipe.shape(),
            Work::Ldap(_) => return None,
            Work::Phpass(recipe) => Kind::Phpass(recipe.log_rounds()),
        }))
    }

    /// Work that costs as much as any of this shape, and opens nothing.
    pub(in super::super) fn work(self, salt: [u8; 16]) -> Option<Work> {
        Some(match self.0 {
            Kind::Argon2(cost) => {
                Work::Argon2(cost.is_acceptable().then(|| Recipe::ours(cost, salt.to_vec(), OUTPUT))?)
            }
            Kind::Bcrypt(cost) => Work::Bcrypt(bcrypt::Recipe::of(cost, salt)?),
            Kind::Scrypt(log_n, r, p) => Work::Scrypt(scrypt::Recipe::of((log_n, r, p), salt)?),
            Kind::Pbkdf2(hash, iterations) => Work::Pbkdf2(pbkdf2::Recipe::of(hash, iterations, salt)?),
            Kind::Phpass(log_rounds) => Work::Phpass(phpass::Recipe::of(log_rounds, salt)?),
        })
    }

    /// What it takes at most, in KiB that argon2id would write in the same time.
    pub fn kib(self) -> u32 {
        self.work([0; 16]).map_or(0, |work| work.kib(usize::MAX))
    }

    /// What is missing from this to a dearer one of the same algorithm, as shapes of which each is worked once; none if the two cannot
    /// be measured by each other.
    pub(in super::super) fn steps_to(self, dearer: Self) -> Option<Vec<Self>> {
        if self == dearer {
            return Some(Vec::new());
        }
        match (self.0, dearer.0) {
            // The work doubles with each: 2^9 and 2^9 and 2^10 are 2^11.
            (Kind::Bcrypt(from), Kind::Bcrypt(to)) if from < to => {
                Some((from..to).map(|cost| Self(Kind::Bcrypt(cost))).collect())
            }
            (Kind::Phpass(from), Kind::Phpass(to)) if from < to => {
                Some((from..to).map(|rounds| Self(Kind::Phpass(rounds))).collect())
            }
            (Kind::Pbkdf2(one, from), Kind::Pbkdf2(other, to)) if one == other && from < to => {
                Some(vec![Self(Kind::Pbkdf2(one, to - from))])
            }
            _ => None,
        }
    }
}

impl scrypt::Recipe {
    fn shape(&self) -> Kind {
        let (log_n, r, p) = self.parameters();
        Kind::Scrypt(log_n, r, p)
    }
}

impl super::firebase::Recipe {
    fn shape(&self) -> Kind {
        self.key().shape()
    }
}

impl pbkdf2::Recipe {
    fn shape(&self) -> Kind {
        let (hash, iterations) = self.parameters();
        Kind::Pbkdf2(hash, iterations)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Argon2(Cost { memory_kib, passes, lanes }) => {
                write!(f, "argon2 {memory_kib} {passes} {lanes}")
            }
            Kind::Bcrypt(cost) => write!(f, "bcrypt {cost}"),
            Kind::Scrypt(log_n, r, p) => write!(f, "scrypt {log_n} {r} {p}"),
            Kind::Pbkdf2(hash, iterations) => write!(f, "{} {iterations}", hash.as_str()),
            Kind::Phpass(log_rounds) => write!(f, "phpass {log_rounds}"),
        }
    }
}

impl FromStr for Shape {
    type Err = BadShape;

    fn from_str(text: &str) -> Result<Self, BadShape> {
        let mut words = text.split(' ');
        let algorithm = words.next().ok_or(BadShape)?;
        let numbers: Result<Vec<u32>, _> = words.map(str::parse).collect();
        let kind = match (algorithm, numbers.map_err(|_| BadShape)?.as_slice()) {
            ("argon2", [memory_kib, passes, lanes]) => {
                Kind::Argon2(Cost { memory_kib: *memory_kib, passes: *passes, lanes: *lanes })
            }
            ("bcrypt", [cost]) => Kind::Bcrypt(*cost),
            ("scrypt", [log_n, r, p]) => Kind::Scrypt(*log_n, *r, *p),
            ("phpass", [log_rounds]) => Kind::Phpass(*log_rounds),
            (hash, [iterations]) => Kind::Pbkdf2(pbkdf2::Hash::of(hash).ok_or(BadShape)?, *iterations),
            _ => return Err(BadShape),
        };
        // Nothing dearer than an import takes, whoever wrote the text.
        Self(kind).work([0; 16]).map(|_| Self(kind)).ok_or(BadShape)
    }
}

const OUTPUT: usize = 32;

#[cfg(test)]
mod tests {
    use super::super::Stored;
    use super::*;

    #[test]
    fn a_shape_is_read_back_and_costs_what_the_hash_costs() {
        for (hash, text) in [
            ("$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.", "bcrypt 5"),
            (
                "$scrypt$ln=8,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$ZjO12X9zHzFjit9NilAkyhtxSSqXHElkreJiC0ywnos",
                "scrypt 8 8 2",
            ),
            ("$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$2l0M8PgnkcsF1y1Xw/YXfSOEgV8", "pbkdf2-sha1 1000"),
            (
                "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc",
                "pbkdf2-sha256 1000",
            ),
            ("$P$6abcdefghsT4iauxAa5hweWWY7vTom0", "phpass 8"),
            (
                "$argon2id$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$5QUs+ZyxFrCBqpuB3lJw4IwpXin8sSJmwhQP1ef8OBA",
                "argon2 256 2 2",
            ),
        ] {
            let stored = Stored::read(hash).unwrap();
            let shape = Shape::of(&stored.work).unwrap();
            assert_eq!(shape.to_string(), text);
            assert_eq!(text.parse(), Ok(shape));
            assert_eq!(shape.kib(), stored.work.kib(usize::MAX), "{text}");
        }
        let digest = Stored::read("{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw==").unwrap();
        assert_eq!(Shape::of(&digest.work), None);
    }

    #[test]
    fn nothing_dearer_than_an_import_takes_is_a_shape() {
        for text in [
            "",
            "bcrypt",
            "bcrypt 13",
            "bcrypt 3",
            "bcrypt 12 1",
            "bcrypt -1",
            "scrypt 18 8 1",
            "scrypt 17 8 2",
            "pbkdf2-sha256 1600001",
            "pbkdf2-sha256 0",
            "phpass 17",
            "argon2 131073 1 1",
            "md5 1",
        ] {
            assert_eq!(text.parse::<Shape>(), Err(BadShape), "{text}");
        }
    }

    #[test]
    fn steps_add_up_to_the_dearer_one() {
        let kib = |text: &str| text.parse::<Shape>().unwrap().kib();
        for (cheap, dear) in [
            ("bcrypt 4", "bcrypt 12"),
            ("phpass 9", "phpass 16"),
            ("pbkdf2-sha256 1000", "pbkdf2-sha256 600000"),
        ] {
            let (from, to): (Shape, Shape) = (cheap.parse().unwrap(), dear.parse().unwrap());
            let steps: u32 = from.steps_to(to).unwrap().into_iter().map(Shape::kib).sum();
            assert_eq!(kib(cheap) + steps, kib(dear), "{cheap}");
            assert_eq!(to.steps_to(from), None);
            assert_eq!(to.steps_to(to), Some(Vec::new()));
        }
        let (one, other): (Shape, Shape) =
            ("bcrypt 4".parse().unwrap(), "pbkdf2-sha256 600000".parse().unwrap());
        assert_eq!(one.steps_to(other), None);
    }
}

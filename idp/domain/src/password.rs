//! New passwords: how one was judged, in a closed list of words that pages can say.

use crate::words::words;

/// The most Unicode code points of a new password.
pub const MOST_CHARACTERS: usize = 256;
/// The most bytes of a new password in UTF-8.
pub const MOST_BYTES: usize = 1024;

/// How a new password was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It may be set.
    Good,
    /// It has too few characters.
    TooShort {
        /// The fewest.
        min: u8,
    },
    /// It has more than [`MOST_CHARACTERS`] or [`MOST_BYTES`].
    TooLong,
    /// It would be guessed soon.
    Weak {
        /// From 0 (at once) to 4 (hardly).
        score: u8,
        /// What makes it weak, where one thing does.
        warning: Option<Warning>,
        /// What would make it stronger.
        advice: Vec<Advice>,
    },
    /// It is on a list of passwords that many used or that leaked.
    Breached,
}

words! {
    /// What makes a password weak.
    Warning {
        /// A straight row of keys.
        KeyRow = "password-warning-key-row",
        /// A short pattern on the keyboard.
        KeyPattern = "password-warning-key-pattern",
        /// One character again and again.
        Repeats = "password-warning-repeats",
        /// A short text again and again.
        RepeatedText = "password-warning-repeated-text",
        /// Among the most common of all, or close to one.
        Common = "password-warning-common",
        /// A sequence such as abc.
        Sequence = "password-warning-sequence",
        /// A recent year.
        Year = "password-warning-year",
        /// A single word.
        SingleWord = "password-warning-single-word",
        /// A date.
        Date = "password-warning-date",
        /// A name.
        Name = "password-warning-name",
    }
}

words! {
    /// What would make a password stronger.
    Advice {
        /// A few words, no phrase that everybody knows.
        FewWords = "password-advice-few-words",
        /// Symbols, digits and capitals are not needed.
        NoSymbolsNeeded = "password-advice-no-symbols-needed",
        /// One word more, or two.
        AnotherWord = "password-advice-another-word",
        /// Capitals hardly help.
        Capitals = "password-advice-capitals",
        /// Words written backwards hardly help.
        Reversed = "password-advice-reversed",
        /// Substitutions such as @ for a hardly help.
        Substitutions = "password-advice-substitutions",
        /// A longer pattern on the keyboard.
        LongerPattern = "password-advice-longer-pattern",
        /// No repetition.
        NoRepeats = "password-advice-no-repeats",
        /// No sequence.
        NoSequences = "password-advice-no-sequences",
        /// No dates and years of one's own.
        NoDates = "password-advice-no-dates",
    }
}

//! New passwords: how long they are, whether they are on a list, how soon they would be guessed.

use std::borrow::Cow;

use gatehouse_domain::password::{Advice, Judgement, MOST_BYTES, MOST_CHARACTERS, Warning};
use gatehouse_domain::policy::PasswordRules;
use gatehouse_domain::secret::Secret;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};
use zxcvbn::feedback::{Feedback, Suggestion, Warning as Found};
use zxcvbn::zxcvbn;

use super::Filter;

/// A password in normalisation form C, in which it is judged, hashed and verified: keyboards differ in how they compose the same letter
/// (NIST SP 800-63B-4, section 3.1.1.2).
pub fn normalised(given: &Secret<String>) -> Cow<'_, Secret<String>> {
    match is_nfc_quick(given.expose().chars()) {
        IsNormalized::Yes => Cow::Borrowed(given),
        IsNormalized::No | IsNormalized::Maybe => {
            // Three times the bytes is the longest that form C becomes (UAX 15, section 9): no growing leaves a piece of it behind.
            let mut text = String::with_capacity(given.expose().len() * 3);
            text.extend(given.expose().nfc());
            Cow::Owned(Secret::new(text))
        }
    }
}

/// Judges a new password. `hints` are words that somebody who knows the person tries first: their name, the parts of their address, their
/// organisation's name. Takes up to some milliseconds of CPU.
pub fn judge(rules: PasswordRules, listed: &Filter, given: &Secret<String>, hints: &[&str]) -> Judgement {
    let given = normalised(given);
    let text = given.expose().as_str();
    let length = text.chars().take(MOST_CHARACTERS + 1).count();
    if length > MOST_CHARACTERS || text.len() > MOST_BYTES {
        return Judgement::TooLong;
    }
    if length < usize::from(rules.min_length()) {
        return Judgement::TooShort { min: rules.min_length() };
    }
    if listed.lists(&given) {
        return Judgement::Breached;
    }
    let hints: Vec<&str> = hints.iter().copied().flat_map(words).take(MOST_HINTS).collect();
    let entropy = zxcvbn(text, &hints);
    let score = u8::from(entropy.score());
    if score >= rules.min_score() {
        return Judgement::Good;
    }
    let feedback = entropy.feedback();
    let mut advice: Vec<Advice> = Vec::new();
    for one in feedback.into_iter().flat_map(Feedback::suggestions).map(|one| advised(*one)) {
        if !advice.contains(&one) {
            advice.push(one);
        }
    }
    if advice.is_empty() {
        advice.push(Advice::AnotherWord);
    }
    Judgement::Weak { score, warning: feedback.and_then(Feedback::warning).map(warned), advice }
}

/// A hint and, where it is made of several words, each of them.
fn words(hint: &str) -> impl Iterator<Item = &str> {
    let parts = hint.split(|c: char| !c.is_alphanumeric()).filter(move |part| *part != hint);
    std::iter::once(hint).chain(parts).filter(|part| part.chars().count() > 2)
}

const fn warned(found: Found) -> Warning {
    match found {
        Found::StraightRowsOfKeysAreEasyToGuess => Warning::KeyRow,
        Found::ShortKeyboardPatternsAreEasyToGuess => Warning::KeyPattern,
        Found::RepeatsLikeAaaAreEasyToGuess => Warning::Repeats,
        Found::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => Warning::RepeatedText,
        Found::ThisIsATop10Password
        | Found::ThisIsATop100Password
        | Found::ThisIsACommonPassword
        | Found::ThisIsSimilarToACommonlyUsedPassword => Warning::Common,
        Found::SequencesLikeAbcAreEasyToGuess => Warning::Sequence,
        Found::RecentYearsAreEasyToGuess => Warning::Year,
        Found::AWordByItselfIsEasyToGuess => Warning::SingleWord,
        Found::DatesAreOftenEasyToGuess => Warning::Date,
        Found::NamesAndSurnamesByThemselvesAreEasyToGuess | Found::CommonNamesAndSurnamesAreEasyToGuess => {
            Warning::Name
        }
    }
}

const fn advised(found: Suggestion) -> Advice {
    match found {
        Suggestion::UseAFewWordsAvoidCommonPhrases => Advice::FewWords,
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => Advice::NoSymbolsNeeded,
        Suggestion::AddAnotherWordOrTwo => Advice::AnotherWord,
        Suggestion::CapitalizationDoesntHelpVeryMuch
        | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => Advice::Capitals,
        Suggestion::ReversedWordsArentMuchHarderToGuess => Advice::Reversed,
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => Advice::Substitutions,
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => Advice::LongerPattern,
        Suggestion::AvoidRepeatedWordsAndCharacters => Advice::NoRepeats,
        Suggestion::AvoidSequences => Advice::NoSequences,
        Suggestion::AvoidRecentYears
        | Suggestion::AvoidYearsThatAreAssociatedWithYou
        | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => Advice::NoDates,
    }
}

/// The most words about the person that are looked for.
const MOST_HINTS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(rules: PasswordRules, text: &str, hints: &[&str]) -> Judgement {
        judge(rules, &Filter::shipped(), &Secret::new(text.to_owned()), hints)
    }

    fn usual(text: &str) -> Judgement {
        judged(PasswordRules::default(), text, &[])
    }

    #[test]
    fn a_few_words_are_good_and_no_character_is_demanded() {
        for good in [
            "violet harbour ninety sails",
            "grünspechthöhlenforscher am deich",
            "紫陽花が咲く港の古い灯台守",
            "🦊🌲⛵🧭🪁🎻🧂🌋🦉🚲🪐🧶",
        ] {
            assert_eq!(usual(good), Judgement::Good, "{good}");
        }
    }

    #[test]
    fn length_is_counted_in_composed_code_points() {
        let rules = PasswordRules::new(12, 1).unwrap();
        // Twelve letters written as 24 code points are twelve; eleven are not.
        assert_ne!(judged(rules, &letters(12), &[]), Judgement::TooShort { min: 12 });
        assert_eq!(judged(rules, &letters(11), &[]), Judgement::TooShort { min: 12 });
        assert_eq!(judged(rules, &"🦊".repeat(257), &[]), Judgement::TooLong);
        assert_eq!(judged(rules, &"a".repeat(257), &[]), Judgement::TooLong);
        assert_ne!(judged(rules, &"🦊🌲⛵🧭".repeat(64), &[]), Judgement::TooLong);
    }

    /// So many different letters with an umlaut's dots, each as two code points.
    fn letters(count: usize) -> String {
        ["a", "o", "u", "e", "i", "y", "A", "O", "U", "E", "I", "Y"]
            .iter()
            .take(count)
            .map(|letter| format!("{letter}\u{308}"))
            .collect()
    }

    #[test]
    fn what_is_weak_is_told_why() {
        for (text, warning) in [
            ("\\][poiuytrewq", Some(Warning::KeyRow)),
            ("aaaaaaaaaaaaaaaa", Some(Warning::Repeats)),
            ("abcabcabcabcabc", Some(Warning::RepeatedText)),
            ("abcdefghijklmnop", Some(Warning::Sequence)),
        ] {
            let Judgement::Weak { score, warning: found, advice } = usual(text) else {
                panic!("{text}: {:?}", usual(text))
            };
            assert_eq!(found, warning, "{text}");
            assert!(score < 3 && !advice.is_empty(), "{text}");
        }
    }

    #[test]
    fn words_about_the_person_do_not_count() {
        for (text, hint) in [
            ("zwetschgenhof", "Zwetschgenhof & Co."),
            ("zw3tschgenh0f", "zwetschgenhof"),
            ("zwetschgenhof7", "info@zwetschgenhof.example"),
        ] {
            assert_eq!(usual(text), Judgement::Good, "{text}");
            let judged = judged(PasswordRules::default(), text, &["Al", hint]);
            assert!(matches!(judged, Judgement::Weak { .. }), "{text}: {judged:?}");
        }
    }

    #[test]
    fn a_listed_password_is_refused_however_long_ago_it_was_listed() {
        let rules = PasswordRules::new(8, 1).unwrap();
        for listed in ["football", "Football", "trustno1", "1q2w3e4r5t6y"] {
            assert_eq!(judged(rules, listed, &[]), Judgement::Breached, "{listed}");
        }
    }

    #[test]
    fn a_tenants_rules_decide() {
        let text = "kelpforest77";
        let loose = PasswordRules::new(8, 1).unwrap();
        let long = PasswordRules::new(20, 1).unwrap();
        let strong = PasswordRules::new(8, 4).unwrap();
        assert_eq!(judged(loose, text, &[]), Judgement::Good);
        assert_eq!(judged(long, text, &[]), Judgement::TooShort { min: 20 });
        assert!(matches!(judged(strong, text, &[]), Judgement::Weak { .. }));
    }

    /// What a long password costs is bounded because the library looks at its first 100 characters and at no others.
    #[test]
    fn the_longest_and_most_repetitive_are_judged_soon() {
        let hints = ["repetition", "abab", "aaaa", "1212"];
        for piece in
            ["a", "ab", "aab", "1", "12", "4@", "2011", "qwerty", "aA", "password1", "l1|!", "äö", "🦊"]
        {
            let long: String = piece.chars().cycle().take(MOST_CHARACTERS).collect();
            let judge_once = || {
                let begun = std::time::Instant::now();
                assert_ne!(judged(PasswordRules::default(), &long, &hints), Judgement::TooLong, "{piece}");
                begun.elapsed()
            };
            // The least of some tries: other work on the machine is not what is measured.
            let least = (0..5).map(|_| judge_once()).min().unwrap();
            assert!(least < std::time::Duration::from_millis(100), "{piece}: {least:?}");
            let first: String = long.chars().take(100).collect();
            assert_eq!(zxcvbn(&long, &hints).guesses(), zxcvbn(&first, &hints).guesses(), "{piece}");
        }
    }

    #[test]
    fn both_spellings_of_a_letter_are_one_password() {
        let composed = Secret::new("Gr\u{fc}nspecht".to_owned());
        let decomposed = Secret::new("Gru\u{308}nspecht".to_owned());
        assert_eq!(normalised(&decomposed).expose(), composed.expose());
        assert!(matches!(normalised(&composed), Cow::Borrowed(_)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_panics_and_no_short_one_passes(text in "\\PC{0,40}", hint in "\\PC{0,20}") {
            let judged = usual(&text);
            let count = text.nfc().count();
            prop_assert_eq!(count < 12, judged == Judgement::TooShort { min: 12 });
            let with_hint = judge(
                PasswordRules::default(), &Filter::shipped(), &Secret::new(text), &[hint.as_str()],
            );
            prop_assert!(judged == Judgement::Good || with_hint != Judgement::Good);
        }

        #[test]
        fn what_is_ascii_stays_as_it_is(text in "[ -~]{0,64}") {
            let given = Secret::new(text);
            prop_assert!(matches!(normalised(&given), Cow::Borrowed(_)));
        }
    }
}

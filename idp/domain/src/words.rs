//! Closed sets that stand in storage and on the wire as words.

/// A stored or configured word that names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a known word")]
pub struct UnknownWord;

/// Declares enums whose variants are words: the same text in storage, in events and in configuration.
macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ })+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, $crate::words::UnknownWord> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err($crate::words::UnknownWord) }
            }
        }
    )+};
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::email::{AddressState, ProofPurpose};

    #[test]
    fn words_are_read_back_everywhere() {
        for purpose in ProofPurpose::ALL {
            assert_eq!(purpose.to_string().parse(), Ok(*purpose));
            let written = serde_json::to_string(purpose).unwrap();
            assert_eq!(written, format!("\"{purpose}\""));
            assert_eq!(serde_json::from_str::<ProofPurpose>(&written).unwrap(), *purpose);
        }
        assert!("SignUp".parse::<ProofPurpose>().is_err());
        assert!("unknown".parse::<AddressState>().is_err());
    }
}

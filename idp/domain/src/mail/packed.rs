//! The form in which a letter is sealed. It is the one encoding of a letter: what holds secrets has no other.

use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use super::{Letter, Message, Occasion};
use crate::email::EmailAddress;
use crate::identity::Role;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Bytes that are no letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a letter")]
pub struct Unreadable;

impl Letter {
    /// The letter with its secrets in clear, to be sealed at once and kept nowhere.
    ///
    /// # Errors
    /// [`Unreadable`] if it cannot be written, which no letter causes.
    pub fn to_be_sealed(&self) -> Result<Secret<Vec<u8>>, Unreadable> {
        // Room enough that growing leaves no copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
        serde_json::to_writer(&mut *bytes, &PackedLetter(self)).map_err(|_| Unreadable)?;
        Ok(Secret::new(std::mem::take(&mut *bytes)))
    }

    /// Reads what [`Letter::to_be_sealed`] wrote.
    ///
    /// # Errors
    /// [`Unreadable`] for anything else.
    pub fn unsealed(bytes: &Secret<Vec<u8>>) -> Result<Self, Unreadable> {
        let read: ReadLetter = serde_json::from_slice(bytes.expose()).map_err(|_| Unreadable)?;
        Ok(Self {
            to: read.to,
            name: read.name,
            locale: read.locale,
            message: read.message,
            occasion: read.occasion.map(|Read(occasion)| occasion),
        })
    }
}

struct PackedLetter<'a>(&'a Letter);

impl Serialize for PackedLetter<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            to: &'a EmailAddress,
            name: &'a Option<String>,
            locale: &'a Option<String>,
            #[serde(serialize_with = "PackedMessage::serialize")]
            message: &'a Message,
            occasion: Option<Packed<'a>>,
        }
        let Letter { to, name, locale, message, occasion } = self.0;
        let occasion = occasion.as_ref().map(Packed);
        Fields { to, name, locale, message, occasion }.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Packed<'a>(#[serde(serialize_with = "PackedOccasion::serialize")] &'a Occasion);

#[derive(Deserialize)]
struct Read(#[serde(with = "PackedOccasion")] Occasion);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadLetter {
    to: EmailAddress,
    name: Option<String>,
    locale: Option<String>,
    #[serde(with = "PackedMessage")]
    message: Message,
    occasion: Option<Read>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Occasion", deny_unknown_fields)]
struct PackedOccasion {
    at: Timestamp,
    network: Option<String>,
    device: Option<String>,
}

fn clear<S: Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// The message field by field, as the compiler holds it against [`Message`]: an encoding on [`Message`] itself would be open to everybody
/// who has a letter, and its secrets would follow it into logs and answers.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Message", rename_all = "snake_case", deny_unknown_fields)]
enum PackedMessage {
    SignUpCode {
        #[serde(serialize_with = "clear")]
        code: Secret<String>,
        #[serde(serialize_with = "clear")]
        link: Secret<String>,
        minutes: u32,
    },
    AlreadyHaveAccount {
        sign_in: String,
        recover: String,
    },
    ProveAddress {
        #[serde(serialize_with = "clear")]
        code: Secret<String>,
        #[serde(serialize_with = "clear")]
        link: Secret<String>,
        minutes: u32,
    },
    RecoveryCode {
        #[serde(serialize_with = "clear")]
        code: Secret<String>,
        #[serde(serialize_with = "clear")]
        link: Secret<String>,
        minutes: u32,
    },
    Invitation {
        tenant: String,
        inviter: Option<String>,
        role: Role,
        #[serde(serialize_with = "clear")]
        link: Secret<String>,
        expires_at: Timestamp,
    },
    PasswordChanged {
        account: String,
    },
    AddressAdded {
        address: String,
        account: String,
    },
    AddressChangeRequested {
        address: String,
        account: String,
    },
    AddressChanged {
        old: String,
        new: String,
        #[serde(serialize_with = "clear")]
        undo: Secret<String>,
        until: Timestamp,
    },
    AddressRestored {
        address: String,
        account: String,
    },
    AddressRemoved {
        address: String,
        account: String,
    },
    AddressStale {
        address: String,
        account: String,
    },
    NothingChanged {},
    NewDevice {
        account: String,
    },
    DeletionRequested {
        due: Timestamp,
        #[serde(serialize_with = "clear")]
        undo: Secret<String>,
    },
    DeletionPostponed {
        tenants: String,
        due: Timestamp,
        #[serde(serialize_with = "clear")]
        undo: Secret<String>,
    },
    AccountDeleted {},
    RefusedTries {
        account: String,
    },
    Test {},
    Nobody {},
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_comes_back_as_it_was() {
        let letter = Letter {
            to: "Ada@corp.example".parse().unwrap(),
            name: Some("Ada".to_owned()),
            locale: Some("pt-BR".to_owned()),
            message: Message::RecoveryCode {
                code: Secret::new("123456".to_owned()),
                link: Secret::new("https://id.example/recover?t=x".to_owned()),
                minutes: 10,
            },
            occasion: Some(Occasion {
                at: Timestamp::UNIX_EPOCH,
                network: Some("192.0.2.0/24".to_owned()),
                device: None,
            }),
        };
        let bytes = letter.to_be_sealed().unwrap();
        let again = Letter::unsealed(&bytes).unwrap();
        assert_eq!(again.to.to_string(), "Ada@corp.example");
        assert_eq!(again.occasion, letter.occasion);
        assert_eq!((again.name, again.locale), (letter.name, letter.locale));
        let Message::RecoveryCode { code, link, minutes } = again.message else { panic!("another message") };
        assert_eq!((code.expose().as_str(), minutes), ("123456", 10));
        assert_eq!(link.expose(), "https://id.example/recover?t=x");
    }

    #[test]
    fn nothing_else_is_a_letter() {
        for text in ["", "{}", "null", "{\"to\":\"a@b.example\",\"message\":\"nothing\"}"] {
            assert_eq!(Letter::unsealed(&Secret::new(text.as_bytes().to_vec())).err(), Some(Unreadable));
        }
    }

    #[test]
    fn what_is_printed_of_a_letter_shows_no_secret() {
        let message = Message::DeletionRequested {
            due: Timestamp::UNIX_EPOCH,
            undo: Secret::new("https://id.example/undo?t=hunter2".to_owned()),
        };
        assert!(!format!("{message:?}").contains("hunter2"));
        assert_eq!(message.kind(), "deletion_requested");
    }
}

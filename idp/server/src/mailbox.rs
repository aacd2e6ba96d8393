//! The mailbox of a development world: letters in memory, the newest first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use gatehouse_flows::mail::Mail;

/// How many letters it holds; the oldest go first.
const ROOM: usize = 200;

/// Letters as they would have been sent.
#[derive(Debug, Clone, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<Mail>>>);

impl Mailbox {
    /// Puts a letter in, by the time it was written: several senders deliver at once, in whatever order.
    pub fn put(&self, mail: &Mail) {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.truncate(ROOM - 1);
        let newer = letters.iter().take_while(|letter| written(letter) > written(mail)).count();
        letters.insert(newer, mail.clone());
    }

    /// All letters, the newest first.
    pub fn all(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// When a letter was written: the milliseconds at the head of its id (RFC 9562, section 5.7).
fn written(mail: &Mail) -> u128 {
    mail.id.uuid().as_u128() >> 80
}

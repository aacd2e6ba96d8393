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
    /// Puts a letter in.
    pub fn put(&self, mail: &Mail) {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.truncate(ROOM - 1);
        letters.push_front(mail.clone());
    }

    /// All letters, the newest first.
    pub fn all(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

//! Invitations: opened, answered, refused, by real forms; and membership by domain.

mod answering;
mod applying;
mod elsewhere;
mod joining;
mod kit;
mod refusing;
mod signing_up;

//! Mail: letters are sealed and queued with the change that they tell of, and sent by a job. No request waits for a server.

mod bounce;
mod dead;
mod job;
mod letter;
mod mailer;
mod rate;
mod sender;
mod trial;
mod words;

pub use bounce::{Bounced, Report};
pub use gatehouse_store::mails::DeadMail;
pub use mailer::{Delivering, Mail, Mailer, NoMailer, Sender, TenantSender, Undelivered};

pub(crate) use job::{KIND, NotSent};
pub(crate) use letter::SealedLetter;
pub use trial::TrialFault;

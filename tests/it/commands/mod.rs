//! The commands as an operator uses them: the program itself, in production's shape, against a private database.

mod applying;
mod configuration;
mod dev;
mod documents;
mod importing;
mod installation;
mod inviting;
mod migrating;
mod person;
mod program;
mod refusing;
mod rotating;
mod server;
mod serving;

//! Everything that crosses rooms.

#[cfg(test)]
mod abuse;
#[cfg(test)]
mod account;
#[cfg(test)]
mod apply;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod house;
#[cfg(test)]
mod interop;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tenancy;

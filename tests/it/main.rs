//! Everything that crosses rooms.

#[cfg(test)]
mod abuse;
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
mod protocol;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tenancy;

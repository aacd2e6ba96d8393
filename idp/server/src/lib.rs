//! The binary gatehouse: configuration, commands, wiring, telemetry, development cluster.
#![warn(missing_docs)]

pub mod cli;
pub mod cluster;
pub mod config;
pub mod management;
pub mod telemetry;

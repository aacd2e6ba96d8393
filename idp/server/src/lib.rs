//! The binary gatehouse: configuration, commands, wiring, telemetry, development cluster.
#![warn(missing_docs)]

pub mod cli;
pub mod cluster;
pub mod commands;
pub mod config;
mod demo;
pub mod listener;
pub mod mailbox;
pub mod management;
mod outside;
pub mod smtp;
pub mod telemetry;
pub mod wire;
mod work;
pub mod world;

//! The protocol beyond what the foreign clients walk through.

mod algorithms;
mod authorize;
mod backchannel;
mod consent;
mod deaf;
mod demo;
mod events;
mod flow;
mod hint;
mod logo;
mod logout;
mod platform;
mod published_keys;
mod resources;
mod userinfo;

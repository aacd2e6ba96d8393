//! The connector against messages that the xmlsec1 program signs and encrypts.

mod codes;
mod encrypted;
mod gate;
mod logout;
mod metadata;
mod mutations;
mod provider;
mod requests;
mod signature_shape;
mod signed;
mod statements;
mod world;
mod wrapping;

//! XML: one strict parser for what comes in, one writer for what goes out.

mod context;
mod limits;
mod names;
mod parse;
mod tree;
mod write;

pub(crate) use context::in_context;
pub(crate) use limits::Limits;
pub(crate) use names::{ASSERTION, DSIG, DSIG11, ENC, ENC11, EXC_C14N, METADATA, PROTOCOL};
pub(crate) use parse::{Xml, XmlFault, parse};
pub(crate) use tree::{Attribute, Element};
pub(crate) use write::Writer;

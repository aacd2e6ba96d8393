//! What handlers take from a request.

mod at;
mod form;
mod peer;

pub(crate) use at::At;
pub(crate) use form::{BodyFault, DOUBLED, Limit, MALFORMED, form, form_if_any, query};
pub(crate) use peer::{Visit, request_id};

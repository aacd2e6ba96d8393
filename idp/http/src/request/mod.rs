//! What handlers take from a request.

mod at;
mod form;
mod peer;

pub(crate) use at::At;
pub(crate) use form::{BodyFault, Limit, form, form_if_any};
pub(crate) use peer::{Visit, request_id};

//! Hosted pages.

pub(crate) mod account;
mod assets;
mod call;
mod flow;
mod gate;
mod home;
mod invitation;
mod login;
mod logo;
mod logout;
mod proof;
mod proof_pages;
mod show;
mod step;

pub(crate) use assets::asset;
pub(crate) use flow::begin;
pub(crate) use home::home;
pub(crate) use invitation::{
    accept_invitation, decline_invitation, invitation, open_invitation, prove_to_answer, sign_in_to_answer,
    sign_up_to_answer,
};
pub(crate) use login::{
    account, another, confirm, consent, give_up, identifier, join, later, login, organization, password,
    remove,
};
pub(crate) use logo::logo;
pub(crate) use logout::{end_session, end_session_post};
pub(crate) use proof::{
    code, confirm_link, new_account, new_password, recover, recover_address, send_again, sign_up,
    sign_up_address, sign_up_instead, verify,
};

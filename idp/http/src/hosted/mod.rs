//! Hosted pages.

mod assets;
mod flow;
mod gate;
mod home;
mod login;
mod logo;
mod logout;
mod show;

pub(crate) use assets::asset;
pub(crate) use flow::begin;
pub(crate) use home::home;
pub(crate) use login::{
    account, another, consent, give_up, identifier, login, organization, password, remove,
};
pub(crate) use logo::logo;
pub(crate) use logout::{end_session, end_session_post};

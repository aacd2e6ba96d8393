//! The pages of a sign-in. GET shows where the flow is; every POST is one use case.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use gatehouse_domain::secret::Secret;
use gatehouse_flows::AcceptedHere;
use gatehouse_flows::login::{Given, Look};
use gatehouse_pages::TextId;

use super::flow::begin;
use super::show::land;
use super::step::{fail, step};
use crate::fault::Frame;
use crate::request::{At, Visit, query};
use crate::web::Web;

/// GET `{iss}/login`: the page of a flow, or the start of one that no app asked for.
pub(crate) async fn login(
    State(web): State<Web>,
    At(issuer): At,
    visit: Visit,
    RawQuery(raw): RawQuery,
) -> Response {
    let query = match query(raw.as_deref()) {
        Ok(query) => query,
        Err(reason) => {
            web.idp.refused(&visit.cx, &issuer, super::step::AREA, reason, None).await;
            return Frame::of(&web, &issuer, &visit).error(TextId::InvalidRequest, None);
        }
    };
    let Some(flow) = query.get("flow") else {
        return match web.idp.start_login(&visit.cx, &issuer, &visit.browser).await {
            Ok(started) => begin(&issuer, &started.flow, started.pre.as_ref()),
            Err(stop) => fail(&web, &issuer, &visit, &stop).await,
        };
    };
    let look = match (query.get("change"), query.get("choose")) {
        (Some(_), _) => Look::AtIdentifier,
        (None, Some(_)) => Look::AtAccounts,
        (None, None) => Look::Here,
    };
    let seen = web.idp.look(&visit.cx, &issuer, &visit.browser, flow, look).await;
    match seen {
        Ok(step) => land(&web, &issuer, &visit, &step),
        Err(stop) => fail(&web, &issuer, &visit, &stop).await,
    }
}

step! {
    /// POST: the address.
    identifier, |idp, cx, issuer, browser, form| {
        idp.submit_identifier(cx, issuer, browser, &form.flow, form.fields.get("identifier").unwrap_or_default())
    }
}

step! {
    /// POST: the password.
    password, |idp, cx, issuer, browser, form| {
        let typed = Secret::new(form.fields.get("password").unwrap_or_default().to_owned());
        idp.submit_password(cx, issuer, browser, &form.flow, typed)
    }
}

step! {
    /// POST: a code to the address of this sign-in.
    confirm, |idp, cx, issuer, browser, form| idp.confirm_address(cx, issuer, browser, &form.flow)
}

step! {
    /// POST: on without it.
    later, |idp, cx, issuer, browser, form| idp.confirm_later(cx, issuer, browser, &form.flow)
}

step! {
    /// POST: yes to an invitation, on the way to an app.
    join, |idp, cx, issuer, browser, form| {
        let shown = |name| form.fields.get(name).unwrap_or_default();
        let shown = AcceptedHere { account: shown("session"), invitation: shown("invitation") };
        idp.accept_on_the_way(cx, issuer, browser, &form.flow, shown)
    }
}

step! {
    /// POST: an account of this browser.
    account, |idp, cx, issuer, browser, form| {
        idp.choose_account(cx, issuer, browser, &form.flow, form.fields.get("session").unwrap_or_default())
    }
}

step! {
    /// POST: another account than those.
    another, |idp, cx, issuer, browser, form| idp.use_another(cx, issuer, browser, &form.flow)
}

step! {
    /// POST: sign one account out.
    remove, |idp, cx, issuer, browser, form| {
        idp.remove_account(cx, issuer, browser, &form.flow, form.fields.get("session").unwrap_or_default())
    }
}

step! {
    /// POST: an organisation.
    organization, |idp, cx, issuer, browser, form| {
        idp.choose_tenant(cx, issuer, browser, &form.flow, form.fields.get("organization").unwrap_or_default())
    }
}

step! {
    /// POST: yes or no to an app.
    consent, |idp, cx, issuer, browser, form| {
        let shown = |name| form.fields.get(name).unwrap_or_default();
        let given = Given {
            account: shown("session"),
            organization: shown("organization"),
            allowed: shown("decision") == "allow",
        };
        idp.decide_consent(cx, issuer, browser, &form.flow, given)
    }
}

step! {
    /// POST: back to the app without signing in.
    give_up, |idp, cx, issuer, browser, form| idp.give_up(cx, issuer, browser, &form.flow)
}

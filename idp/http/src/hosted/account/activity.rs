//! What happened to an account.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use gatehouse_domain::login::AccountPage;
use gatehouse_flows::account::{Happened, OlderThan, Visitor};
use gatehouse_pages::views::{ActivityItem, ActivityPage};
use gatehouse_pages::{Moment, TextId};

use crate::hosted::call::{Answered, Call};
use crate::request::query;

const PAGE: AccountPage = AccountPage::Activity;

/// GET `{iss}/account/activity`: the newest, or what is older than `before`.
pub(crate) async fn activity(call: Call, RawQuery(raw): RawQuery) -> Answered {
    let session = call.full(PAGE).await?;
    let Ok(before) = place(raw.as_deref()) else {
        return Err(call.frame().error(TextId::InvalidRequest, None));
    };
    let found = call.or_stopped(PAGE, call.idp().activity(&session, before).await).await?;
    let desk = call.desk(&Visitor::Full(session));
    let item = |happened: Happened| ActivityItem {
        kind: happened.kind,
        at: Moment::from(happened.at),
        organization: happened.organization,
        device: happened.device,
        network: happened.network,
    };
    let view = ActivityPage {
        chrome: desk.chrome(),
        back_href: desk.href(AccountPage::Overview),
        happened: found.happened.into_iter().map(item).collect(),
        older_href: found.older.map(|place| format!("{}?before={place}", desk.href(PAGE))),
        newest_href: before.map(|_| desk.href(PAGE)),
    };
    Ok(desk.show(&view, StatusCode::OK))
}

/// The place that a query names, if it names one.
fn place(raw: Option<&str>) -> Result<Option<OlderThan>, ()> {
    let query = query(raw).map_err(|_| ())?;
    query.get("before").map(|text| text.parse().map_err(|_| ())).transpose()
}

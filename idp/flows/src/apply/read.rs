//! From the tree to the file's meaning: the file itself, tenants and what is theirs.

use gatehouse_domain::policy::{BadPasswordRules, Method, PasswordRules, Policy};
use gatehouse_domain::tenant::{Branding, CellName, DisplayName, Slug, unclaimable};

use super::fields::{Fields, Place};
use super::mail::mail;
use super::problem::Problem;
use super::read_app::{app, resource};
use super::read_member::{invitation, member};
use super::sources::{Sources, Trust};
use super::spec::{DomainSpec, Entitled, OwnerSpec, Spec, TenantSpec};

/// What reading needs beside the text.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) sources: &'a dyn Sources,
    pub(super) trust: Trust,
}

/// Reads the whole file.
pub(super) fn file(root: &Place<'_>, with: Reading<'_>) -> Result<Spec, Problem> {
    let fields = root.fields(&["version", "platform", "tenants"], &["providers"])?;
    let version = fields.need("version")?;
    if version.number()? != 1 {
        return Err(version.refuse("this version reads files of version 1"));
    }
    let platform = fields.maybe("platform", |place| {
        let fields = place.fields(&["apps", "resources"], &["policy", "branding"])?;
        owner(&fields, with)
    })?;
    let tenants = fields
        .or("tenants", Vec::new(), |place| place.items()?.iter().map(|item| tenant(item, with)).collect())?;
    Ok(Spec { platform: platform.unwrap_or_default(), tenants })
}

fn owner(fields: &Fields<'_>, with: Reading<'_>) -> Result<OwnerSpec, Problem> {
    Ok(OwnerSpec {
        resources: fields.maybe("resources", |list| list.items()?.iter().map(resource).collect())?,
        apps: fields.maybe("apps", |list| list.items()?.iter().map(|item| app(item, with)).collect())?,
    })
}

fn tenant(place: &Place<'_>, with: Reading<'_>) -> Result<TenantSpec, Problem> {
    let known = [
        "slug",
        "name",
        "placement",
        "domains",
        "policy",
        "branding",
        "mail",
        "resources",
        "platform_apps",
        "apps",
        "members",
        "invitations",
    ];
    let fields = place.fields(&known, &["connections", "url", "hostnames"])?;
    fields.maybe("placement", placement)?;
    let slug = fields.need("slug")?;
    Ok(TenantSpec {
        origin: slug.origin.clone(),
        slug: slug.parse::<Slug>()?,
        name: fields.need("name")?.parse::<DisplayName>()?,
        domains: fields.maybe("domains", |list| list.items()?.iter().map(domain).collect())?,
        policy: fields.maybe("policy", policy)?,
        branding: fields.maybe("branding", |place| branding(place, with.trust))?,
        mail: fields.maybe("mail", |place| mail(place, with))?,
        own: owner(&fields, with)?,
        platform_apps: fields.maybe("platform_apps", entitled)?,
        members: fields
            .maybe("members", |list| list.items()?.iter().map(|item| member(item, with)).collect())?,
        invitations: fields.maybe("invitations", |list| list.items()?.iter().map(invitation).collect())?,
    })
}

fn placement(place: &Place<'_>) -> Result<CellName, Problem> {
    match place.text()? {
        "pool" => Ok(CellName::pool()),
        "schema" | "database" => {
            Err(place.refuse("this placement is not supported by this version; use pool"))
        }
        _ => Err(place.refuse("the placement is pool")),
    }
}

fn domain(place: &Place<'_>) -> Result<DomainSpec, Problem> {
    let fields = place.fields(&["name", "verified"], &[])?;
    let place = fields.need("name")?;
    let name = place.parse()?;
    if let Some(why) = unclaimable(&name) {
        return Err(place.refuse(why));
    }
    Ok(DomainSpec {
        origin: place.origin.clone(),
        name,
        verified: fields.or("verified", false, Place::flag)?,
    })
}

fn policy(place: &Place<'_>) -> Result<Policy, Problem> {
    let known = [
        "methods",
        "require_sso",
        "require_factor",
        "session_idle",
        "session_absolute",
        "link_by_domain",
        "sign_up",
        "join_by_domain",
        "token_alg",
        "password",
    ];
    let fields = place.fields(&known, &[])?;
    let usual = Policy::default();
    let policy = Policy {
        methods: fields.or("methods", usual.methods, |list| list.list(Place::word::<Method>))?,
        require_sso: fields.or("require_sso", usual.require_sso, Place::flag)?,
        break_glass: usual.break_glass,
        require_factor: fields.or("require_factor", usual.require_factor, Place::word)?,
        session_idle: fields.or("session_idle", usual.session_idle, Place::parse)?,
        session_absolute: fields.or("session_absolute", usual.session_absolute, Place::parse)?,
        link_by_domain: fields.or("link_by_domain", usual.link_by_domain, Place::flag)?,
        sign_up: fields.or("sign_up", usual.sign_up, Place::word)?,
        join_by_domain: fields.or("join_by_domain", usual.join_by_domain, Place::flag)?,
        token_alg: fields.or("token_alg", usual.token_alg, Place::word)?,
        password: fields.or("password", usual.password, password_rules)?,
    };
    if let Some(list) = fields.get("methods").filter(|_| policy.methods.is_empty()) {
        return Err(list.refuse("at least one method must open the tenant"));
    }
    if let Some(flag) = fields.get("require_sso").filter(|_| policy.require_sso) {
        return Err(flag.refuse(
            "single sign-on cannot be required without a connection, which this version does not support",
        ));
    }
    if policy.session_idle > policy.session_absolute {
        return Err(place.refuse("session_idle is longer than session_absolute"));
    }
    Ok(policy)
}

fn password_rules(place: &Place<'_>) -> Result<PasswordRules, Problem> {
    let fields = place.fields(&["min_length", "min_score"], &[])?;
    let number = |key: &str, usual: u8| {
        fields.or(key, usual, |place| Ok(u8::try_from(place.number()?).unwrap_or(u8::MAX)))
    };
    let usual = PasswordRules::default();
    let rules = PasswordRules::new(
        number("min_length", usual.min_length())?,
        number("min_score", usual.min_score())?,
    );
    rules.map_err(|error| {
        let key = if error == BadPasswordRules::Length { "min_length" } else { "min_score" };
        fields.get(key).unwrap_or(place).refuse(error)
    })
}

fn branding(place: &Place<'_>, trust: Trust) -> Result<Branding, Problem> {
    let fields = place.fields(&["primary", "logo_url", "product_name"], &[])?;
    Ok(Branding {
        primary: fields.maybe("primary", Place::parse)?,
        logo_url: fields.maybe("logo_url", |place| web_address(place, trust))?,
        product_name: fields.maybe("product_name", Place::parse)?,
    })
}

fn entitled(place: &Place<'_>) -> Result<Entitled, Problem> {
    if place.text().is_ok_and(|text| text == "all") {
        return Ok(Entitled::All);
    }
    let one = |item: &Place<'_>| Ok((item.text()?.to_owned(), item.origin.clone()));
    let Ok(items) = place.items() else {
        return Err(place.refuse("all, or a list of client ids, is expected here"));
    };
    let list: Vec<_> = items.iter().map(one).collect::<Result<_, Problem>>()?;
    Ok(Entitled::These(list))
}

/// An https address without user or fragment; http too where the profile allows it.
pub(super) fn web_address(place: &Place<'_>, trust: Trust) -> Result<url::Url, Problem> {
    let url: url::Url = place.parse()?;
    let scheme = url.scheme() == "https" || (trust == Trust::Dev && url.scheme() == "http");
    if !scheme
        || url.host().is_none()
        || !url.username().is_empty()
        || url.password().is_some()
        || url.fragment().is_some()
    {
        return Err(place.refuse("an https address without user and fragment is expected here"));
    }
    Ok(url)
}

//! A tenant's own mail server: read, compared, set.

use gatehouse_domain::audit::Actor;
use gatehouse_domain::mail::{MailServer, SmtpTls};
use gatehouse_domain::oauth::Owner;
use gatehouse_domain::tenant::{DomainName, TenantRef};
use gatehouse_store::{Scope, Trail};
use serde_json::{Value, json};

use super::ApplyError;
use super::current::TenantState;
use super::difference::{Difference, Object};
use super::fields::Place;
use super::plan::Step;
use super::problem::Problem;
use super::read::Reading;
use super::run::told;
use super::sources::{Trust, secret};
use super::spec::TenantSpec;
use crate::mail::TenantSender;
use crate::{Fault, Idp};

/// By what a tenant's letters go.
#[derive(Debug)]
pub(super) enum MailSpec {
    /// The operator's server.
    Operator,
    /// Its own.
    Own(Box<TenantSender>),
}

/// A change of a tenant's mail server.
#[derive(Debug)]
pub(super) enum MailAct<'f> {
    Set(&'f TenantSender),
    Remove,
}

/// Reads `mail`: the word `operator`, or a server.
pub(super) fn mail(place: &Place<'_>, with: Reading<'_>) -> Result<MailSpec, Problem> {
    if place.text().is_ok_and(|text| text == "operator") {
        return Ok(MailSpec::Operator);
    }
    let known =
        ["from", "reply_to", "host", "port", "tls", "user", "password", "password_file", "password_env"];
    let fields = place.fields(&known, &[])?;
    let tls = fields.or("tls", SmtpTls::Required, Place::word)?;
    let host: DomainName = fields.need("host")?.parse()?;
    if let Some(word) = fields.get("tls").filter(|_| tls == SmtpTls::None && with.trust == Trust::Serve) {
        return Err(word.refuse("codes and links would travel in clear; required and implicit protect them"));
    }
    let port = fields.or("port", tls.port(), |place| {
        let port = u16::try_from(place.number()?).map_err(|_| place.refuse("a port is expected here"))?;
        let usual = [25, 465, 587, 2525].contains(&port);
        let refused = || place.refuse("mail servers take letters at the ports 25, 465, 587 and 2525");
        (usual || with.trust == Trust::Dev).then_some(port).ok_or_else(refused)
    })?;
    let password = secret(&fields, "password", with.sources)?.map(|(_, password)| password);
    let user = fields.maybe("user", |place| Ok(place.text()?.to_owned()))?;
    if user.is_some() != password.is_some() {
        return Err(place.refuse("user and password belong together"));
    }
    let server = MailServer {
        from: fields.need("from")?.parse()?,
        reply_to: fields.maybe("reply_to", Place::parse)?,
        host,
        port,
        tls,
        user,
    };
    Ok(MailSpec::Own(Box::new(TenantSender { server, password })))
}

/// What is to be done about it. A password shows in nothing but that it is there, or another.
pub(super) fn steps<'f>(spec: &'f TenantSpec, state: Option<&TenantState>) -> Vec<Step<MailAct<'f>>> {
    let Some(wanted) = &spec.mail else { return Vec::new() };
    let there = state.and_then(|state| state.mail.as_ref());
    let before = there.map(|there| public(there, "set"));
    let (after, act) = match wanted {
        MailSpec::Operator if there.is_none() => return Vec::new(),
        MailSpec::Operator => (None, MailAct::Remove),
        MailSpec::Own(own) => {
            let same = match (there.and_then(|there| there.password.as_ref()), &own.password) {
                (Some(old), Some(new)) => old.matches(new.expose().as_bytes()),
                _ => there.is_none(),
            };
            (Some(public(own, if same { "set" } else { "changed" })), MailAct::Set(own))
        }
    };
    let difference = Difference::between(Object::Mail, spec.slug.as_str(), before, after);
    vec![Step::if_changed(difference, act)]
}

fn public(sender: &TenantSender, password: &str) -> Value {
    json!({ "server": &sender.server, "password": sender.password.as_ref().map(|_| password) })
}

impl Idp {
    /// Sets or removes a tenant's mail server, in a transaction of its own: the tenant's key, under which the password is
    /// sealed, is made after the tenant.
    pub(super) async fn run_mail(
        &self,
        at: &TenantRef,
        act: &MailAct<'_>,
        difference: &Difference,
    ) -> Result<(), ApplyError> {
        let now = self.now();
        let sealed = match act {
            MailAct::Set(own) => {
                Some(self.sealed_mail_server(at.id, &own.server, own.password.as_ref(), now).await?)
            }
            MailAct::Remove => None,
        };
        let what = told(difference).ok_or(Fault::Inconsistent("difference"))?;
        let record = self.record(self.event_of(Owner::Tenant(at.id), Actor::Operator, now, what))?;
        let mut tx = self.store.cell(&at.cell)?.write(Scope::tenant(at.id), "apply_mail").await?;
        self.set_mail_server(&mut tx, sealed.as_ref(), now).await?;
        Ok(tx.commit(Trail::of([record])).await?)
    }
}

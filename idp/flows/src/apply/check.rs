//! What single keys cannot say: names that stand twice, and references that lead nowhere.

use std::collections::HashSet;
use std::hash::Hash;

use gatehouse_domain::identity::Role;

use super::fields::{Origin, Place};
use super::node;
use super::problem::{BadFile, Problem};
use super::read::{self, Reading};
use super::sources::{Sources, Trust};
use super::spec::{AppSpec, OwnerSpec, Spec, TenantSpec};

/// A file that makes sense in itself. What it asks for is not told apart from what is there yet.
#[derive(Debug)]
pub struct Checked {
    pub(super) file: String,
    pub(super) spec: Spec,
    pub(super) trust: Trust,
}

impl Checked {
    /// Reads and checks the whole of a file, secrets that it names elsewhere included. `file` is how messages name it.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and key.
    pub fn read(text: &str, file: &str, sources: &dyn Sources, trust: Trust) -> Result<Self, BadFile> {
        let spec = node::parse(text)
            .and_then(|root| read::file(&Place::root(&root), Reading { sources, trust }))
            .and_then(|spec| cross_check(&spec).map(|()| spec));
        match spec {
            Ok(spec) => Ok(Self { file: file.to_owned(), spec, trust }),
            Err(problem) => Err(problem.in_file(file)),
        }
    }
}

fn cross_check(spec: &Spec) -> Result<(), Problem> {
    owner(&spec.platform)?;
    once(spec.tenants.iter().map(|tenant| (&tenant.slug, &tenant.origin)), "a tenant above has this slug")?;
    let domains = spec.tenants.iter().flat_map(|tenant| tenant.domains.iter().flatten());
    once(
        domains.map(|domain| (&domain.name, &domain.origin)),
        "this domain stands above; one tenant can have it",
    )?;
    spec.tenants.iter().try_for_each(tenant)
}

fn tenant(tenant: &TenantSpec) -> Result<(), Problem> {
    owner(&tenant.own)?;
    let members = tenant.members.as_deref().unwrap_or_default();
    let invited =
        tenant.invitations.iter().flatten().map(|invited| (invited.email.canonical(), &invited.origin));
    let addresses = members.iter().map(|member| (member.email.canonical(), &member.origin));
    once(addresses.chain(invited), "an entry above has this address")?;
    if members.is_empty() || members.iter().any(|member| member.roles.contains(&Role::Owner)) {
        return Ok(());
    }
    Err(tenant.origin.refuse("a tenant with members needs one with the role owner"))
}

fn owner(owner: &OwnerSpec) -> Result<(), Problem> {
    let apps = owner.apps.as_deref().unwrap_or_default();
    once(apps.iter().map(|app| (&app.client_id, &app.origin)), "an app above has this client id")?;
    let Some(resources) = owner.resources.as_deref() else { return Ok(()) };
    once(
        resources.iter().map(|resource| (&resource.identifier, &resource.origin)),
        "a resource above has this identifier",
    )?;
    let known: HashSet<&str> = resources.iter().map(|resource| resource.identifier.as_str()).collect();
    apps.iter().try_for_each(|app| knows_resources(app, &known))
}

/// Whether every resource that an app may ask tokens for exists.
pub(super) fn knows_resources(app: &AppSpec, known: &HashSet<&str>) -> Result<(), Problem> {
    match app.config.resources.iter().find(|wanted| !known.contains(wanted.as_str())) {
        None => Ok(()),
        Some(wanted) => {
            Err(app.origin.refuse(format_args!("the app names the resource {wanted}, which does not exist")))
        }
    }
}

fn once<'a, T: Eq + Hash>(
    names: impl IntoIterator<Item = (T, &'a Origin)>,
    refusal: &'static str,
) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    names
        .into_iter()
        .try_for_each(|(name, origin)| if seen.insert(name) { Ok(()) } else { Err(origin.refuse(refusal)) })
}

#[cfg(test)]
mod passwords;
#[cfg(test)]
mod tests;

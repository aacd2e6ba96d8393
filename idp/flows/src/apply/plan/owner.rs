//! Resources, apps and their secrets.

use std::collections::HashSet;

use gatehouse_domain::oauth::AuthMethod;

use super::super::check::knows_resources;
use super::super::current::{AppState, OwnerState};
use super::super::difference::{self as public, Difference, Object};
use super::super::problem::Problem;
use super::super::spec::{AppSpec, OwnerSpec, ResourceSpec};
use super::{ConfigAct, Step};

pub(super) fn steps<'f>(
    spec: &'f OwnerSpec,
    state: &OwnerState,
    prune: bool,
) -> Result<Vec<Step<ConfigAct<'f>>>, Problem> {
    let mut steps = Vec::new();
    if let Some(wanted) = &spec.resources {
        resources(wanted, state, prune, &mut steps);
    }
    if let Some(wanted) = &spec.apps {
        let known = resources_after(spec, state, prune);
        for app in wanted {
            knows_resources(app, &known)?;
            let there = state.apps.iter().find(|there| there.stored.app.client_id == app.client_id);
            self::app(app, there, &mut steps)?;
        }
        steps.extend(unnamed_apps(wanted, state, prune));
    }
    Ok(steps)
}

/// The resources that exist afterwards.
fn resources_after<'a>(spec: &'a OwnerSpec, state: &'a OwnerState, prune: bool) -> HashSet<&'a str> {
    let named = spec.resources.iter().flatten().map(|resource| resource.identifier.as_str());
    let stay = spec.resources.is_none() || !prune;
    let there = state.resources.iter().filter(|_| stay).map(|resource| resource.identifier.as_str());
    named.chain(there).collect()
}

fn resources<'f>(
    wanted: &'f [ResourceSpec],
    state: &OwnerState,
    prune: bool,
    steps: &mut Vec<Step<ConfigAct<'f>>>,
) {
    for resource in wanted {
        let there = state.resources.iter().find(|there| there.identifier == resource.identifier);
        let before = there.map(|there| public::resource(&there.scopes));
        let after = Some(public::resource(&resource.scopes));
        let difference = Difference::between(Object::Resource, &resource.identifier, before, after);
        steps.push(Step::if_changed(
            difference,
            ConfigAct::PutResource(there.map(|there| there.id), resource),
        ));
    }
    for there in &state.resources {
        if wanted.iter().any(|resource| resource.identifier == there.identifier) {
            continue;
        }
        let before = Some(public::resource(&there.scopes));
        let difference = Difference::between(Object::Resource, &there.identifier, before, None);
        steps.push(Step::unnamed(difference, ConfigAct::DeleteResource(there.id), prune));
    }
}

fn app<'f>(
    app: &'f AppSpec,
    there: Option<&AppState>,
    steps: &mut Vec<Step<ConfigAct<'f>>>,
) -> Result<(), Problem> {
    let before = there.map(|there| {
        let stored = &there.stored;
        public::app(&stored.app.name, &stored.app.config, stored.active)
    });
    let after = Some(public::app(&app.name, &app.config, true));
    let difference = Difference::between(Object::App, &app.client_id, before, after);
    let act = match there {
        Some(there) => ConfigAct::UpdateApp(there.stored.app.id, app),
        None => ConfigAct::InsertApp(app),
    };
    steps.push(Step::if_changed(difference, act));

    let stored = there.map_or(&[][..], |there| there.secrets.as_slice());
    let by_secret =
        matches!(app.config.auth_method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost);
    let Some(secret) = &app.secret else {
        if by_secret && stored.is_empty() {
            return Err(app.origin.refuse(
                "the app authenticates by a secret and has none; give secret, secret_file or secret_env",
            ));
        }
        return Ok(());
    };
    let same = stored.iter().find(|digest| digest.matches(secret));
    let before = same.or(stored.last()).map(public::fingerprint);
    let after = Some(public::fingerprint(secret));
    let mut difference = Difference::between(Object::AppSecret, &app.client_id, before, after);
    if same.is_none() && !difference.is_change() {
        difference.fate = public::Fate::Updated;
    }
    let id = there.map(|there| there.stored.app.id);
    let act = ConfigAct::SetSecret { client_id: &app.client_id, app: id, digest: *secret };
    steps.push(Step::if_changed(difference, act));
    Ok(())
}

fn unnamed_apps<'f>(
    wanted: &[AppSpec],
    state: &OwnerState,
    prune: bool,
) -> impl Iterator<Item = Step<ConfigAct<'f>>> {
    let named = |there: &&AppState| wanted.iter().any(|app| app.client_id == there.stored.app.client_id);
    state.apps.iter().filter(|there| there.stored.active).filter(move |there| !named(there)).map(
        move |there| {
            let app = &there.stored.app;
            let before = Some(public::app(&app.name, &app.config, true));
            let difference = Difference::between(Object::App, &app.client_id, before, None);
            Step::unnamed(difference, ConfigAct::DisableApp(app.id), prune)
        },
    )
}

//! What a configuration is made of, in rising precedence: built-in defaults of a command, one file, the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use figment::providers::{Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile as Layer, Provider};
use gatehouse_domain::secret::Secret;

use super::error::ConfigError;

/// Every environment variable of ours begins like this; `__` separates a section from its key.
pub(super) const PREFIX: &str = "GATEHOUSE_";
/// The name under which figment remembers values from the environment.
const ENVIRONMENT: &str = "environment";
const DEFAULTS: &str = "built-in";

/// Which command asks: what is a default, what is required and what is refused differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `gatehouse dev`: loopback, plain HTTP, everything has a default.
    Dev,
    /// `gatehouse serve` and the tools that share its file: unsafe settings are refused.
    Serve,
}

/// The one configuration file.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Where it lies; relative paths inside it start from its folder.
    pub path: PathBuf,
    /// Its text, TOML.
    pub text: String,
}

/// Reads a file that a setting names, such as a secret.
pub type ReadFile = fn(&Path) -> io::Result<String>;

/// All that [`super::load`] looks at.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Which command asks.
    pub profile: Profile,
    /// Values a command brings along, under dotted keys (`database.port`); file and environment win over them.
    pub defaults: BTreeMap<String, String>,
    /// The file, if there is one.
    pub file: Option<ConfigFile>,
    /// The environment; only variables that begin with `GATEHOUSE_` count.
    pub env: BTreeMap<String, String>,
    /// The number of processors, from which the sizes of pools follow.
    pub cores: usize,
    /// How files named by settings are read.
    pub read: ReadFile,
}

impl Sources {
    /// The process's own environment and, if given, the file at `path`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn of_process(profile: Profile, path: Option<&Path>) -> Result<Self, ConfigError> {
        let read: ReadFile = |path| std::fs::read_to_string(path);
        let file = path
            .map(|path| {
                let text = read(path).map_err(|error| ConfigError::File {
                    file: path.display().to_string(),
                    reason: error.to_string(),
                })?;
                Ok(ConfigFile { path: path.to_path_buf(), text })
            })
            .transpose()?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { profile, defaults: BTreeMap::new(), file, env: process_environment(), cores, read })
    }

    /// The folder from which relative paths start.
    pub(super) fn folder(&self) -> PathBuf {
        self.file.as_ref().and_then(|file| file.path.parent()).unwrap_or(Path::new("")).to_path_buf()
    }

    /// The layers, merged; a secret given as a file replaces one given by value lower down, and the reverse.
    pub(super) fn merged(&self) -> Result<Figment, ConfigError> {
        let mut layers = vec![(DEFAULTS.to_owned(), nested(&self.defaults, "", ".")?)];
        if let Some(file) = &self.file {
            layers.push((file.path.display().to_string(), parse(file)?));
        }
        layers.push((ENVIRONMENT.to_owned(), nested(&self.env, PREFIX, "__")?));
        let mut figment = Figment::new();
        let mut lower: Vec<(String, Dict)> = Vec::new();
        for (name, dict) in layers {
            for (_, below) in &mut lower {
                drop_twins(below, &dict);
            }
            lower.push((name, dict));
        }
        for (name, dict) in lower {
            figment = figment.merge(Named { name, dict });
        }
        Ok(figment)
    }
}

/// The environment of this process; with [`search_path`], the only place that reads it.
fn process_environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

/// A variable that a file of the operator names as the source of a secret.
#[expect(clippy::disallowed_methods, reason = "the one reading of a variable that an applied file names")]
pub fn variable(name: &str) -> Option<Secret<String>> {
    std::env::var(name).ok().map(Secret::new)
}

/// The variable PATH, for finding the system's PostgreSQL.
#[expect(clippy::disallowed_methods, reason = "the one reading of PATH")]
pub fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

struct Named {
    name: String,
    dict: Dict,
}

impl Provider for Named {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Layer, Dict>, figment::Error> {
        Ok(Layer::Default.collect(self.dict.clone()))
    }
}

fn parse(file: &ConfigFile) -> Result<Dict, ConfigError> {
    let mut layers = Toml::string(&file.text).data().map_err(|error| {
        let text = error.to_string();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let place = lines.next().unwrap_or("not TOML").to_owned();
        // Between the first and the last line the parser quotes the file, which may show a secret.
        let reason = lines.next_back().filter(|line| !line.contains('|')).unwrap_or("not TOML");
        ConfigError::Syntax { file: file.path.display().to_string(), reason: format!("{place}: {reason}.") }
    })?;
    Ok(layers.remove(&Layer::Default).unwrap_or_default())
}

/// Turns `PREFIX_A__B=v` into `{a: {b: "v"}}`.
fn nested(flat: &BTreeMap<String, String>, prefix: &str, separator: &str) -> Result<Dict, ConfigError> {
    let mut root = Dict::new();
    for (name, value) in flat {
        let Some(key) = name.strip_prefix(prefix) else { continue };
        let key = key.to_lowercase();
        let mut steps: Vec<&str> = key.split(separator).collect();
        let leaf = steps.pop().unwrap_or_default();
        let mut dict = &mut root;
        for step in steps {
            let section = dict.entry(step.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            let Value::Dict(_, inner) = section else {
                let expected = "this is a section, but another variable gives it a value".to_owned();
                return Err(ConfigError::Key { at: name.clone(), expected });
            };
            dict = inner;
        }
        dict.insert(leaf.to_owned(), Value::from(value.clone()));
    }
    Ok(root)
}

/// Removes from `below` the other form (`x` or `x_file`) of each secret that `above` gives.
fn drop_twins(below: &mut Dict, above: &Dict) {
    for (key, value) in above {
        match (below.get_mut(key), value) {
            (Some(Value::Dict(_, below)), Value::Dict(_, above)) => drop_twins(below, above),
            _ => {
                let twin = key.strip_suffix("_file").map_or_else(|| format!("{key}_file"), str::to_owned);
                below.remove(&twin);
            }
        }
    }
}

/// Where the value of a key came from, as the operator knows it.
pub(super) fn place(figment: &Figment, key: &str) -> String {
    named_place(figment.find_metadata(key), key)
}

/// As [`place`], from what figment noted at an error.
pub(super) fn named_place(metadata: Option<&Metadata>, key: &str) -> String {
    match metadata.map(|found| found.name.as_ref()) {
        Some(ENVIRONMENT) => super::error::variable(key),
        Some(DEFAULTS) | None => format!("`{key}` (in the environment {})", super::error::variable(key)),
        Some(file) => format!("{file}: `{key}`"),
    }
}

//! The edges between rooms, and what is absent from each room's tree, as cargo itself sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Which of our packages each room may import directly.
const EDGES: &[(&str, &[&str])] = &[
    ("gatehouse-domain", &[]),
    ("gatehouse-keys", &["gatehouse-domain"]),
    ("gatehouse-store", &["gatehouse-domain"]),
    ("gatehouse-pages", &["gatehouse-domain"]),
    ("gatehouse-spi", &["gatehouse-domain"]),
    ("gatehouse-local", &["gatehouse-domain", "gatehouse-keys", "gatehouse-spi"]),
    ("gatehouse-oidc", &["gatehouse-domain", "gatehouse-spi"]),
    ("gatehouse-saml", &["gatehouse-domain", "gatehouse-spi"]),
    (
        "gatehouse-flows",
        &[
            "gatehouse-domain",
            "gatehouse-keys",
            "gatehouse-store",
            "gatehouse-pages",
            "gatehouse-spi",
            "gatehouse-local",
        ],
    ),
    ("gatehouse-http", &["gatehouse-domain", "gatehouse-flows", "gatehouse-pages"]),
    (
        "gatehouse-server",
        &[
            "gatehouse-domain",
            "gatehouse-keys",
            "gatehouse-store",
            "gatehouse-pages",
            "gatehouse-spi",
            "gatehouse-flows",
            "gatehouse-http",
        ],
    ),
    ("gatehouse-load", &[]),
];

/// Third-party crates that must not be in a room's tree, directly or through others.
const BANNED: &[(&str, &[&str])] = &[
    ("gatehouse-domain", &["tokio", "axum", "sqlx", "reqwest", "hyper"]),
    ("gatehouse-keys", &["axum", "sqlx", "reqwest", "hyper"]),
    ("gatehouse-store", &["axum", "reqwest", "hyper", "argon2", "jsonwebtoken"]),
    ("gatehouse-pages", &["axum", "sqlx", "reqwest", "tokio", "hyper"]),
    ("gatehouse-spi", &["axum", "sqlx", "reqwest", "tokio", "hyper"]),
    ("gatehouse-local", &["axum", "sqlx", "reqwest", "hyper"]),
    ("gatehouse-oidc", &["axum", "sqlx", "reqwest", "hyper", "ring", "native-tls"]),
    ("gatehouse-saml", &["axum", "sqlx", "reqwest", "hyper", "ring", "native-tls"]),
    ("gatehouse-flows", &["axum", "reqwest", "lettre", "hyper"]),
    ("gatehouse-server", &["ring", "native-tls", "openssl"]),
];

#[test]
fn rooms_lean_only_where_they_may() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let Some(allowed) = allowed.get(name) else {
            assert!(!name.starts_with("gatehouse-"), "{name} is a room that this table does not know");
            continue;
        };
        seen += 1;
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            let ours = other.starts_with("gatehouse-");
            assert!(!ours || allowed.contains(&other), "{name} must not lean on {other}");
        }
    }
    assert!(seen > 5, "the rooms were not found");
}

#[test]
fn no_room_holds_what_it_must_not() {
    for (room, banned) in BANNED {
        let tree =
            cargo(&["tree", "--package", room, "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
        let held: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(held.contains(room), "{room} was not found");
        for name in *banned {
            assert!(!held.contains(name), "{room} must not hold {name}");
        }
    }
}

fn metadata() -> Value {
    serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps"])).unwrap()
}

/// What cargo says of the workspace, without going to the network.
fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(args)
        .args(["--locked", "--offline"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

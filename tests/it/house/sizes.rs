//! Budgets that no lint holds: the length of files, words that say something is unfinished.

use std::path::{Path, PathBuf};

/// The most lines of a file, its tests at the foot apart.
const LONGEST: usize = 400;

#[test]
fn files_are_short() {
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = product.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
    }
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["TO", "FIX"].map(|start| format!("{start}{}", if start == "TO" { "DO" } else { "ME" }));
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in &words {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for room in ["idp", "connectors", "tests", "migrations", "templates"] {
        collect(&root.join(room), &mut found);
    }
    assert!(found.len() > 100, "the sources were not found");
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name();
        if entry.file_type().unwrap().is_dir() {
            if !["node_modules", "target", ".venv", "__pycache__"].contains(&name.to_str().unwrap()) {
                collect(&path, found);
            }
        } else if ["rs", "sql", "html", "mjs", "py"]
            .iter()
            .any(|kind| path.extension().is_some_and(|e| e == *kind))
        {
            found.push(path);
        }
    }
}

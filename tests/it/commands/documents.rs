//! What the documents say of the configuration, and of the event log, is so.

use std::collections::BTreeSet;
use std::path::Path;

use super::installation::Installation;
use super::program::{refusal, said};

fn document(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).unwrap()
}

#[tokio::test]
async fn every_key_has_its_line() {
    let installation = Installation::empty("documents").await;
    let known = async |variable: &str| {
        let refused = refusal(&installation.run(&["config", "check"], &[(variable, "1")]).await);
        let (_, keys) = refused.trim_end_matches('.').split_once("known here: ").unwrap();
        keys.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    let text = document("docs/configuration.md");
    let readme = document("README.md");
    let top = known("GATEHOUSE_NOTHING").await;
    assert_eq!(top.len(), 13, "{top:?}");
    for name in top {
        let Some((_, section)) = text.split_once(&format!("## `[{name}]`")) else {
            assert!(text.contains(&format!("| `{name}` |")), "{name}");
            continue;
        };
        let section = section.split("\n## ").next().unwrap();
        let keys = known(&format!("GATEHOUSE_{}__NOTHING", name.to_uppercase())).await;
        for key in keys {
            let row = section.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{key}`")));
            assert!(row, "{name}.{key} is not explained");
            let short =
                key.strip_suffix("_file").filter(|_| name != "tls" && key != "ca_file").unwrap_or(&key);
            assert!(readme.contains(&format!("`{short}`")), "{name}.{key} is not in the README");
        }
    }
}

#[tokio::test]
async fn the_readmes_configuration_is_one() {
    let installation = Installation::empty("readme").await;
    let readme = document("README.md");
    let (_, rest) = readme.split_once("```toml\n").unwrap();
    installation.write("gatehouse.toml", rest.split("```").next().unwrap());
    installation.write("db-ca.pem", &installation.certificate);
    installation.write("mail.password", "secret");
    let printed = said(&installation.run(&["config", "check"], &[]).await);
    assert!(printed.contains("base_url = \"https://id.example.com\"\n"), "{printed}");
    assert!(printed.contains("database.host = \"db.internal\"\n"), "{printed}");
}

#[test]
fn every_kind_of_event_is_listed() {
    let mut known = BTreeSet::new();
    for file in ["kinds", "upstream"] {
        let source = document(&format!("idp/domain/src/audit/{file}.rs"));
        let (_, body) = source.split_once("fn kind(&self)").unwrap();
        let (body, _) = body.split_once("\n    }\n").unwrap();
        let arms = body.split("=> \"").skip(1);
        known.extend(arms.map(|arm| arm.split('"').next().unwrap().to_owned()));
    }
    assert!(known.len() > 60, "{known:?}");
    let text = document("docs/security.md");
    let (_, list) = text.split_once("- **Kinds**:").unwrap();
    let list = list.split("\n- **").next().unwrap();
    let told: BTreeSet<String> = list.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert_eq!(told, known);
}

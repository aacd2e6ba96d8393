//! Every code that a trace may show is explained to the admin who reads it.

use std::path::Path;

#[test]
fn every_code_is_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let words = std::fs::read_to_string(folder.join("../../docs/saml.md")).unwrap();
    let mut codes = 0;
    for source in ["src", "src/metadata"] {
        for entry in std::fs::read_dir(folder.join(source)).unwrap().map(Result::unwrap) {
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            for rest in text.split("\"saml_").skip(1) {
                let code = format!("`saml_{}`", rest.split('"').next().unwrap());
                assert!(words.contains(&code), "{code} of {} is not explained", entry.path().display());
                codes += 1;
            }
        }
    }
    assert!(codes > 50, "the codes were not found");
}

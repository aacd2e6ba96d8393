use super::*;

const HASH: &str = "$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.";

fn read(text: &str) -> Result<ImportFile, BadLines> {
    ImportFile::read(text, Some(&"acme".parse().unwrap()))
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn a_line_says_who_somebody_is() {
    let text = format!(
        "{}\n\n{}\n",
        json!({
            "email": "Ada@Example.org", "email_verified": true, "name": "Ada", "locale": "pt_BR",
            "password_hash": HASH, "format": "bcrypt", "roles": ["member", "admin"], "external_id": "u-17"
        }),
        json!({ "email": "bo@example.org", "tenant": "globex", "name": null }),
    );
    let file = read(&text).unwrap();
    let [ada, bo] = file.people.as_slice() else { panic!("{file:?}") };
    assert_eq!((ada.line, bo.line), (1, 3));
    assert_eq!(ada.details, json!({ "email_verified": true, "external_id": "u-17" }));
    assert_eq!(ada.locale.as_deref(), Some("pt-BR"));
    assert_eq!(ada.roles, [Role::Admin, Role::Member]);
    assert_eq!(ada.password.as_ref().unwrap().as_str(), HASH);
    assert!(bo.password.is_none() && bo.tenant.as_str() == "globex" && bo.roles == [Role::Member]);
    assert_eq!(file.by_tenant().len(), 2);
    assert!(!format!("{file:?}").contains("abcdefgh"));
}

#[test]
fn every_line_that_is_wrong_is_named_and_no_hash_with_it() {
    for (line, reason) in [
        (r#"{"email":"ada"}"#, "email: an address needs one @"),
        ("{}", "email: missing"),
        ("[1]", "not a JSON object"),
        (r#"{"email":"a@x.org","password":"canary"}"#, "password: unknown key; known are email, "),
        (r#"{"email":"a@x.org","canary$2b$05$":1}"#, "a key: unknown key"),
        (
            r#"{"email":"a@x.org","password_hash":"canary"}"#,
            "password_hash: the format of the password hash is not known",
        ),
        (r#"{"email":"a@x.org","password_hash":7}"#, "password_hash: text is expected"),
        (
            r#"{"email":"a@x.org","password_hash":"$2b$31$canary"}"#,
            "password_hash: the bcrypt hash would cost too much: cost may be 12",
        ),
        (
            r#"{"email":"a@x.org","password_hash":"$argon2id$v=19$m=9999999,t=1,p=1$canary$canary"}"#,
            "m may be 131072",
        ),
        (r#"{"email":"a@x.org","format":"bcrypt"}"#, "password_hash: missing"),
        (
            r#"{"email":"a@x.org","password_hash":"x","firebase":{"salt":"canary"}}"#,
            "firebase: salt, signer_key",
        ),
        (r#"{"email":"a@x.org","roles":["king"]}"#, "roles: a list of owner"),
        (r#"{"email":"a@x.org","roles":[]}"#, "roles: a list of owner"),
        (r#"{"email":"a@x.org","locale":"not a tag"}"#, "locale: a language tag"),
        (r#"{"email":"a@x.org","email_verified":"yes"}"#, "email_verified: true or false"),
        (r#"{"email":"a@x.org","tenant":"No Slug"}"#, "tenant: "),
        (r#"{"email":"a@x.org","external_id":"a\u0000b"}"#, "external_id: "),
    ] {
        let told = refusal(&format!("{{\"email\":\"good@x.org\"}}\n{line}"));
        assert!(told.starts_with("line 2: ") && told.contains(reason), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
    let other = json!({ "email": "a@x.org", "password_hash": HASH, "format": "scrypt" }).to_string();
    assert_eq!(refusal(&other), "line 1: format: the hash is of the format bcrypt");
    assert_eq!(refusal(&"x".repeat(LONGEST + 1)), "line 1: the line is longer than 16384 bytes");
}

#[test]
fn one_address_stands_once_in_a_tenant() {
    let twice = "{\"email\":\"ada@x.org\"}\n{\"email\":\"ADA@X.org\"}\n{\"email\":\"ada@x.org\",\"tenant\":\"globex\"}";
    assert_eq!(refusal(twice), "line 2: email: the address of line 1 again");
}

#[test]
fn nobody_stands_without_a_tenant_and_many_faults_are_counted() {
    let refused = ImportFile::read(r#"{"email":"ada@x.org"}"#, None).unwrap_err().to_string();
    assert!(refused.starts_with("line 1: tenant: missing"), "{refused}");
    let many = "{}\n".repeat(25);
    assert!(refusal(&many).ends_with("line 20: email: missing; and 5 lines more"));
}

use super::*;
use crate::apply::sources::NoSources;
use gatehouse_domain::oauth::AuthMethod;
use gatehouse_domain::policy::Span;
use gatehouse_domain::secret::{Digest, Secret};

fn read(text: &str, trust: Trust) -> Result<Checked, BadFile> {
    Checked::read(text, "gate.yaml", &NoSources, trust)
}

fn dev(text: &str) -> Result<Checked, BadFile> {
    read(text, Trust::Dev)
}

/// One tenant with an indented part behind its name, which begins at line 5.
fn with(part: &str) -> String {
    format!("version: 1\ntenants:\n  - slug: acme\n    name: Acme\n{part}")
}

/// One public app with more keys, which begin at line 10.
fn app(keys: &str) -> String {
    with(&format!(
        "    apps:\n      - client_id: web\n        type: public\n        grants: [authorization_code]\n        \
         redirect_uris: [\"https://app.example/cb\"]\n{keys}"
    ))
}

/// One confidential app with more keys, which begin at line 9.
fn service(keys: &str) -> String {
    with(&format!(
        "    apps:\n      - client_id: svc\n        type: confidential\n        grants: [client_credentials]\n{keys}"
    ))
}

/// What is refused, with the line, the key, and words of the message.
type Refusals<'a> = &'a [(String, u64, &'a str, &'a str)];

fn are_refused(table: Refusals<'_>) {
    for (text, line, key, words) in table {
        let bad = match dev(text) {
            Err(bad) => bad,
            Ok(_) => panic!("accepted:\n{text}"),
        };
        let shown = bad.to_string();
        assert_eq!((bad.problem.line, bad.problem.key.as_str()), (*line, *key), "{shown}\n{text}");
        let whole = shown.starts_with(&format!("gate.yaml, line {line}: ")) && shown.contains(words);
        assert!(whole && shown.lines().count() == 1, "{shown}\n{text}");
    }
}

#[test]
fn a_bad_file_or_tenant_is_refused_with_line_and_key() {
    are_refused(&[
        ("".into(), 1, "", "keys with values"),
        ("tenants: []\n".into(), 1, "", "version is missing"),
        ("version: 2\n".into(), 1, "version", "version 1"),
        ("version: \"1\"\n".into(), 1, "version", "whole number"),
        ("version: 1\ntenant: []\n".into(), 2, "tenant", "unknown key"),
        ("version: 1\nproviders: []\n".into(), 2, "providers", "not supported by this version"),
        ("version: 1\ntenants:\n".into(), 2, "tenants", "no value"),
        ("version: 1\ntenants: {}\n".into(), 2, "tenants", "a list"),
        ("version: 1\ntenants: [acme]\n".into(), 2, "tenants[0]", "keys with values"),
        ("version: 1\nversion: 1\n".into(), 2, "version", "second time"),
        ("version: 1\ntenants:\n  - name: Acme\n".into(), 3, "tenants[0]", "slug is missing"),
        ("version: 1\ntenants:\n  - slug: A\n    name: x\n".into(), 3, "tenants[0].slug", "length"),
        ("version: 1\ntenants:\n  - slug: admin\n    name: x\n".into(), 3, "tenants[0].slug", "reserved"),
        ("version: 1\ntenants:\n  - slug: acme\n    name: 12\n".into(), 4, "tenants[0].name", "quotes"),
        (
            "version: 1\ntenants:\n  - slug: acme\n    name: \"<b>\"\n".into(),
            4,
            "tenants[0].name",
            "printable",
        ),
        (
            "version: 1\ntenants:\n  - slug: acme\n    name: \"a\\r\\nBcc: x\"\n".into(),
            4,
            "tenants[0].name",
            "printable",
        ),
        (with("  - slug: acme\n    name: Again\n"), 5, "tenants[1].slug", "a tenant above"),
        (with("    placement: schema\n"), 5, "tenants[0].placement", "not supported"),
        (with("    placement: cloud\n"), 5, "tenants[0].placement", "pool"),
        (with("    connections: []\n"), 5, "tenants[0].connections", "not supported"),
        (with("    domains: [{ name: \"127.0.0.1\" }]\n"), 5, "tenants[0].domains[0].name", "domain name"),
        (
            with("    domains: [{ name: a.test, verified: \"yes\" }]\n"),
            5,
            "tenants[0].domains[0].verified",
            "true or false",
        ),
        (
            with("    domains:\n      - name: a.test\n      - name: A.TEST\n"),
            7,
            "tenants[0].domains[1].name",
            "stands above",
        ),
        (
            with("    resources: [{ identifier: api }]\n"),
            5,
            "tenants[0].resources[0].identifier",
            "absolute URI",
        ),
        (
            with("    resources: [{ identifier: \"https://a.example#x\" }]\n"),
            5,
            "tenants[0].resources[0].identifier",
            "fragment",
        ),
        (with("    platform_apps: some\n"), 5, "tenants[0].platform_apps", "all"),
    ]);
}

#[test]
fn bad_rules_and_looks_are_refused_with_line_and_key() {
    are_refused(&[
        (with("    policy: { session_idle: 8x }\n"), 5, "tenants[0].policy.session_idle", "span"),
        (with("    policy: { session_idle: 8d, session_absolute: 1d }\n"), 5, "tenants[0].policy", "longer"),
        (with("    policy: { methods: [telepathy] }\n"), 5, "tenants[0].policy.methods[0]", "telepathy"),
        (with("    policy: { methods: [password, password] }\n"), 5, "tenants[0].policy.methods[1]", "twice"),
        (with("    policy: { methods: [] }\n"), 5, "tenants[0].policy.methods", "at least one"),
        (with("    policy: { require_sso: true }\n"), 5, "tenants[0].policy.require_sso", "connection"),
        (with("    policy: { require_factor: any }\n"), 5, "tenants[0].policy.require_factor", "any"),
        (with("    policy: { token_alg: none }\n"), 5, "tenants[0].policy.token_alg", "none"),
        (with("    policy:\n      idle: 1h\n"), 6, "tenants[0].policy.idle", "session_idle"),
        (with("    domains: [{ name: co.uk }]\n"), 5, "tenants[0].domains[0].name", "different owners"),
        (with("    domains: [{ name: gmail.com }]\n"), 5, "tenants[0].domains[0].name", "mailbox"),
        (with("    branding: { primary: red }\n"), 5, "tenants[0].branding.primary", "hexadecimal"),
        (
            with("    branding: { logo_url: \"ftp://a.example/l.png\" }\n"),
            5,
            "tenants[0].branding.logo_url",
            "https",
        ),
        (with("    branding: { css: x }\n"), 5, "tenants[0].branding.css", "unknown key"),
    ]);
}

#[test]
fn a_logo_over_plain_http_is_for_development() {
    let text = with("    branding: { logo_url: \"http://a.example/l.png\" }\n");
    let refused = read(&text, Trust::Serve).unwrap_err();
    assert_eq!((refused.problem.line, refused.problem.key.as_str()), (5, "tenants[0].branding.logo_url"));
    assert!(refused.to_string().contains("https"), "{refused}");
    assert!(dev(&text).is_ok());
}

#[test]
fn a_bad_app_is_refused_with_line_and_key() {
    are_refused(&[
        (app("        redirect_uri: x\n"), 10, "tenants[0].apps[0].redirect_uri", "redirect_uris"),
        (app("        client_id: y\n"), 10, "client_id", "second time"),
        (
            app("        auth_method: client_secret_basic\n"),
            10,
            "tenants[0].apps[0].auth_method",
            "public app",
        ),
        (app("        introspect: true\n"), 8, "tenants[0].apps[0].grants", "confidential"),
        (app("        scopes: [\"a b\"]\n"), 10, "tenants[0].apps[0].scopes", "words"),
        (app("        origins: [\"https://a.example/\"]\n"), 10, "tenants[0].apps[0].origins", "origin"),
        (app("        lives: { access: 2h }\n"), 10, "tenants[0].apps[0].lives", "1h"),
        (app("        secret: something\n"), 10, "tenants[0].apps[0].secret", "has none"),
        (
            app("        resources: [\"https://api.example\"]\n    resources: []\n"),
            6,
            "tenants[0].apps[0].client_id",
            "does not exist",
        ),
        (
            app("        post_logout_redirect_uris: [\"https://*.example/\"]\n"),
            10,
            "tenants[0].apps[0].post_logout_redirect_uris[0]",
            "wildcard",
        ),
        (
            app("      - client_id: web\n        type: public\n        grants: []\n"),
            10,
            "tenants[0].apps[1].client_id",
            "this client id",
        ),
        (
            with("    apps: [{ client_id: \"a b\", type: public, grants: [] }]\n"),
            5,
            "tenants[0].apps[0].client_id",
            "letters",
        ),
        (
            with("    apps: [{ client_id: a, type: secret, grants: [] }]\n"),
            5,
            "tenants[0].apps[0].type",
            "confidential",
        ),
    ]);
}

#[test]
fn a_bad_secret_or_key_is_refused_with_line_and_key() {
    are_refused(&[
        (service("        client_id2: x\n"), 9, "tenants[0].apps[0].client_id2", "unknown key"),
        (
            service("        secret: a\n        secret_env: B\n"),
            10,
            "tenants[0].apps[0].secret_env",
            "only one",
        ),
        (service("        secret_env: B\n"), 9, "tenants[0].apps[0].secret_env", "not set"),
        (service("        secret_file: b.txt\n"), 9, "tenants[0].apps[0].secret_file", "cannot be read"),
        (service("        secret: \"\"\n"), 9, "tenants[0].apps[0].secret", "empty"),
        (service("        jwks: { keys: [] }\n"), 9, "tenants[0].apps[0].jwks", "no signing key"),
        (
            service("        jwks: { keys: [{ kty: oct, k: aGVsbG8 }] }\n"),
            9,
            "tenants[0].apps[0].jwks",
            "private",
        ),
        (service("        jwks_uri: \"ftp://a.example/k\"\n"), 9, "tenants[0].apps[0].jwks_uri", "https"),
    ]);
}

#[test]
fn a_bad_member_is_refused_with_line_and_key() {
    are_refused(&[
        (
            with("    members: [{ email: \"a@evil.example,b@corp.example\" }]\n"),
            5,
            "tenants[0].members[0].email",
            "@",
        ),
        (
            with("    members: [{ email: \"victim\u{FF20}corp.example\" }]\n"),
            5,
            "tenants[0].members[0].email",
            "@",
        ),
        (
            with("    members: [{ email: a@b.test, roles: [boss] }]\n"),
            5,
            "tenants[0].members[0].roles[0]",
            "boss",
        ),
        (with("    members: [{ email: a@b.test }]\n"), 3, "tenants[0].slug", "owner"),
        (
            with("    members:\n      - { email: a@b.test, roles: [owner] }\n      - { email: A@B.test }\n"),
            7,
            "tenants[0].members[1].email",
            "this address",
        ),
    ]);
}

#[test]
fn no_refusal_repeats_a_secret() {
    for text in [
        service("        secret: canary\n        secret_file: canary\n"),
        service("        secret: [canary-7391]\n"),
        app("        secret: canary-7391\n"),
        with("    members: [{ email: a@b.test, password: canary }]\n"),
        with("    members: [{ email: a@b.test, password: {canary-7391: 1} }]\n"),
    ] {
        let shown = format!("{0} {0:?}", dev(&text).unwrap_err());
        assert!(!shown.contains("canary"), "{shown}");
    }
    let checked = dev(&service("        secret: canary-7391\n")).unwrap();
    assert!(!format!("{checked:?}").contains("canary"));
}

#[test]
fn production_refuses_what_development_takes() {
    let short = service("        secret: 0123456789abcdef0123456789abcde\n");
    let dull = service("        secret: abababababababababababababababababab\n");
    let plain = service(
        "        secret: 0123456789abcdef0123456789abcdef\n        backchannel_logout_uri: \"http://a.example/\"\n",
    );
    let start = service(
        "        secret: 0123456789abcdef0123456789abcdef\n        initiate_login_uri: \"http://a.example/\"\n",
    );
    let weak = [
        (&short, "secret"),
        (&dull, "secret"),
        (&plain, "backchannel_logout_uri"),
        (&start, "initiate_login_uri"),
    ];
    for (text, key) in weak {
        assert!(dev(text).is_ok(), "{text}");
        let refused = read(text, Trust::Serve).unwrap_err();
        assert_eq!(refused.problem.key, format!("tenants[0].apps[0].{key}"), "{refused}");
    }
    assert!(read(&service("        secret: 0123456789abcdef0123456789abcdef\n"), Trust::Serve).is_ok());
}

#[test]
fn an_app_behind_which_anybody_may_stand_asks_the_person() {
    let of = |uri: &str, more: &str, trust| {
        let text = with(&format!(
            "    apps:\n      - {{ client_id: x, type: public, grants: [authorization_code], redirect_uris: [\"{uri}\"]{more} }}\n"
        ));
        let checked = read(&text, trust).unwrap();
        checked.spec.tenants[0].own.apps.as_deref().unwrap()[0].config.first_party
    };
    for uri in ["http://127.0.0.1/callback", "http://localhost:8080/cb", "com.example.app:/callback"] {
        assert!(!of(uri, "", Trust::Serve), "{uri}");
        assert!(of(uri, ", first_party: true", Trust::Serve), "the operator vouches for {uri}");
        assert!(of(uri, "", Trust::Dev), "{uri}");
    }
    assert!(of("https://app.example/cb", "", Trust::Serve));
}

#[test]
fn a_large_or_endless_file_is_refused() {
    let large = format!("version: 1 # {}", "x".repeat(1024 * 1024));
    assert!(dev(&large).unwrap_err().to_string().contains("1 MiB"));
    let deep = format!("version: {}1{}", "[".repeat(60), "]".repeat(60));
    assert!(dev(&deep).is_err());
    let own = "version: 1\ntenants: &t [*t]\n";
    assert!(dev(own).is_err());
}

#[test]
fn secrets_come_from_files_and_the_environment() {
    #[derive(Debug)]
    struct Some;
    impl Sources for Some {
        fn file(&self, path: &str) -> Result<Secret<String>, String> {
            (path == "there.txt")
                .then(|| Secret::new("from the file\r\n".to_owned()))
                .ok_or("no such file".to_owned())
        }
        fn variable(&self, name: &str) -> Option<Secret<String>> {
            (name == "THERE").then(|| Secret::new("from the environment".to_owned()))
        }
    }
    for (key, value, secret) in [
        ("secret", "given", "given"),
        ("secret_file", "there.txt", "from the file"),
        ("secret_env", "THERE", "from the environment"),
    ] {
        let text = service(&format!("        {key}: {value}\n"));
        let file = Checked::read(&text, "gate.yaml", &Some, Trust::Dev).unwrap();
        let app = &file.spec.tenants[0].own.apps.as_deref().unwrap()[0];
        assert!(app.secret.unwrap().matches(&Digest::of(secret.as_bytes())), "{key}");
    }
    let missing = service("        secret_file: nowhere.txt\n");
    let refused = Checked::read(&missing, "gate.yaml", &Some, Trust::Dev).unwrap_err();
    assert!(refused.to_string().contains("no such file"), "{refused}");
}

#[test]
fn defaults_are_the_documented_ones() {
    let file = dev(&app("")).unwrap();
    let tenant = &file.spec.tenants[0];
    assert!(tenant.domains.is_none() && tenant.policy.is_none() && tenant.members.is_none());
    let app = &tenant.own.apps.as_deref().unwrap()[0];
    assert_eq!(
        (app.name.as_str(), app.config.auth_method, app.config.first_party),
        ("web", AuthMethod::None, true)
    );
    assert_eq!(app.config.lives.access, Span::minutes(10));
    let file = dev(&service("        secret: something\n")).unwrap();
    let app = &file.spec.tenants[0].own.apps.as_deref().unwrap()[0];
    assert_eq!(app.config.auth_method, AuthMethod::ClientSecretBasic);
    let file = dev(&service("        jwks_uri: \"https://a.example/keys\"\n")).unwrap();
    let app = &file.spec.tenants[0].own.apps.as_deref().unwrap()[0];
    assert_eq!(app.config.auth_method, AuthMethod::PrivateKeyJwt);
}

#[test]
fn the_example_of_the_reference_is_accepted() {
    let page = include_str!("../../../../../docs/apply.md");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let set = EverySecret;
    let file = Checked::read(example, "docs/apply.md", &set, Trust::Serve).unwrap();
    assert_eq!(file.spec.tenants.len(), 1);
}

/// A world in which every named file and variable holds a good secret.
#[derive(Debug)]
struct EverySecret;

impl Sources for EverySecret {
    fn file(&self, _path: &str) -> Result<Secret<String>, String> {
        Ok(Secret::new("0123456789abcdef0123456789abcdef".to_owned()))
    }

    fn variable(&self, _name: &str) -> Option<Secret<String>> {
        Some(Secret::new("0123456789abcdef0123456789abcdef".to_owned()))
    }
}

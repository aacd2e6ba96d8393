//! What a file may say of passwords.

use super::super::sources::NoSources;
use super::*;

#[test]
fn passwords_and_their_rules_are_checked() {
    let with = |lines: &str| format!("version: 1\ntenants:\n  - slug: acme\n    name: Acme\n{lines}");
    for (text, line, key, reason) in [
        (
            with("    policy: { password: { min_length: 7 } }\n"),
            5,
            "tenants[0].policy.password.min_length",
            "8 and 128",
        ),
        (
            with("    policy: { password: { min_score: 500 } }\n"),
            5,
            "tenants[0].policy.password.min_score",
            "1",
        ),
        (
            with("    members: [{ email: a@b.test, password: short }]\n"),
            5,
            "tenants[0].members[0].password",
            "8 characters",
        ),
        (
            with("    members: [{ email: a@b.test, password: 12345678 }]\n"),
            5,
            "tenants[0].members[0].password",
            "quotes",
        ),
        (
            with("    members: [{ email: a@b.test, password_hash: x }]\n"),
            5,
            "tenants[0].members[0].password_hash",
            "not known",
        ),
        (
            with("    members: [{ email: a@b.test, password: long enough, password_hash: '{SSHA}x' }]\n"),
            5,
            "tenants[0].members[0].password_hash",
            "either a password or the hash",
        ),
    ] {
        let refused = Checked::read(&text, "file", &NoSources, Trust::Serve).unwrap_err();
        assert_eq!((refused.problem.line, refused.problem.key.as_str()), (line, key), "{refused}");
        assert!(refused.problem.text.contains(reason), "{refused}");
    }
}

#[test]
fn rules_and_hashes_are_taken_over() {
    let text = "version: 1\ntenants:\n  - slug: acme\n    name: Acme\n    policy: { password: { min_length: 16 } }\n    \
                members: [{ email: a@b.test, password_hash: '$P$6abcdefghsT4iauxAa5hweWWY7vTom0', roles: [owner] }]\n";
    let file = Checked::read(text, "file", &NoSources, Trust::Serve).unwrap();
    let tenant = &file.spec.tenants[0];
    let rules = tenant.policy.as_ref().unwrap().password;
    assert_eq!((rules.min_length(), rules.min_score()), (16, 3));
    let member = &tenant.members.as_ref().unwrap()[0];
    assert_eq!(member.password_hash.as_ref().unwrap().as_str(), "$P$6abcdefghsT4iauxAa5hweWWY7vTom0");
    assert!(member.password.is_none());
}

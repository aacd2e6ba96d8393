//! Hashes made by the systems themselves, of one password that is not all ASCII.

use super::super::Cost;
use super::*;
use proptest::prelude::*;

const PASSWORD: &str = "grüne Wiese 42";

/// Made by Python's bcrypt 5.0.0, hashlib (OpenSSL), argon2-cffi 25.1.0, passlib 1.7.4 and Django 5.2.
const MADE: &[(&str, &str)] = &[
    ("bcrypt", "$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5."),
    ("bcrypt", "$2a$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5."),
    ("bcrypt", "$2y$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5."),
    ("scrypt", "$scrypt$ln=8,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$ZjO12X9zHzFjit9NilAkyhtxSSqXHElkreJiC0ywnos"),
    ("scrypt", "$s0$a0801$MDEyMzQ1Njc4OWFiY2RlZg==$mhSAx4ypyZmJl4+h2pLFyolOO3IM3lgDDZzlsaBKu40="),
    ("pbkdf2", "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$2l0M8PgnkcsF1y1Xw/YXfSOEgV8"),
    ("pbkdf2", "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc"),
    (
        "pbkdf2",
        "$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$qXk6QPO85NauMewg/W7MXvmi67yV95ixKQTD2.mJRSxMsEl1GvIZefNl6XwBoD9hRd.73rvbbLeem9HLNZHZ2A",
    ),
    (
        "pbkdf2",
        "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc",
    ),
    ("phpass", "$P$6abcdefghsT4iauxAa5hweWWY7vTom0"),
    ("phpass", "$H$6abcdefghsT4iauxAa5hweWWY7vTom0"),
    ("ldap", "{SSHA}2WnuxtIj/LmTJq8qitSJxa0AU98wMTIzNDU2Nw=="),
    ("ldap", "{SSHA256}8mceySK0vZlooSdOabl1PA8eczNgmTkvpERoIQLVdrgwMTIzNDU2Nw=="),
    (
        "ldap",
        "{SSHA512}x/a7SoEziT0rpXJvx8bJPrSpI3IG4q03G1AAIC+9W2fpnY6qQwQLJrysEql4d7+Hk4IWSL1xmRvvWMJk4ZrI6DAxMjM0NTY3",
    ),
    (
        "argon2",
        "$argon2d$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$vD+mIZPh29VMZzD/urdfEEAY6R0Xd+4mGdpFwe67RXg",
    ),
    (
        "argon2",
        "$argon2i$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$MoN6PwpM1vnmSe2LY0GU6TYstNTD3QYvd5Fww1S72GI",
    ),
    (
        "argon2",
        "$argon2id$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$5QUs+ZyxFrCBqpuB3lJw4IwpXin8sSJmwhQP1ef8OBA",
    ),
    (
        "argon2",
        "$argon2i$v=16$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$iI60onR8vjCCmLoooFjp1ydzCaEkJ1H8uPPVsMMWY+Y",
    ),
    ("pbkdf2", "pbkdf2_sha256$1000$saltysalty$uglAHIMsBpJTjGkbPkMKN3blht1fKDJY1+mh7yvujWs="),
    ("pbkdf2", "pbkdf2_sha1$1000$saltysalty$OsmQcqmLTNuygmkcfLLKwAQNJtg="),
    (
        "argon2",
        "argon2$argon2id$v=19$m=256,t=2,p=2$c2FsdHlzYWx0eQ$8s5mhkFzuAtM8ouTEZ+qFARTCh1N1IrWqI3hB/Bbj/Q",
    ),
    ("bcrypt", "bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuycb6VOQC5RTYKa2RgZHkoeacSqNlKue"),
    ("bcrypt", "bcrypt$$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5."),
    (
        "scrypt",
        "scrypt$1024$saltysalty$8$5$0um2FJtSagUAkGesxYDQf6A2f9cdukSsjhZ688YuV2FjzQX0YVJDznjUNbR5t6XxGpywItR69+UWADZwx19ySw==",
    ),
];

fn right(text: &str, password: &[u8]) -> bool {
    let Stored { work, expected } = Stored::read(text).unwrap();
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let output = work.derive(&mut Memory::new(cost), password).unwrap();
    output.as_slice() == expected
}

#[test]
fn what_other_systems_made_is_verified() {
    for (format, made) in MADE {
        assert_eq!(PasswordHash::import(made).unwrap().format(), Ok(*format), "{made}");
        assert!(right(made, PASSWORD.as_bytes()), "{made}");
        for wrong in ["grüne Wiese 43", "grune Wiese 42", "", " grüne Wiese 42"] {
            assert!(!right(made, wrong.as_bytes()), "{made}: {wrong}");
        }
    }
}

#[test]
fn bcrypt_knows_72_bytes_of_a_password() {
    let made = "$2b$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q";
    assert!(right(made, &[b'x'; 72]) && right(made, &[b'x'; 100]));
    assert!(!right(made, &[b'x'; 71]));
}

/// The example of Firebase's own description of its scrypt.
fn firebase() -> FirebaseHash {
    FirebaseHash {
        salt: "42xEC+ixf3L2lw==".to_owned(),
        signer_key:
            "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
                .to_owned(),
        salt_separator: "Bw==".to_owned(),
        rounds: 8,
        mem_cost: 14,
    }
}

const FIREBASE: &str =
    "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";

#[test]
fn firebases_own_example_is_verified() {
    let text = firebase().text(FIREBASE).unwrap();
    assert!(text.starts_with("$firebase-scrypt$m=14,r=8$jxspr8Ki0RY"), "{text}");
    assert!(right(&text, b"user1password"));
    assert!(!right(&text, b"user2password"));
    let url_safe = FIREBASE.replace('+', "-").replace('/', "_");
    assert_eq!(firebase().text(&url_safe).unwrap(), text);
}

#[test]
fn what_would_cost_too_much_names_the_parameter() {
    let dear = |text: &str| match Stored::read(text).map(|_| ()) {
        Err(BadHash::TooDear { parameter, .. }) => parameter,
        other => panic!("{text}: {other:?}"),
    };
    let salt = "MDEyMzQ1Njc4OWFiY2RlZg";
    let tail = "w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc";
    for (text, parameter) in [
        ("$2b$13$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.".to_owned(), "cost"),
        ("$2b$14$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.".to_owned(), "cost"),
        ("$2b$15$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.".to_owned(), "cost"),
        ("bcrypt$$2b$13$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.".to_owned(), "cost"),
        ("bcrypt_sha256$$2b$31$abcdefghijklmnopqrstuuycb6VOQC5RTYKa2RgZHkoeacSqNlKue".to_owned(), "cost"),
        (format!("$scrypt$ln=30,r=8,p=1${salt}${tail}"), "ln"),
        (format!("$scrypt$ln=17,r=16,p=1${salt}${tail}"), "N × r"),
        (format!("$scrypt$ln=17,r=8,p=3${salt}${tail}"), "N × r × p"),
        (format!("$scrypt$ln=17,r=8,p=2${salt}${tail}"), "N × r × p"),
        (format!("$scrypt$ln=4,r=4000000000,p=1${salt}${tail}"), "r"),
        (format!("$s0$1f0801${salt}${tail}"), "N"),
        (format!("scrypt$1073741824$salt$8$1${tail}"), "N"),
        (format!("$pbkdf2$2000001${salt}$2l0M8PgnkcsF1y1Xw/YXfSOEgV8"), "iterations"),
        (format!("$pbkdf2-sha256$1600001${salt}${tail}"), "iterations"),
        (format!("$pbkdf2-sha512$600001${salt}${tail}"), "iterations"),
        (format!("pbkdf2_sha256$99999999999999999999$salt${tail}"), "iterations"),
        (format!("$argon2id$v=19$m=131073,t=1,p=1${salt}${tail}"), "m"),
        (format!("$argon2i$v=19$m=65536,t=11,p=1${salt}${tail}"), "t"),
        (format!("$argon2d$v=19$m=65536,t=1,p=9${salt}${tail}"), "p"),
        (format!("$argon2i$v=19$m=131072,t=9,p=1${salt}${tail}"), "m × t"),
        (format!("argon2$argon2id$v=19$m=4000000,t=1,p=1${salt}${tail}"), "m"),
        ("$P$Fabcdefg4VF0oZa4wBT1mSSzqPuL1.".to_owned(), "log₂ of the rounds"),
        ("$P$Jabcdefg4VF0oZa4wBT1mSSzqPuL1.".to_owned(), "log₂ of the rounds"),
        (format!("$firebase-scrypt$m=20,r=8${tail}$Bw${salt}${tail}"), "mem_cost"),
    ] {
        assert_eq!(dear(&text), parameter, "{text}");
    }
    let costly = FirebaseHash { mem_cost: 31, ..firebase() }.text(FIREBASE);
    assert!(matches!(costly, Err(BadHash::TooDear { parameter: "mem_cost", .. })));
}

#[test]
fn what_is_taken_costs_at_most_about_twice_what_bcrypt_of_the_highest_cost_does() {
    let salt = "MDEyMzQ1Njc4OWFiY2RlZg";
    let tail = "w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc";
    let kib = |text: &str| Stored::read(text).unwrap_or_else(|why| panic!("{text}: {why}")).work.kib(8);
    let dearest = kib("$2b$12$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.");
    for text in [
        format!("$scrypt$ln=17,r=8,p=1${salt}${tail}"),
        format!("$scrypt$ln=16,r=8,p=3${salt}${tail}"),
        format!("$pbkdf2$2000000${salt}$2l0M8PgnkcsF1y1Xw/YXfSOEgV8"),
        format!("$pbkdf2-sha256$1600000${salt}${tail}"),
        format!("$pbkdf2-sha512$600000${salt}${tail}"),
        format!("$argon2i$v=19$m=131072,t=8,p=1${salt}${tail}"),
        "$P$EabcdefghsT4iauxAa5hweWWY7vTom0".to_owned(),
        format!("$firebase-scrypt$m=17,r=8${tail}$Bw${salt}${tail}"),
    ] {
        let kib = kib(&text);
        assert!(kib <= dearest / 20 * 41, "{text}: {kib}, bcrypt {dearest}");
    }
}

#[test]
fn what_is_damaged_or_unknown_is_refused() {
    for text in [
        "",
        "hunter2",
        "$",
        "{SSHA}",
        "{SSHA}AAAA",
        "{MD5}2WnuxtIj/LmTJq8qitSJxa0AU98=",
        "{CRYPT}$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.",
        "$2x$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.",
        "$2b$03$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.",
        "$2b$05$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5",
        "$2b$+5$abcdefghijklmnopqrstuuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.",
        "$2b$05$äbcdefghijklmnopqrstuYysDp/yGztbHJAwUhG9t5/i0QmlSF5.",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$6$salt$output",
        "$scrypt$ln=8,r=8,p=2$$ZjO12X9zHzFjit9NilAkyhtxSSqXHElkreJiC0ywnos",
        "$scrypt$ln=0,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$ZjO12X9zHzFjit9NilAkyhtxSSqXHElkreJiC0ywnos",
        "$scrypt$r=8,ln=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$ZjO12X9zHzFjit9NilAkyhtxSSqXHElkreJiC0ywnos",
        "$pbkdf2-sha256$0$MDEyMzQ1Njc4OWFiY2RlZg$w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc",
        "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$AAAA",
        "$pbkdf2-md5$1000$MDEyMzQ1Njc4OWFiY2RlZg$w21obMHkPuhBGMvm5lQAgFJB90R3TtIK94iFnBYSDbc",
        "$argon2i$v=20$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$MoN6PwpM1vnmSe2LY0GU6TYstNTD3QYvd5Fww1S72GI",
        "$argon2i$v=19$m=256,t=2,m=2$MDEyMzQ1Njc4OWFiY2RlZg$MoN6PwpM1vnmSe2LY0GU6TYstNTD3QYvd5Fww1S72GI",
        "$argon2i$v=19$m=8,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$MoN6PwpM1vnmSe2LY0GU6TYstNTD3QYvd5Fww1S72GI",
        "$P$",
        "$P$6abcdefgh",
        "pbkdf2_sha256$1000$saltysalty",
        "bcrypt_sha256$2b$05$abcdefghijklmnopqrstuuycb6VOQC5RTYKa2RgZHkoeacSqNlKue",
        "md5$salt$c4ca4238a0b923820dcc509a6f75849b",
    ] {
        let refused = Stored::read(text).map(|_| ());
        assert!(matches!(refused, Err(BadHash::Unknown | BadHash::Damaged { .. })), "{text}: {refused:?}");
    }
}

#[test]
fn a_refusal_holds_nothing_of_the_hash() {
    for (_, made) in MADE {
        let cut = &made[..made.len() - 3];
        if let Err(refused) = PasswordHash::import(cut) {
            let told = format!("{refused} {refused:?}");
            assert!(
                !told.contains("saltysalty") && !told.contains("MDEy") && !told.contains("abcdefgh"),
                "{told}"
            );
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(\\$(2b|scrypt|s0|pbkdf2-sha256|argon2i|P|firebase-scrypt)\\$|\\{SSHA\\}|scrypt\\$|argon2)?\\PC{0,80}") {
        drop(Stored::read(&text));
    }

    #[test]
    fn no_change_of_one_character_panics(at in 0..60_usize, of in 0..24_usize, with in "[ -~äß]") {
        let (_, made) = MADE[of];
        let changed: String = made.chars().enumerate().map(|(index, c)| {
            if index == at { with.chars().next().unwrap_or(c) } else { c }
        }).collect();
        if let Ok(Stored { work, .. }) = Stored::read(&changed) {
            prop_assert!(work.kib(usize::MAX) <= 1_343_488);
        }
    }
}

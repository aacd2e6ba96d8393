//! Tables of configurations and what becomes of them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::*;

const KEK: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const GOOD: &str = r#"
base_url = "https://id.example.com"
[database]
host = "db.internal"
password = "a long and private one"
ca_file = "ca.pem"
[keys]
kek = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
"#;

const EVERY_KEY: [(&str, &str); 58] = [
    ("GATEHOUSE_BASE_URL", "https://other.example"),
    ("GATEHOUSE_LISTEN", "0.0.0.0:443"),
    ("GATEHOUSE_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7"),
    ("GATEHOUSE_TLS__CERT_FILE", "tls.pem"),
    ("GATEHOUSE_TLS__KEY_FILE", "tls.pem"),
    ("GATEHOUSE_MANAGEMENT__LISTEN", "127.0.0.1:1"),
    ("GATEHOUSE_DATABASE__HOST", "db2"),
    ("GATEHOUSE_DATABASE__PORT", "6543"),
    ("GATEHOUSE_DATABASE__NAME", "007"),
    ("GATEHOUSE_DATABASE__USER", "true"),
    ("GATEHOUSE_DATABASE__PASSWORD_FILE", "password"),
    ("GATEHOUSE_DATABASE__CA_FILE", "/etc/gatehouse/ca.pem"),
    ("GATEHOUSE_DATABASE__SSLMODE", "verify-full"),
    ("GATEHOUSE_DATABASE__POOL_SIZE", "3"),
    ("GATEHOUSE_DATABASE__MIGRATOR_PASSWORD_FILE", "unreadable"),
    ("GATEHOUSE_KEYS__KEK_FILE", "kek"),
    ("GATEHOUSE_KEYS__PREVIOUS_KEKS", KEK),
    ("GATEHOUSE_KEYS__PREVIOUS_KEK_FILES", "kek,kek"),
    ("GATEHOUSE_PASSWORDS__MEMORY_KIB", "65536"),
    ("GATEHOUSE_PASSWORDS__ITERATIONS", "3"),
    ("GATEHOUSE_PASSWORDS__PARALLELISM", "2"),
    ("GATEHOUSE_PASSWORDS__THREADS", "5"),
    ("GATEHOUSE_PASSWORDS__QUEUE", "6"),
    ("GATEHOUSE_PASSWORDS__BREACHED__FILE", "leaked.txt"),
    ("GATEHOUSE_PASSWORDS__BREACHED__RANGE_URL", "https://ranges.example/range"),
    ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_NETWORK", "151"),
    ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_NETWORK_AND_ADDRESS", "11"),
    ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_ADDRESS", "99"),
    ("GATEHOUSE_LIMITS__PASSWORD_TRIES_PER_TENANT", "3001"),
    ("GATEHOUSE_LIMITS__PASSWORD_TRIES_GLOBAL", "30001"),
    ("GATEHOUSE_LIMITS__MAILS_PER_NETWORK", "61"),
    ("GATEHOUSE_LIMITS__MAILS_PER_SOURCE_AND_ADDRESS", "6"),
    ("GATEHOUSE_LIMITS__MAILS_PER_ADDRESS", "21"),
    ("GATEHOUSE_LIMITS__MAILS_PER_TENANT", "2001"),
    ("GATEHOUSE_LIMITS__MAILS_GLOBAL", "20001"),
    ("GATEHOUSE_LIMITS__CODE_TRIES_PER_SOURCE_AND_ADDRESS", "11"),
    ("GATEHOUSE_LIMITS__CODE_TRIES_PER_ADDRESS", "12"),
    ("GATEHOUSE_LIMITS__HEAD_SECONDS", "1"),
    ("GATEHOUSE_LIMITS__REQUEST_SECONDS", "2"),
    ("GATEHOUSE_LIMITS__CONNECTIONS", "9"),
    ("GATEHOUSE_LIMITS__SHUTDOWN_SECONDS", "4"),
    ("GATEHOUSE_LOG__FORMAT", "pretty"),
    ("GATEHOUSE_LOG__FILTER", "warn,sqlx=error"),
    ("GATEHOUSE_OUTBOUND__ALLOW_LOOPBACK", "false"),
    ("GATEHOUSE_SIGN_UP__PLATFORM", "closed"),
    ("GATEHOUSE_SIGN_UP__PERSONAL_TENANT", "false"),
    ("GATEHOUSE_MAIL__FROM", "Login@id.example"),
    ("GATEHOUSE_MAIL__REPLY_TO", "help@id.example"),
    ("GATEHOUSE_MAIL__BOUNCE", "bounces@id.example"),
    ("GATEHOUSE_MAIL__HOST", "smtp.id.example"),
    ("GATEHOUSE_MAIL__PORT", "2525"),
    ("GATEHOUSE_MAIL__TLS", "implicit"),
    ("GATEHOUSE_MAIL__USER", "gatehouse"),
    ("GATEHOUSE_MAIL__PASSWORD_FILE", "password"),
    ("GATEHOUSE_MAIL__CA_FILE", "ca.pem"),
    ("GATEHOUSE_MAIL__PER_TENANT_PER_MINUTE", "30"),
    ("GATEHOUSE_MAIL__STALE_AFTER_DAYS", "45"),
    ("HOME", "/root"),
];

const EFFECTIVE: &str = r#"base_url = "https://other.example"
listen = "0.0.0.0:443"
trusted_proxies = "10.0.0.0/8,192.0.2.7/32"
tls.cert_file = "/etc/gatehouse/tls.pem"
tls.key_file = "/etc/gatehouse/tls.pem"
management.listen = "127.0.0.1:1"
database.host = "db2"
database.port = "6543"
database.sslmode = "verify-full"
database.ca_file = "/etc/gatehouse/ca.pem"
database.name = "007"
database.user = "true"
database.password = "(hidden)"
database.pool_size = "3"
database.migrator_password_file = "/etc/gatehouse/unreadable"
keys.kek = "(hidden)"
keys.previous_keks = "(hidden),(hidden),(hidden)"
passwords.memory_kib = "65536"
passwords.iterations = "3"
passwords.parallelism = "2"
passwords.threads = "5"
passwords.queue = "6"
passwords.breached.file = "/etc/gatehouse/leaked.txt"
passwords.breached.range_url = "https://ranges.example/range/"
limits.password_tries_per_network = "151"
limits.password_tries_per_network_and_address = "11"
limits.password_tries_per_address = "99"
limits.password_tries_per_tenant = "3001"
limits.password_tries_global = "30001"
limits.mails_per_network = "61"
limits.mails_per_source_and_address = "6"
limits.mails_per_address = "21"
limits.mails_per_tenant = "2001"
limits.mails_global = "20001"
limits.code_tries_per_source_and_address = "11"
limits.code_tries_per_address = "12"
limits.head_seconds = "1"
limits.request_seconds = "2"
limits.connections = "9"
limits.shutdown_seconds = "4"
log.format = "pretty"
log.filter = "warn,sqlx=error"
outbound.allow_loopback = "false"
sign_up.platform = "closed"
sign_up.personal_tenant = "false"
mail.per_tenant_per_minute = "30"
mail.stale_after_days = "45"
mail.from = "Login@id.example"
mail.host = "smtp.id.example"
mail.port = "2525"
mail.tls = "implicit"
mail.reply_to = "help@id.example"
mail.bounce = "bounces@id.example"
mail.user = "gatehouse"
mail.password = "(hidden)"
mail.ca_file = "/etc/gatehouse/ca.pem"
"#;

fn read(path: &Path) -> io::Result<String> {
    match path.to_str() {
        Some("/etc/gatehouse/ca.pem" | "/etc/gatehouse/tls.pem") => Ok("-----BEGIN".to_owned()),
        Some("/etc/gatehouse/kek") => Ok(format!("{KEK}\n")),
        Some("/etc/gatehouse/password") => Ok("from a file\r\n".to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn sources(profile: Profile, text: &str, env: &[(&str, &str)]) -> Sources {
    Sources {
        profile,
        defaults: BTreeMap::new(),
        file: Some(ConfigFile {
            path: PathBuf::from("/etc/gatehouse/gatehouse.toml"),
            text: text.to_owned(),
        }),
        env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        cores: 2,
        read,
    }
}

fn served(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    load(&sources(Profile::Serve, text, env))
}

fn refusal(env: &[(&str, &str)]) -> String {
    served(GOOD, env).unwrap_err().to_string()
}

#[test]
fn a_good_file_gives_the_defaults() {
    let config = served(GOOD, &[]).unwrap();
    assert_eq!(config.base.origin(), "https://id.example.com");
    assert_eq!(config.base.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database.pool_size, 8);
    assert_eq!(config.database.user, "gatehouse_app");
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(!config.outbound.allow_loopback);
    assert_eq!(config.keys.kek.expose()[..3], [0, 1, 2]);
    assert_eq!(config.passwords.memory_kib, 19_456);
}

#[test]
fn the_environment_overrides_every_key() {
    let config = served(GOOD, &EVERY_KEY).unwrap();
    assert_eq!(config.database.password.as_ref().unwrap().expose(), "from a file");
    assert_eq!(config.keys.previous_keks.len(), 3);
    assert_eq!(render_effective(&config), EFFECTIVE);
}

#[test]
fn unsafe_settings_are_refused_by_serve_with_place_and_reason() {
    for (variable, value, reason) in [
        ("GATEHOUSE_BASE_URL", "http://id.example.com", "plain HTTP would show"),
        ("GATEHOUSE_MAIL__FROM", "login@id.example", "only of use with mail.host"),
        ("GATEHOUSE_MAIL__HOST", "10.0.0.1", "expected the name of a mail server"),
        ("GATEHOUSE_MAIL__PER_TENANT_PER_MINUTE", "0", "at least 1"),
        ("GATEHOUSE_MAIL__STALE_AFTER_DAYS", "0", "between 1 and 3650"),
        ("GATEHOUSE_MAIL__STALE_AFTER_DAYS", "3651", "between 1 and 3650"),
        ("GATEHOUSE_BASE_URL", "https://id.example.com/path", "without path"),
        ("GATEHOUSE_BASE_URL", "https://user@id.example.com", "without path, query or user"),
        ("GATEHOUSE_BASE_URL", "ftp://id.example.com", "expected an https:// address"),
        ("GATEHOUSE_BASE_URL", "id.example.com", "expected an absolute URL"),
        ("GATEHOUSE_LISTEN", "0.0.0.0:80", "plain HTTP beyond loopback"),
        ("GATEHOUSE_LISTEN", "localhost", "expected an address with a port"),
        ("GATEHOUSE_TRUSTED_PROXIES", "0.0.0.0/0", "would let anybody forge"),
        ("GATEHOUSE_TRUSTED_PROXIES", "::/0", "would let anybody forge"),
        ("GATEHOUSE_TRUSTED_PROXIES", "*", "expected an address range"),
        ("GATEHOUSE_DATABASE__SSLMODE", "require", "only verify-full protects"),
        ("GATEHOUSE_DATABASE__PORT", "70000", "expected a port number"),
        ("GATEHOUSE_DATABASE__PASSWORD", "changeme", "an example's password"),
        ("GATEHOUSE_DATABASE__POOL_SIZE", "0", "from 1 to 1000"),
        ("GATEHOUSE_DATABASE__SOCKET", "/run/postgresql", "besides database.host"),
        (
            "GATEHOUSE_KEYS__KEK",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "example's key",
        ),
        ("GATEHOUSE_KEYS__KEK", "short", "expected 32 random bytes"),
        ("GATEHOUSE_PASSWORDS__MEMORY_KIB", "1024", "too cheap to guess"),
        ("GATEHOUSE_PASSWORDS__ITERATIONS", "two", "expected a whole number"),
        (
            "GATEHOUSE_PASSWORDS__BREACHED__RANGE_URL",
            "http://ranges.example/",
            "expected an https:// address",
        ),
        ("GATEHOUSE_PASSWORDS__BREACHED__RANGE_URL", "https://ranges.example/?q=1", "the five digits"),
        ("GATEHOUSE_LOG__FORMAT", "xml", "expected json or pretty"),
        ("GATEHOUSE_LOG__FILTER", "a=b=c", "expected levels by target"),
        ("GATEHOUSE_OUTBOUND__ALLOW_LOOPBACK", "true", "for `gatehouse dev` only"),
        ("GATEHOUSE_LIMITS__HEAD_SECONDS", "601", "from 1 to 600"),
    ] {
        let refused = refusal(&[(variable, value)]);
        assert!(refused.starts_with(&format!("{variable}: ")), "{refused}");
        assert!(refused.contains(reason), "{refused}");
    }
}

#[test]
fn what_is_missing_is_named() {
    for (drop, reason) in [
        ("base_url", "`base_url` (in the environment GATEHOUSE_BASE_URL): missing"),
        ("host", "`database.host` (in the environment GATEHOUSE_DATABASE__HOST): missing"),
        ("ca_file", "`database.ca_file` (in the environment GATEHOUSE_DATABASE__CA_FILE): missing"),
        ("password", "`database.password` (in the environment GATEHOUSE_DATABASE__PASSWORD): missing"),
        ("kek", "`keys.kek` (in the environment GATEHOUSE_KEYS__KEK): missing"),
    ] {
        let text: String =
            GOOD.lines().filter(|line| !line.starts_with(drop)).map(|line| format!("{line}\n")).collect();
        let refused = served(&text, &[]).unwrap_err().to_string();
        assert!(refused.starts_with(reason), "{refused}");
    }
}

#[test]
fn unknown_keys_and_wrong_forms_are_refused_in_the_file() {
    for (line, reason) in [
        (
            "pasword = 'hunter2'",
            "/etc/gatehouse/gatehouse.toml: `keys.pasword`: unknown key; known here: kek, ",
        ),
        (
            "previous_keks = 7",
            "/etc/gatehouse/gatehouse.toml: `keys.previous_keks`: expected a list, each text.",
        ),
        ("[extra]", "/etc/gatehouse/gatehouse.toml: `extra`: unknown key; known here: base_url, "),
        ("dev = true", "/etc/gatehouse/gatehouse.toml: `keys.dev`: unknown key"),
        ("x = 'hunter2", "/etc/gatehouse/gatehouse.toml: TOML parse error at line 9, column "),
    ] {
        let refused = served(&format!("{GOOD}{line}\n"), &[]).unwrap_err().to_string();
        assert!(refused.starts_with(reason), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
    let refused = refusal(&[("GATEHOUSE_DATABSE__HOST", "x")]);
    assert!(refused.starts_with("GATEHOUSE_DATABSE: unknown key"), "{refused}");
    let refused = refusal(&[("GATEHOUSE_DATABASE", "x"), ("GATEHOUSE_DATABASE__HOST", "x")]);
    assert!(refused.contains("this is a section"), "{refused}");
}

#[test]
fn a_secret_is_given_once() {
    let twice = [("GATEHOUSE_KEYS__KEK", KEK), ("GATEHOUSE_KEYS__KEK_FILE", "kek")];
    let refused = refusal(&twice);
    assert!(refused.contains("given twice, by value and by `keys.kek_file`"), "{refused}");
    let refused = served(&format!("{GOOD}kek_file = 'kek'\n"), &[]).unwrap_err().to_string();
    assert!(refused.contains("given twice"), "{refused}");
    let refused = refusal(&[("GATEHOUSE_KEYS__KEK_FILE", "nowhere")]);
    assert!(refused.starts_with("GATEHOUSE_KEYS__KEK_FILE: cannot read /etc/gatehouse/nowhere"), "{refused}");
}

#[test]
fn the_key_has_several_spellings() {
    let base64 = data_encoding::BASE64.encode(&data_encoding::HEXLOWER.decode(KEK.as_bytes()).unwrap());
    for text in [KEK.to_uppercase(), base64.trim_end_matches('=').to_owned(), base64] {
        let config = served(GOOD, &[("GATEHOUSE_KEYS__KEK", &text)]).unwrap();
        assert_eq!(config.keys.kek.expose()[31], 0x1f, "{text}");
    }
}

#[test]
fn dev_has_defaults_for_all_but_database_and_key() {
    let mut dev = sources(Profile::Dev, "", &[]);
    dev.file = None;
    for (key, value) in [
        ("listen", "127.0.0.1:9999"),
        ("database.host", "127.0.0.1"),
        ("database.ca_file", "/etc/gatehouse/ca.pem"),
        ("keys.kek", KEK),
    ] {
        dev.defaults.insert(key.to_owned(), value.to_owned());
    }
    dev.env.insert("GATEHOUSE_PASSWORDS__MEMORY_KIB".to_owned(), "64".to_owned());
    let config = load(&dev).unwrap();
    assert_eq!(config.base.origin(), "http://localhost:9999");
    assert_eq!(config.log.format, LogFormat::Pretty);
    assert!(config.outbound.allow_loopback);
    assert_eq!(config.passwords.memory_kib, 64);
}

fn migration(text: &str, env: &[(&str, &str)]) -> Result<Migration, ConfigError> {
    load_migration(&sources(Profile::Serve, text, env))
}

#[test]
fn migrate_needs_no_key_and_a_socket_needs_no_password() {
    let read = migration("[database]\nsocket = '/run/postgresql'\n", &[]).unwrap();
    let socket = Transport::Socket { folder: PathBuf::from("/run/postgresql"), port: 5432 };
    assert_eq!(read.database.transport, socket);
    assert_eq!(read.options().get_socket(), Some(&PathBuf::from("/run/postgresql")));
    assert_eq!(read.options().get_username(), "gatehouse_migrator");
    assert_eq!(read.database.options().get_username(), "gatehouse_app");
}

#[test]
fn the_migrators_password_is_for_migrate_alone() {
    const VALUE: (&str, &str) = ("GATEHOUSE_DATABASE__MIGRATOR_PASSWORD", "one of its own");
    const FILE: (&str, &str) = ("GATEHOUSE_DATABASE__MIGRATOR_PASSWORD_FILE", "password");
    let no_server = "[database]\nhost = 'db'\nca_file = 'ca.pem'\n";
    let read = migration(no_server, &[VALUE]).unwrap();
    assert_eq!(read.migrator_password.unwrap().expose(), "one of its own");
    let read = migration(no_server, &[FILE]).unwrap();
    assert_eq!(read.migrator_password.unwrap().expose(), "from a file");
    for (env, reason) in [
        (vec![], "`database.migrator_password` (in the environment "),
        (vec![VALUE, FILE], "given twice"),
        (vec![("GATEHOUSE_DATABASE__MIGRATOR_PASSWORD", "postgres")], "an example's password"),
        (vec![VALUE, ("GATEHOUSE_DATABASE__PASSWORD", "one of its own")], "the same as database.password"),
    ] {
        let refused = migration(no_server, &env).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
    let refused = refusal(&[VALUE]);
    assert!(refused.starts_with("GATEHOUSE_DATABASE__MIGRATOR_PASSWORD: this password can"), "{refused}");
    assert!(!refused.contains("one of its own"), "{refused}");
    let unread = [("GATEHOUSE_DATABASE__MIGRATOR_PASSWORD_FILE", "unreadable")];
    served(GOOD, &unread).unwrap();
    assert!(migration(no_server, &unread).unwrap_err().to_string().contains("cannot read"));
}

#[test]
fn debug_shows_no_secret() {
    let text = format!("{:?}", served(GOOD, &[]).unwrap());
    assert!(!text.contains("a long and private one"), "{text}");
    assert!(text.contains("kek: Secret(…)"), "{text}");
}

#[test]
fn a_mail_server_is_complete_and_protected() {
    let good = [("GATEHOUSE_MAIL__HOST", "smtp.id.example"), ("GATEHOUSE_MAIL__FROM", "login@id.example")];
    let with = |more: &[(&'static str, &'static str)]| served(GOOD, &[good.as_slice(), more].concat());
    let server = with(&[]).unwrap().mail.server.unwrap().server;
    assert_eq!((server.port, server.tls.as_str()), (587, "required"));
    let local = [("GATEHOUSE_MAIL__TLS", "none"), ("GATEHOUSE_MAIL__HOST", "localhost")];
    assert_eq!(with(&local).unwrap().mail.server.unwrap().server.port, 25);
    for (more, reason) in [
        (("GATEHOUSE_MAIL__TLS", "none"), "for a mail server on localhost only"),
        (("GATEHOUSE_MAIL__TLS", "starttls"), "expected \"required\" (STARTTLS)"),
        (("GATEHOUSE_MAIL__USER", "gatehouse"), "belong together"),
        (("GATEHOUSE_MAIL__PASSWORD", "open sesame"), "belong together"),
        (("GATEHOUSE_MAIL__FROM", "Login <login@id.example>"), "expected an email address"),
        (("GATEHOUSE_MAIL__CA_FILE", "nowhere.pem"), "cannot read"),
    ] {
        let text = with(&[more]).unwrap_err().to_string();
        assert!(text.contains(reason) && !text.contains("open sesame"), "{text}");
    }
}

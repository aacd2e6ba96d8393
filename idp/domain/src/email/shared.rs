//! Mailboxes that are a role's or a robot's rather than a person's: what is mailed there may be read by many, or shown to
//! whoever writes there first.

use super::EmailAddress;

impl EmailAddress {
    /// Whether the local part is the name of a role or a robot (RFC 2142, and what is common beside it). Tags and separators do
    /// not hide one: `support+x` and `no-reply` count as `support` and `noreply`.
    pub fn is_shared(&self) -> bool {
        let local = self.local().to_ascii_lowercase();
        let untagged = local.split('+').next().unwrap_or_default();
        let bare: String = untagged.chars().filter(|c| !matches!(c, '.' | '-' | '_')).collect();
        if SHARED.binary_search(&bare.as_str()).is_ok() {
            return true;
        }
        // A prefix or suffix beside a separator makes no person of it: support-emea, it.helpdesk, reply_42.
        untagged.split(['.', '-', '_']).any(|part| PARTS.contains(&part))
    }
}

/// Whole names, without separators; sorted.
const SHARED: &[&str] = &[
    "abuse",
    "accounting",
    "accounts",
    "admin",
    "administrator",
    "alert",
    "alerts",
    "all",
    "bill",
    "billing",
    "bounce",
    "bounces",
    "bugs",
    "careers",
    "case",
    "cases",
    "compliance",
    "contact",
    "customerservice",
    "customersupport",
    "daemon",
    "dev",
    "developers",
    "devops",
    "dmca",
    "donotreply",
    "dpo",
    "employees",
    "enquiries",
    "everybody",
    "everyone",
    "feedback",
    "finance",
    "ftp",
    "gdpr",
    "hello",
    "help",
    "helpdesk",
    "hi",
    "hostmaster",
    "hr",
    "incident",
    "incidents",
    "info",
    "information",
    "inquiries",
    "invoice",
    "invoices",
    "issue",
    "issues",
    "it",
    "jira",
    "jobs",
    "legal",
    "list",
    "listserv",
    "mail",
    "mailer",
    "mailerdaemon",
    "mailman",
    "majordomo",
    "marketing",
    "media",
    "monitoring",
    "news",
    "newsletter",
    "nobody",
    "noc",
    "noreply",
    "notification",
    "notifications",
    "office",
    "operations",
    "ops",
    "orders",
    "payments",
    "phishing",
    "postmaster",
    "press",
    "privacy",
    "queue",
    "recruiting",
    "reply",
    "requests",
    "returns",
    "root",
    "sales",
    "security",
    "service",
    "servicedesk",
    "shop",
    "spam",
    "ssladmin",
    "ssladministrator",
    "sslwebmaster",
    "staff",
    "subscribe",
    "support",
    "sysadmin",
    "system",
    "team",
    "test",
    "ticket",
    "tickets",
    "tracker",
    "unsubscribe",
    "usenet",
    "user",
    "users",
    "uucp",
    "webmaster",
    "www",
    "zendesk",
];

/// Names that make a shared mailbox of any longer one that they are a part of.
const PARTS: &[&str] = &[
    "abuse",
    "alerts",
    "billing",
    "bounce",
    "bounces",
    "helpdesk",
    "issues",
    "mailer",
    "noreply",
    "notifications",
    "postmaster",
    "reply",
    "servicedesk",
    "support",
    "ticket",
    "tickets",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(SHARED.is_sorted(), "{:?}", SHARED.windows(2).find(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn roles_and_robots_are_told_from_people() {
        let shared =
            |local: &str| format!("{local}@corp.example").parse::<EmailAddress>().unwrap().is_shared();
        for role in [
            "postmaster",
            "Support",
            "no-reply",
            "no_reply",
            "do.not.reply",
            "support+x",
            "support-emea",
            "it.helpdesk",
            "reply+42",
            "ticket_7",
            "MAILER-DAEMON",
            "hr",
            "root",
            "jira",
        ] {
            assert!(shared(role), "{role}");
        }
        for person in
            ["ada", "ada.lovelace", "ada+support", "j-smith", "replyman", "roote", "hrabal", "Tickett"]
        {
            assert!(!shared(person), "{person}");
        }
    }
}

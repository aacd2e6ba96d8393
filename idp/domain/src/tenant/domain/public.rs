//! Domains that no tenant can have for itself.

use crate::tenant::DomainName;

/// Why nobody may claim a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unclaimable {
    /// Others register names below it: `co.uk`, `github.io`, a top-level name.
    #[error("names below this domain belong to different owners, so no organisation can claim it")]
    PublicSuffix,
    /// Anybody gets a mailbox there.
    #[error("anybody can get a mailbox in this domain, so no organisation can claim it")]
    FreeMail,
}

/// Why no tenant may claim this domain, if it may not (DOM-02). A domain below a mail provider's is not the provider's mail domain.
pub fn unclaimable(domain: &DomainName) -> Option<Unclaimable> {
    // The list also has the suffixes that companies gave it for names of their customers, and names below which every name is one.
    let below = format!("any.{domain}");
    if is_suffix(domain.as_str()) || is_suffix(&below) {
        return Some(Unclaimable::PublicSuffix);
    }
    free_mail().any(|name| name == domain.as_str()).then_some(Unclaimable::FreeMail)
}

fn is_suffix(name: &str) -> bool {
    psl::suffix_str(name).is_none_or(|suffix| suffix == name)
}

fn free_mail() -> impl Iterator<Item = &'static str> {
    include_str!("free_mail.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Option<Unclaimable> {
        unclaimable(&name.parse().unwrap())
    }

    #[test]
    fn what_belongs_to_many_is_nobody_s() {
        for name in ["com", "test", "co.uk", "github.io", "xn--55qx5d.cn", "s3.amazonaws.com", "kawasaki.jp"]
        {
            assert_eq!(of(name), Some(Unclaimable::PublicSuffix), "{name}");
        }
        for name in
            ["gmail.com", "GoogleMail.com", "outlook.com", "gmx.de", "qq.com", "privaterelay.appleid.com"]
        {
            assert_eq!(of(name), Some(Unclaimable::FreeMail), "{name}");
        }
    }

    #[test]
    fn a_name_of_one_s_own_can_be_claimed() {
        for name in [
            "acme.test",
            "corp.example",
            "dev.corp.example",
            "acme.co.uk",
            "acme.github.io",
            "bücher.example",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }

    #[test]
    fn the_list_of_mail_providers_is_in_order_and_of_domains() {
        let names: Vec<&str> = free_mail().collect();
        assert!(names.is_sorted(), "{:?}", names.windows(2).find(|pair| pair[0] > pair[1]));
        for name in names {
            assert_eq!(name.parse::<DomainName>().unwrap().as_str(), name);
        }
    }
}

//! Samples of every page: what tests render in every locale and the gallery writes to a folder.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::asset::{brand_icon_asset, brand_stylesheet, form_post_script, stylesheet};
use crate::brand::Brand;
use crate::chrome::{Account, Chrome, Form};
use crate::colour::Colour;
use crate::locale::Locale;
use crate::text_id::TextId;
use crate::views::{
    AccountChooserPage, ActivityPage, AddAddressPage, AddressesPage, ChangePasswordPage, CodePage,
    ConfirmPage, ConnectedPage, ConsentPage, DataPage, DeclinedPage, DeletionPage, ElsewherePage, ErrorPage,
    FormPostPage, HomePage, IdentifierPage, InvitationPage, KeepPage, KeptPage, LeavePage, LinkPage,
    MailboxPage, MembershipsPage, NewAccountPage, NewPasswordPage, OverviewPage, OwnSignInPage, Page,
    PasswordPage, ProfilePage, RenderError, SessionsPage, SignOutPage, SignedOutPage, TenantChooserPage,
    UndoPage, UndonePage, WaitingPage, WelcomePage,
};

/// A page that knows what it looks like.
pub trait Sampled: Page + Sized {
    /// The page's name in the gallery.
    const NAME: &'static str;

    /// One sample for each state that looks different, by name.
    fn samples(chrome: &Chrome) -> Vec<(&'static str, Self)>;
}

/// Every sample of every page in one frame: its name and the document.
///
/// # Errors
/// When a page cannot be written.
pub fn every_page(chrome: &Chrome) -> Result<Vec<(String, String)>, RenderError> {
    let mut all = Vec::new();
    add::<IdentifierPage>(chrome, &mut all)?;
    add::<PasswordPage>(chrome, &mut all)?;
    add::<MailboxPage>(chrome, &mut all)?;
    add::<CodePage>(chrome, &mut all)?;
    add::<LinkPage>(chrome, &mut all)?;
    add::<ElsewherePage>(chrome, &mut all)?;
    add::<ConfirmPage>(chrome, &mut all)?;
    add::<WaitingPage>(chrome, &mut all)?;
    add::<NewAccountPage>(chrome, &mut all)?;
    add::<NewPasswordPage>(chrome, &mut all)?;
    add::<InvitationPage>(chrome, &mut all)?;
    add::<DeclinedPage>(chrome, &mut all)?;
    add::<AccountChooserPage>(chrome, &mut all)?;
    add::<TenantChooserPage>(chrome, &mut all)?;
    add::<ConsentPage>(chrome, &mut all)?;
    add::<SignOutPage>(chrome, &mut all)?;
    add::<SignedOutPage>(chrome, &mut all)?;
    add::<HomePage>(chrome, &mut all)?;
    add::<OverviewPage>(chrome, &mut all)?;
    add::<ProfilePage>(chrome, &mut all)?;
    add::<AddressesPage>(chrome, &mut all)?;
    add::<AddAddressPage>(chrome, &mut all)?;
    add::<ChangePasswordPage>(chrome, &mut all)?;
    add::<SessionsPage>(chrome, &mut all)?;
    add::<MembershipsPage>(chrome, &mut all)?;
    add::<LeavePage>(chrome, &mut all)?;
    add::<ConnectedPage>(chrome, &mut all)?;
    add::<ActivityPage>(chrome, &mut all)?;
    add::<DataPage>(chrome, &mut all)?;
    add::<DeletionPage>(chrome, &mut all)?;
    add::<KeepPage>(chrome, &mut all)?;
    add::<KeptPage>(chrome, &mut all)?;
    add::<WelcomePage>(chrome, &mut all)?;
    add::<OwnSignInPage>(chrome, &mut all)?;
    add::<UndoPage>(chrome, &mut all)?;
    add::<UndonePage>(chrome, &mut all)?;
    add::<FormPostPage>(chrome, &mut all)?;
    add::<ErrorPage>(chrome, &mut all)?;
    Ok(all)
}

/// A frame in the look of the organisation Acme.
pub fn chrome(locale: Locale) -> Chrome {
    let brand = Brand {
        product_name: "Acme".to_owned(),
        tenant_name: Some("Acme".to_owned()),
        primary: Colour::rgb(0x0b, 0x5f, 0xff),
        logo: None,
    };
    Chrome::new(Arc::new(brand), locale)
}

/// A folder to look at without a server: every sample in one language and one brand colour, and what they load. Files
/// by their paths inside it; each page is named `{look}-{page}-{state}-{language}.html`.
///
/// # Errors
/// When a page cannot be written.
pub fn gallery(look: &str, primary: Colour, locale: Locale) -> Result<Vec<File>, RenderError> {
    let mut chrome = chrome(locale);
    chrome.brand = Arc::new(Brand { primary, ..(*chrome.brand).clone() });
    chrome.asset_root = ".".to_owned();
    let pages = every_page(&chrome)?.into_iter().map(|(name, html)| File {
        path: format!("{look}-{name}-{}.html", locale.tag()),
        bytes: html.into_bytes().into(),
    });
    let brand = [brand_stylesheet(primary), brand_icon_asset(primary)];
    let fixed = [stylesheet().clone(), form_post_script().clone()];
    let assets = brand
        .into_iter()
        .chain(fixed)
        .map(|asset| File { path: asset.path.trim_start_matches('/').to_owned(), bytes: asset.bytes });
    Ok(pages.chain(assets).collect())
}

/// A file of the gallery.
pub struct File {
    /// Its path inside the gallery's folder.
    pub path: String,
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
}

fn add<P: Sampled>(chrome: &Chrome, all: &mut Vec<(String, String)>) -> Result<(), RenderError> {
    for (state, page) in P::samples(chrome) {
        all.push((format!("{}-{state}", P::NAME), page.html()?));
    }
    Ok(())
}

pub(crate) fn form(action: &str) -> Form {
    Form::to(format!("/t/acme/{action}")).with("csrf", "c5rf").with("flow", "flw_01jd8mz3kqf8qbv2xw9t0c5n4e")
}

pub(crate) fn account(key: &str, name: Option<&str>, address: &str, tenant: Option<&str>) -> Account {
    Account {
        key: key.to_owned(),
        name: name.map(str::to_owned),
        address: address.to_owned(),
        tenant: tenant.map(str::to_owned),
    }
}

pub(crate) fn alice() -> Account {
    account("ses_1", Some("Alice Archer"), "alice@acme.test", None)
}

pub(crate) fn throttled() -> TextId {
    TextId::Throttled { seconds: NonZeroU32::MIN.saturating_add(119) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What holds of every page, whatever it says.
    #[test]
    fn every_page_keeps_the_rules_of_the_house() {
        for locale in Locale::ALL {
            for (name, html) in every_page(&chrome(locale)).unwrap() {
                let lang = format!("<html lang=\"{}\" dir=\"ltr\">", locale.tag());
                assert!(html.starts_with("<!doctype html>") && html.contains(&lang), "{name}");
                assert_eq!(html.matches("<h1").count(), 1, "{name}: one heading");
                assert!(html.contains(" – Acme</title>") && !html.contains("<title> "), "{name}: title");
                for forbidden in
                    ["style=", "<style", " onclick", " onload", "javascript:", "<script>", "{{", "  <"]
                {
                    assert!(!html.contains(forbidden), "{name}: {forbidden}");
                }
                let scripts = usize::from(name.starts_with("form-post"));
                assert_eq!(html.matches("<script").count(), scripts, "{name}: scripts");
                let forms = html.matches("<form").count();
                assert_eq!(html.matches("method=\"post\"").count(), forms, "{name}: forms post");
                if scripts == 0 {
                    assert_eq!(
                        html.matches("name=\"csrf\"").count(),
                        forms,
                        "{name}: each form carries its token"
                    );
                }
            }
        }
    }

    #[test]
    fn a_page_loads_from_its_own_host_alone() {
        let mut branded = chrome(Locale::En);
        let mut brand = (*branded.brand).clone();
        brand.logo = Some("/t/acme/logo?v=0a1b".parse().unwrap());
        branded.brand = Arc::new(brand);
        for (name, html) in every_page(&branded).unwrap() {
            assert!(html.contains("<img class=\"logo\" src=\"/t/acme/logo?v=0a1b\" alt=\"Acme\">"), "{name}");
            let sources = html.split(" src=\"").skip(1);
            let sheets = html.split("<link ").skip(1).map(|link| link.split_once("href=\"").unwrap().1);
            for from in sources.chain(sheets) {
                assert!(from.starts_with('/') && !from.starts_with("//"), "{name}: {from}");
            }
        }
    }

    #[test]
    fn what_others_wrote_is_text() {
        let pages = every_page(&chrome(Locale::En)).unwrap();
        let find = |wanted: &str| pages.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
        assert!(
            find("form-post-plain").contains("value=\"&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\"")
        );
        assert!(find("consent-every-scope").contains("Quarterly Reporting &#60;Beta&#62;"));
    }

    #[test]
    fn a_fault_is_announced_and_tied_to_its_field() {
        let pages = every_page(&chrome(Locale::De)).unwrap();
        let (_, html) = pages.iter().find(|(name, _)| name == "password-wrong").unwrap();
        assert!(html.contains("id=\"fault\" role=\"alert\" data-code=\"wrong_credentials\""), "{html}");
        assert!(html.contains("aria-invalid=\"true\" aria-describedby=\"fault\""), "{html}");
        assert!(html.contains("<title>Problem: "), "{html}");
    }

    #[test]
    fn password_managers_find_both_fields() {
        let pages = every_page(&chrome(Locale::En)).unwrap();
        let (_, html) = pages.iter().find(|(name, _)| name == "password-plain").unwrap();
        assert!(html.contains("value=\"alice@acme.test\" autocomplete=\"username\""), "{html}");
        assert!(html.contains("autocomplete=\"current-password\""), "{html}");
    }
}

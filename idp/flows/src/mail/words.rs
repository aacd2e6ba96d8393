//! From a letter to words, in the looks of whoever writes it.

use gatehouse_domain::mail::Letter;
use gatehouse_pages::mails::{Frame, Written, write};
use gatehouse_pages::{Colour, Locale, RenderError};

use crate::Issuer;

/// Words a letter in an issuer's name; `site` is the plain address of the deployment.
pub(super) fn written(issuer: &Issuer, site: &str, letter: &Letter) -> Result<Written, RenderError> {
    let tenant = issuer.tenant();
    let branding = tenant.map(|tenant| &tenant.branding);
    let name = tenant.map_or("Gatehouse", |tenant| tenant.name.as_str());
    let product =
        branding.and_then(|looks| looks.product_name.as_ref()).map_or(name, |product| product.as_str());
    let primary = branding.and_then(|looks| looks.primary).map(|c| Colour::rgb(c.r, c.g, c.b));
    let locale = letter.locale.as_deref().and_then(Locale::of_range).unwrap_or(Locale::En);
    let frame = Frame {
        locale,
        product: product.to_owned(),
        tenant: tenant.map(|tenant| tenant.name.as_str().to_owned()),
        primary,
        iss: issuer.iss().to_owned(),
        site: site.to_owned(),
    };
    write(&frame, letter)
}

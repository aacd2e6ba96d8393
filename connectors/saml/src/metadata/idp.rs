//! A provider's description of itself. It proposes; what a connection trusts is what its admin has saved.

use gatehouse_domain::connection::{Certificate, Denial, NameIdFormat, SamlConfig, SamlEndpoints, Validity};
use gatehouse_domain::time::Timestamp;
use gatehouse_spi::{Call, Outbound, OutboundError, Room};
use url::Url;

use super::sp::{POST, REDIRECT};
use crate::keys::{Pin, inspect};
use crate::structure::{Kind, check};
use crate::validate::instant;
use crate::verify::verified;
use crate::work::Work;
use crate::xml::{DSIG, Element, Limits, METADATA, PROTOCOL, parse};

/// What a provider says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdpMetadata {
    /// Its entity id.
    pub entity_id: String,
    /// Where sign-in begins.
    pub sso: SamlEndpoints,
    /// Where logout goes.
    pub slo: Option<SamlEndpoints>,
    /// The certificates it signs with, and how long each is good for; while keys change there are two.
    pub certificates: Vec<(Certificate, Validity)>,
    /// Whether it wants requests signed.
    pub wants_signed_requests: bool,
    /// The forms of names that it gives and we know.
    pub name_id_formats: Vec<NameIdFormat>,
    /// Until when this description holds.
    pub valid_until: Option<Timestamp>,
    /// Whether it was signed by the key that was asked for. Any other signature counts for nothing.
    pub signed: bool,
}

/// Why metadata are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMetadata {
    /// Too large, not well-formed, or with what no metadata need.
    #[error("the metadata cannot be read: {0}")]
    Xml(&'static str),
    /// Not the description of one entity.
    #[error("these are not the metadata of one provider")]
    NotOneProvider,
    /// The signature that was asked for is missing or not good.
    #[error("the metadata are not signed by the expected key")]
    Signature,
    /// They say themselves that they hold no longer.
    #[error("the metadata have expired")]
    Expired,
    /// No certificate that signs, or one that cannot be used.
    #[error("the metadata name no usable signing certificate")]
    Certificates,
    /// No address for sign-in that can be used.
    #[error("the metadata name no usable address for sign-in")]
    Endpoint,
    /// More work than capacity: try again.
    #[error("too much work is under way")]
    Busy,
}

/// How metadata differ from what a connection trusts. Whoever applies it refuses another entity id, and has a new key approved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetadataChange {
    /// The entity id is another one.
    pub entity_id: bool,
    /// Certificates that are not pinned.
    pub added: Vec<Certificate>,
    /// Pinned certificates that are no longer named, by fingerprint.
    pub removed: Vec<String>,
    /// Addresses are others.
    pub endpoints: bool,
}

impl IdpMetadata {
    /// What would change.
    pub fn change(&self, config: &SamlConfig) -> MetadataChange {
        let named: Vec<_> = self.certificates.iter().map(|(certificate, _)| certificate).collect();
        let added = named.iter().filter(|certificate| !config.certificates.contains(certificate));
        let removed = config.certificates.iter().filter(|pinned| !named.contains(pinned));
        MetadataChange {
            entity_id: self.entity_id != config.entity_id,
            added: added.map(|certificate| Certificate::clone(certificate)).collect(),
            removed: removed.map(Certificate::fingerprint).collect(),
            endpoints: self.sso != config.sso || self.slo != config.slo,
        }
    }
}

/// Looks metadata up, through the guarded client.
///
/// # Errors
/// If nothing usable came.
pub async fn fetch(url: &Url, outbound: &dyn Outbound, room: Room) -> Result<Vec<u8>, Denial> {
    let accept = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8";
    let most = Limits::METADATA.bytes;
    let call = Call { url, form: None, authorization: None, accept, headers: &[], most, room };
    match outbound.send(call).await {
        Ok(answer) if answer.is_success() => Ok(answer.body),
        Ok(_) | Err(OutboundError::BadAnswer) => Err(Denial::Upstream("saml_metadata_answer")),
        Err(OutboundError::Blocked) => Err(Denial::Misconfigured("saml_metadata_address")),
        Err(OutboundError::Unreachable) => Err(Denial::Unreachable),
        Err(OutboundError::Busy) => Err(Denial::Busy),
    }
}

/// Reads metadata that came as a file, by paste or from an address. With a signer they must be signed by exactly that key.
///
/// # Errors
/// If they cannot be used.
pub async fn read(
    work: &Work,
    bytes: Vec<u8>,
    signer: Option<Certificate>,
    now: Timestamp,
) -> Result<IdpMetadata, BadMetadata> {
    let done = work.run(move || interpret(&bytes, signer.as_ref(), now)).await;
    done.unwrap_or_else(|denial| {
        Err(if denial == Denial::Busy { BadMetadata::Busy } else { BadMetadata::Xml("failed") })
    })
}

fn interpret(bytes: &[u8], signer: Option<&Certificate>, now: Timestamp) -> Result<IdpMetadata, BadMetadata> {
    let xml = parse(bytes, Limits::METADATA).map_err(|fault| BadMetadata::Xml(fault.word()))?;
    let root = match signer {
        None => xml.root,
        Some(signer) => {
            let shape = check(&xml.root, Kind::Metadata).map_err(|_| BadMetadata::Signature)?;
            let pin = Pin::new(signer).map_err(|_| BadMetadata::Signature)?;
            verified(&xml, shape, &[pin]).ok_or(BadMetadata::Signature)?
        }
    };
    if !root.is(METADATA, "EntityDescriptor") {
        return Err(BadMetadata::NotOneProvider);
    }
    let mut roles = root.all(METADATA, "IDPSSODescriptor").filter(|role| {
        role.attribute("protocolSupportEnumeration")
            .is_some_and(|all| all.split(' ').any(|one| one == PROTOCOL))
    });
    let (Some(role), None) = (roles.next(), roles.next()) else { return Err(BadMetadata::NotOneProvider) };
    let entity_id =
        root.attribute("entityID").filter(|id| !id.is_empty()).ok_or(BadMetadata::NotOneProvider)?;
    let ends = [root.attribute("validUntil"), role.attribute("validUntil")];
    let mut valid_until: Option<Timestamp> = None;
    for end in ends.into_iter().flatten() {
        let end = instant(end).filter(|end| *end > now).ok_or(BadMetadata::Expired)?;
        valid_until = Some(valid_until.map_or(end, |other| other.min(end)));
    }
    Ok(IdpMetadata {
        entity_id: entity_id.to_owned(),
        sso: endpoints(role, "SingleSignOnService").ok_or(BadMetadata::Endpoint)?,
        slo: endpoints(role, "SingleLogoutService"),
        certificates: certificates(role)?,
        wants_signed_requests: matches!(role.attribute("WantAuthnRequestsSigned"), Some("true" | "1")),
        name_id_formats: formats(role),
        valid_until,
        signed: signer.is_some(),
    })
}

/// The first web address of each binding we speak; whether a browser may go there is asked when it is saved.
fn endpoints(role: &Element, service: &str) -> Option<SamlEndpoints> {
    let first = |binding: &str| {
        let mut found = role.all(METADATA, service).filter(|one| one.attribute("Binding") == Some(binding));
        found.find_map(|one| {
            one.attribute("Location")?.parse::<Url>().ok().filter(|url| url.scheme().starts_with("http"))
        })
    };
    let found = SamlEndpoints { redirect: first(REDIRECT), post: first(POST) };
    (found.redirect.is_some() || found.post.is_some()).then_some(found)
}

/// The certificates for signing: those of keys for it, and of keys for nothing in particular.
fn certificates(role: &Element) -> Result<Vec<(Certificate, Validity)>, BadMetadata> {
    let keys = role
        .all(METADATA, "KeyDescriptor")
        .filter(|key| key.attribute("use").is_none_or(|of| of == "signing"));
    let texts = keys
        .filter_map(|key| key.only(DSIG, "KeyInfo"))
        .flat_map(|info| info.all(DSIG, "X509Data"))
        .flat_map(|data| data.all(DSIG, "X509Certificate"))
        .filter_map(Element::plain_text);
    let mut found: Vec<(Certificate, Validity)> = Vec::new();
    for text in texts {
        let certificate = Certificate::parse(text).map_err(|_| BadMetadata::Certificates)?;
        let validity = inspect(&certificate).map_err(|_| BadMetadata::Certificates)?;
        if !found.iter().any(|(known, _)| *known == certificate) {
            found.push((certificate, validity));
        }
    }
    if (1..=8).contains(&found.len()) { Ok(found) } else { Err(BadMetadata::Certificates) }
}

fn formats(role: &Element) -> Vec<NameIdFormat> {
    let named: Vec<_> = role.all(METADATA, "NameIDFormat").filter_map(Element::plain_text).collect();
    NameIdFormat::ALL.into_iter().filter(|format| named.contains(&format.uri())).collect()
}

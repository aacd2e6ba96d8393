//! Namespaces.

/// SAML core, assertions.
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// SAML core, protocol.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// SAML metadata.
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// XML Signature.
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML Signature 1.1.
pub(crate) const DSIG11: &str = "http://www.w3.org/2009/xmldsig11#";
/// XML Encryption.
pub(crate) const ENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// XML Encryption 1.1.
pub(crate) const ENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// Exclusive canonicalization, as an algorithm and as the namespace of its parameter.
pub(crate) const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

//! Good messages with random damage: never a panic, never another value.

use std::sync::OnceLock;

use gatehouse_domain::connection::{Assertion, Denial};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::provider::{Bench, Signed, draft};
use super::world::{WORLD, ask, begin, judged, keys, posted, saml};
use crate::structure::{Kind, check};
use crate::xml::{Limits, in_context, parse};
use crate::{Saml, Work};

/// Signed messages to damage, and what they say undamaged.
struct Good {
    runtime: Runtime,
    saml: Saml,
    texts: Vec<String>,
    says: Assertion,
}

fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let bench = Bench::new();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let gcm = r#"<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes128-gcm"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>"#;
        let plain = bench.signed(&draft(Signed::Assertion), Signed::Assertion);
        let hidden = bench.encrypt(&plain, &keys().ours, "aes-128", gcm);
        let texts = [Signed::Assertion, Signed::Response, Signed::Both].map(|signed| bench.response(signed));
        let saml = saml(|_| ());
        let says = runtime.block_on(judged(&saml, &texts[0])).outcome.unwrap();
        Good { runtime, saml, texts: [&texts[..], &[hidden]].concat(), says }
    })
}

/// What random damage puts in: pieces that mean something to a parser.
const PIECES: [&str; 22] = [
    "",
    "<",
    ">",
    "&",
    "\"",
    "'",
    "/",
    "<a>",
    "</a>",
    "<a/>",
    "<!---->",
    "<![CDATA[",
    "]]>",
    "<?a?>",
    "&amp;",
    "&#65;",
    "&#0;",
    " xmlns=\"urn:a:a\"",
    " ID=\"_a1\"",
    "\u{0}",
    "é",
    "saml:",
];

/// Replaces a piece of the text by another.
fn damaged(text: &str, at: usize, length: usize, piece: &str) -> String {
    let at = (at % text.len()..).find(|at| text.is_char_boundary(*at)).unwrap();
    let end = ((at + length).min(text.len())..).find(|at| text.is_char_boundary(*at)).unwrap();
    format!("{}{piece}{}", &text[..at], &text[end..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_response_is_refused_or_says_what_it_said(
        which in 0..4_usize, at in any::<u16>(), length in 0..12_usize, piece in prop::sample::select(&PIECES[..]),
    ) {
        let good = good();
        let text = damaged(&good.texts[which], usize::from(at), length, piece);
        let judged = good.runtime.block_on(judged(&good.saml, &text));
        match judged.outcome {
            Ok(says) => prop_assert_eq!(&says, &good.says),
            Err(denial) => prop_assert_ne!(denial, Denial::Invalid("saml_failed"), "a panic"),
        }
    }

    #[test]
    fn two_pieces_of_a_response_may_change_places_and_nothing_comes_of_it(
        which in 0..4_usize, from in any::<u16>(), length in 1..200_usize, to in any::<u16>(),
    ) {
        let good = good();
        let text = &good.texts[which];
        let from = usize::from(from) % text.len();
        let Some(piece) = text.get(from..(from + length).min(text.len())) else { return Ok(()) };
        let text = damaged(text, usize::from(to), 0, piece);
        if let Ok(says) = good.runtime.block_on(judged(&good.saml, &text)).outcome {
            prop_assert_eq!(&says, &good.says);
        }
    }

    #[test]
    fn the_parser_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), piece in "[<>a-c:=\"'/ !&;#?\\[\\]x-]{0,80}") {
        for input in [&bytes[..], piece.as_bytes(), format!("<a>{piece}</a>").as_bytes(), format!("<a {piece}/>").as_bytes()] {
            if let Ok(xml) = parse(input, Limits::MESSAGE) {
                prop_assert!(check(&xml.root, Kind::Response).is_err());
                let again = parse(xml.text.as_bytes(), Limits::MESSAGE).unwrap();
                prop_assert_eq!(again.root, xml.root);
            }
            if let Ok(text) = std::str::from_utf8(input) {
                in_context(text, &[("p".to_owned(), "urn:p:p".to_owned())]);
            }
        }
    }
}

#[tokio::test]
async fn beyond_its_capacity_work_is_refused_and_not_queued_without_end() {
    let response = Bench::new().response(Signed::Both);
    let none = std::num::NonZeroUsize::MIN;
    let config = super::world::config();
    let ours = crate::SpKeys::new(vec![keys().ours.clone()], Vec::new()).unwrap();
    let saml = Saml::new(config, super::world::us(), ours, Work::new(none, 1)).unwrap();
    let (_, memo) = begin(&saml, &ask()).await;
    let once = || async {
        use gatehouse_spi::upstream::Upstream as _;
        saml.resume(&ask(), memo.clone(), posted(&response), WORLD()).await.outcome
    };
    let (first, second, third) = tokio::join!(once(), once(), once());
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(third.err(), Some(Denial::Busy));
    assert!(once().await.is_ok(), "places are given back");
}

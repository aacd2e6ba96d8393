//! What a browser says of itself, in words short enough for a letter.

/// Browser and system, such as `Firefox, Linux`: product names, which read the same in every language. What is not known is
/// left out, and with it the whole if nothing is known. Good for recognising one's own device, proof of nothing.
pub fn device(user_agent: &str) -> Option<String> {
    let named = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    let words: Vec<&str> = [named(BROWSERS), named(SYSTEMS)].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// In this order: later ones are also named by earlier ones' texts.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_told_apart() {
        let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0";
        for (text, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(), "Firefox, Linux"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Safari/537.36"), "Chrome, Windows"),
            (format!("Mozilla/5.0 (Windows NT 10.0) {chrome} Safari/537.36 Edg/138.0"), "Edge, Windows"),
            (format!("Mozilla/5.0 (Linux; Android 10; K) {chrome} Mobile Safari/537.36"), "Chrome, Android"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"
                    .to_owned(),
                "Safari, iPhone",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15".to_owned(), "Safari, macOS"),
            ("curl/8.5.0".to_owned(), "curl"),
        ] {
            assert_eq!(device(&text).as_deref(), Some(words), "{text}");
        }
    }

    #[test]
    fn nothing_a_browser_writes_gets_into_the_words() {
        assert_eq!(device("<b>Firefox/1</b>\r\nBcc: x@y.example Linux").as_deref(), Some("Firefox, Linux"));
        for text in ["", "Mozilla/5.0", "https://evil.example"] {
            assert_eq!(device(text), None);
        }
    }
}

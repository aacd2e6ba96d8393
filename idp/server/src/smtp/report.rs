//! Reports that a letter came back (RFC 3464), as they are piped in by a mail server.

use gatehouse_domain::email::EmailAddress;
use gatehouse_domain::ids::MailId;
use gatehouse_flows::mail::Report;

/// Reads a report. The letter is named by the address that the report came to: `to` if the mail server tells it, else what
/// its headers say. None if it reports no failure for good: a delay, or a delivery.
///
/// # Errors
/// What is missing, in words.
pub fn read_report(message: &[u8], to: Option<&str>) -> Result<Option<Report>, &'static str> {
    let text = String::from_utf8_lossy(message);
    let lines: Vec<&str> = unfolded(&text);
    let end = lines.iter().position(|line| line.is_empty()).unwrap_or(lines.len());
    let head = lines.get(..end).unwrap_or_default();
    if !head
        .iter()
        .any(|line| starts(line, "content-type:") && line.to_lowercase().contains("multipart/report"))
    {
        return Err("not a delivery report (multipart/report)");
    }
    let mail = match to {
        Some(address) => letter_in(address),
        None => head
            .iter()
            .filter(|line| DELIVERED_TO.iter().any(|name| starts(line, name)))
            .find_map(|line| letter_in(line)),
    };
    let mail = mail.ok_or("the address that the report came to names no letter; pass it with --to")?;
    let mut failed = Vec::new();
    let mut failure = false;
    for block in lines.split(|line| line.is_empty()) {
        if !block
            .iter()
            .any(|line| value(line, "action:").is_some_and(|action| action.eq_ignore_ascii_case("failed")))
        {
            continue;
        }
        failure = true;
        let named = ["original-recipient:", "final-recipient:"];
        let named = block.iter().filter_map(|line| named.iter().find_map(|name| value(line, name)));
        failed.extend(
            named
                .filter_map(|field| field.split_once(';'))
                .filter_map(|(_, address)| address.trim().parse::<EmailAddress>().ok()),
        );
    }
    Ok(failure.then_some(Report { mail, failed }))
}

/// The headers that say where a report came to, surest first.
const DELIVERED_TO: [&str; 4] = ["delivered-to:", "x-original-to:", "envelope-to:", "to:"];

/// The letter that a return path names: what stands between the last `+` before it and the `@`.
fn letter_in(text: &str) -> Option<MailId> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | '"'));
    words
        .filter_map(|word| word.split_once('@')?.0.rsplit_once('+'))
        .find_map(|(_, id)| id.to_lowercase().parse().ok())
}

fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    starts(line, name).then(|| line.get(name.len()..).unwrap_or_default().trim())
}

fn starts(line: &str, name: &str) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// The lines, without what was folded onto further ones: no value that is read here is that long.
fn unfolded(text: &str) -> Vec<&str> {
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines.filter(|line| !line.starts_with([' ', '\t'])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id() -> MailId {
        MailId::from_uuid(Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057))
    }

    fn report(action: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: bounces+{}@id.example\r\nContent-Type: multipart/report;\r\n\
             \tboundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt came back.\r\n\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
             Original-Recipient: rfc822;ada@corp.example\r\nFinal-Recipient: rfc822; ada@inner.example\r\n\
             Action: {action}\r\nStatus: 5.1.1\r\n\r\n--b--\r\n",
            id()
        )
    }

    #[test]
    fn a_failure_names_the_letter_and_its_addresses() {
        let read = read_report(report("failed").as_bytes(), None).unwrap().unwrap();
        assert_eq!(read.mail, id());
        let failed: Vec<String> = read.failed.iter().map(ToString::to_string).collect();
        assert_eq!(failed, ["ada@corp.example", "ada@inner.example"]);
    }

    #[test]
    fn a_delay_is_no_failure() {
        assert_eq!(read_report(report("delayed").as_bytes(), None), Ok(None));
    }

    #[test]
    fn the_mail_server_may_say_where_it_came_to() {
        let told = format!("bounces+{}@id.example", id());
        let anonymous = report("failed").replace(&told, "undisclosed@id.example");
        assert!(read_report(anonymous.as_bytes(), None).is_err());
        assert_eq!(read_report(anonymous.as_bytes(), Some(&told)).unwrap().unwrap().mail, id());
    }

    #[test]
    fn other_mail_is_no_report() {
        for text in ["", "Subject: hello\r\n\r\nAction: failed\r\n", "\u{0}\u{0}"] {
            assert!(read_report(text.as_bytes(), None).is_err());
        }
    }
}

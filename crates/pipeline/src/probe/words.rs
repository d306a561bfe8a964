//! The texts of messages that try a device, in the languages of the responders' pages.

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose<'a> {
    /// To see that it arrives.
    Test,
    /// To show whoever reads it that the device is theirs: this code.
    Code(&'a str),
}

/// Subject and text.
pub(super) fn texts(
    language: &str,
    (name, device, instance): (&str, &str, &str),
    purpose: Purpose<'_>,
    minutes: i64,
) -> (String, String) {
    let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    match (primary.as_str(), purpose) {
        ("de", Purpose::Test) => (
            format!("Firebell-Test für {device}"),
            format!(
                "Hallo {name},\n\n\
                 das ist ein Test deines Geräts {device} bei {instance}. Er ist angekommen; es gibt \
                 nichts zu tun.\n"
            ),
        ),
        ("de", Purpose::Code(code)) => (
            format!("{code} ist dein Firebell-Code für {device}"),
            format!(
                "Hallo {name},\n\n\
                 gib diesen Code bei {instance} ein, um dein Gerät {device} zu bestätigen:\n\n\
                 {code}\n\n\
                 Er gilt {minutes} Minuten. Wenn du ihn nicht angefordert hast, gibt es nichts zu tun.\n"
            ),
        ),
        ("nb" | "no" | "nn", Purpose::Test) => (
            format!("Firebell-test for {device}"),
            format!(
                "Hei {name},\n\n\
                 dette er en test av enheten {device} hos {instance}. Den kom frem; du trenger ikke \
                 gjøre noe.\n"
            ),
        ),
        ("nb" | "no" | "nn", Purpose::Code(code)) => (
            format!("{code} er Firebell-koden din for {device}"),
            format!(
                "Hei {name},\n\n\
                 skriv inn denne koden hos {instance} for å bekrefte enheten {device}:\n\n\
                 {code}\n\n\
                 Den gjelder i {minutes} minutter. Hvis du ikke ba om den, trenger du ikke gjøre noe.\n"
            ),
        ),
        (_, Purpose::Test) => (
            format!("Firebell test for {device}"),
            format!(
                "Hello {name},\n\n\
                 this is a test of your device {device} at {instance}. It has arrived; there is \
                 nothing to do.\n"
            ),
        ),
        (_, Purpose::Code(code)) => (
            format!("{code} is your Firebell code for {device}"),
            format!(
                "Hello {name},\n\n\
                 enter this code at {instance} to verify your device {device}:\n\n\
                 {code}\n\n\
                 It counts for {minutes} minutes. If you did not ask for it, do nothing.\n"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_the_code_and_whose_device_it_is() {
        for language in ["en", "de-AT", "nb", "no", "xx", ""] {
            for purpose in [Purpose::Test, Purpose::Code("123456")] {
                let (subject, text) = texts(language, ("Ana", "Mobile", "acme"), purpose, 15);
                assert!(subject.contains("Mobile") && text.contains("acme"), "{subject} {text}");
                let has_code = subject.contains("123456") && text.contains("123456");
                assert_eq!(has_code, purpose != Purpose::Test, "{subject} {text}");
            }
        }
        let one = |language| texts(language, ("A", "B", "C"), Purpose::Test, 1).0;
        assert_ne!(one("de"), one("en"));
        assert_ne!(one("nb"), one("en"));
    }
}

//! The message with which somebody who forgot their password sets a new one, in their language.
//!
//! Made by [`crate::authenticate`], sent by the binary. It must reach nobody but the person: the
//! link in it is as good as their password until it is used.

use std::sync::Arc;

use firebell_base::{Secret, Timestamp};
use firebell_domain::device::Address;
use firebell_domain::directory::Directory;
use firebell_domain::person::{Person, Status};

use crate::session::RESET_SECONDS;

/// Addresses of one person that get the message.
pub const ADDRESSES_MAX: usize = 3;

/// Takes messages to be sent. Must return at once and never say whether it worked: whoever asked
/// for a new password must not learn from it whether the user exists.
pub type Mailer = Arc<dyn Fn(ResetMail) + Send + Sync>;

/// A message that is to be sent by e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetMail {
    /// To which addresses.
    pub to: Vec<String>,
    /// The person's name.
    pub name: String,
    /// The person's language, as a tag such as `de` or `nb-NO`. What there are no words in is written in English.
    pub language: String,
    /// The instance's name.
    pub instance: String,
    /// What they sign in with.
    pub login: String,
    /// The token of the link.
    pub token: Secret,
    /// When it was asked for.
    pub at: Timestamp,
}

impl ResetMail {
    /// The message for a person; none without an active e-mail device.
    pub(crate) fn to(
        directory: &Directory,
        person: &Person,
        token: Secret,
        at: Timestamp,
    ) -> Option<Self> {
        let mut devices: Vec<_> = directory.devices_of(person.id).collect();
        devices.sort_by_key(|device| (device.sequence, device.id));
        let active = devices.iter().filter(|device| device.status == Status::Active);
        let addresses = active.filter_map(|device| match &device.address {
            Address::Email(address) => Some(address.clone()),
            Address::Webhook { .. } | Address::Voice(_) | Address::Sms(_) => None,
        });
        let to: Vec<String> = addresses.take(ADDRESSES_MAX).collect();
        (!to.is_empty()).then(|| Self {
            to,
            name: person.display_name(),
            language: person.language.clone(),
            instance: directory.instance.name.to_string(),
            login: person.web_login.to_string(),
            token,
            at,
        })
    }

    /// The subject line.
    pub fn subject(&self) -> String {
        let instance = &self.instance;
        match self.words() {
            Words::English => format!("Set a new Firebell password for {instance}"),
            Words::German => format!("Neues Firebell-Passwort für {instance} setzen"),
            Words::Norwegian => format!("Sett et nytt Firebell-passord for {instance}"),
        }
    }

    /// The text, with the link below `public_url` (no slash at its end). Secret: it holds the token.
    pub fn text(&self, public_url: &str) -> Secret {
        let Self { name, instance, login, token, .. } = self;
        let link = format!("{public_url}/reset/{}", token.expose());
        let minutes = RESET_SECONDS / 60;
        Secret::new(match self.words() {
            Words::English => format!(
                "Hello {name},\n\
                 \n\
                 somebody, probably you, asked for a new password for {login} at {instance}.\n\
                 Open this link to set one:\n\
                 \n\
                 {link}\n\
                 \n\
                 The link works once, for {minutes} minutes. If you did not ask, do nothing: your \
                 password\nstays as it is. Do not pass the link on.\n"
            ),
            Words::German => format!(
                "Hallo {name},\n\
                 \n\
                 jemand, vermutlich du, hat ein neues Passwort für {login} bei {instance} angefordert.\n\
                 Öffne diesen Link, um eines zu setzen:\n\
                 \n\
                 {link}\n\
                 \n\
                 Der Link gilt einmal und {minutes} Minuten lang. Wenn du nichts angefordert hast, gibt \
                 es\nnichts zu tun: Dein Passwort bleibt, wie es ist. Gib den Link nicht weiter.\n"
            ),
            Words::Norwegian => format!(
                "Hei {name},\n\
                 \n\
                 noen, sannsynligvis du, ba om et nytt passord for {login} hos {instance}.\n\
                 Åpne denne lenken for å sette et nytt:\n\
                 \n\
                 {link}\n\
                 \n\
                 Lenken virker én gang, i {minutes} minutter. Hvis du ikke ba om det, trenger du ikke \
                 gjøre\nnoe: Passordet ditt forblir som det er. Ikke gi lenken videre.\n"
            ),
        })
    }

    /// The language it is written in: what [`ResetMail::language`] asks for, if there are words in it.
    pub fn written_in(&self) -> &'static str {
        match self.words() {
            Words::English => "en",
            Words::German => "de",
            Words::Norwegian => "nb",
        }
    }

    fn words(&self) -> Words {
        let primary = self.language.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "de" => Words::German,
            "nb" | "no" | "nn" => Words::Norwegian,
            _ => Words::English,
        }
    }
}

/// The languages that people's pages are written in.
enum Words {
    English,
    German,
    Norwegian,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(language: &str) -> ResetMail {
        ResetMail {
            to: vec!["ana@example.org".to_owned()],
            name: "Ana Sample".to_owned(),
            language: language.to_owned(),
            instance: "acme".to_owned(),
            login: "ana".to_owned(),
            token: Secret::new("the-token"),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn every_language_says_for_whom_how_long_and_where_and_none_tells_the_token_in_its_subject() {
        for language in ["en", "de", "de-AT", "nb", "nb_NO", "no", "nn", "xx", ""] {
            let mail = mail(language);
            let (subject, text) = (mail.subject(), mail.text("https://f.example"));
            assert!(subject.contains("acme") && !subject.contains("the-token"), "{subject}");
            let text = text.expose();
            for part in ["Ana Sample,", " ana ", " acme", "\nhttps://f.example/reset/the-token\n"] {
                assert!(text.contains(part), "{language} {part}: {text}");
            }
            assert!(text.contains(&format!(" {} ", RESET_SECONDS / 60)), "{text}");
            // Mail programs of terminals wrap at some eighty characters; a link is a line of its own.
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        }
    }

    #[test]
    fn it_is_written_in_the_language_of_the_person() {
        let begins = |language: &str| {
            mail(language).text("").expose().split(' ').next().unwrap_or_default().to_owned()
        };
        let tags = ["en-GB", "DE", "nn", "fr", ""];
        assert_eq!(tags.map(begins), ["Hello", "Hallo", "Hei", "Hello", "Hello"]);
        assert_eq!(tags.map(|tag| mail(tag).written_in()), ["en", "de", "nb", "en", "en"]);
        assert_eq!(mail("de").subject(), "Neues Firebell-Passwort für acme setzen");
    }
}

//! What to tell the operator when more licences are needed: the numbers, ready to be sent.
//!
//! Firebell does not know how an operator is reached, so it prepares the words and nothing else.

use std::fmt::Write as _;

use askama::Template;
use firebell_access::{Permission, Scope};
use firebell_ui::{Answer, Area, Frame, Say, Visit, page};

use crate::licence;
use crate::words::WORDS;

#[derive(Debug, Template)]
#[template(path = "people/more.html")]
struct MorePage {
    frame: Frame,
    t: Say,
    words: String,
    mail: String,
}

/// `GET /users/more-licences`
pub(crate) async fn show(visit: Visit) -> Answer {
    visit.require(Permission::WritePeople, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let held = licence::standing(&visit).await.sentence(&visit);
    let (instance, who) = (visit.directory.instance.name.to_string(), visit.person.display_name());
    let id = visit.directory.instance.id.to_string();
    let args = [("instance", &*instance), ("id", &*id), ("held", &*held), ("who", &*who)];
    let words = t.a("people-more-words", &args);
    let subject = t.a("people-more-subject", &[("instance", &instance)]);
    let mail = format!("mailto:?subject={}&body={}", percent(&subject), percent(&words));
    let frame = visit.frame(t.get("people-more-title"), Area::Users);
    Ok(page(&MorePage { frame, t, words, mail }))
}

/// As URLs of mails want it: a plus sign would stay one.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            let written = write!(out, "%{byte:02X}");
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
        }
        out
    })
}

//! Responders' pages in German and Norwegian: in that language to the last word, accessible, and within their
//! screens in spite of long words.

use std::sync::LazyLock;

use firebell_browser::pool::{Lease, nobody};
use firebell_browser::sample::{COLLEAGUE, LONG_SUMMARY, PASSWORD, RESPONDER, TONGUES};
use firebell_browser::server::server;
use firebell_browser::tab::DESKTOP;
use serde_json::{Value, json};

/// Somebody's language, and words of theirs.
struct Tongue {
    tag: &'static str,
    person: &'static str,
    sign_in: [&'static str; 4],
}

const GERMAN: Tongue = Tongue {
    tag: "de",
    person: RESPONDER,
    sign_in: ["Instanz", "Benutzername", "Passwort", "Anmelden"],
};
const NORWEGIAN: Tongue = Tongue {
    tag: "nb",
    person: COLLEAGUE,
    sign_in: ["Instans", "Brukernavn", "Passord", "Logg inn"],
};

/// English words that are none in German or Norwegian, nor in the sample data.
const ENGLISH: &str =
    r"/\b(the|and|you|your|with|been|this|that|not|was not|sign in|nothing|again|alerts?)\b/i";

/// What the part that keeps messages says of each. What a provider says stays as it said it.
const KEPT: &str =
    "No mail server is configured: the message was not sent and is kept visible in the outbox.";

static ALERT: LazyLock<String> =
    LazyLock::new(|| server().new_alert(TONGUES, LONG_SUMMARY, "HIGH"));

impl Tongue {
    /// Signs in by the page, in this language.
    fn enter(&self) -> Lease {
        let tab = nobody();
        tab.language(self.tag);
        tab.go("/sign-in");
        let [instance, user, password, enter] = self.sign_in;
        tab.fill(instance, TONGUES);
        tab.fill(user, self.person);
        tab.fill(password, PASSWORD);
        tab.press(enter);
        tab.until("!location.pathname.startsWith('/sign-in')");
        tab
    }

    /// Looks at a page; what is wrong with it.
    fn look(&self, tab: &Lease, name: &str, (path, status): (&str, u64)) -> Vec<String> {
        tab.screen(DESKTOP);
        tab.go(path);
        let expected: &[u64] = if status == 200 { &[] } else { &[status] };
        let mut faults = Vec::new();
        if tab.eval("document.documentElement.lang") != self.tag {
            faults.push(format!("<html lang> is not {}", self.tag));
        }
        let english = format!(
            "[...arguments].reduce((text, known) => text.replaceAll(known, ''), document.body.innerText)
               .split('\\n').filter((line) => {ENGLISH}.test(line))"
        );
        let english = tab.eval_with(&english, &[json!(LONG_SUMMARY), json!(KEPT)]);
        let english = english.as_array().cloned().unwrap_or_default();
        faults.extend(
            english.iter().filter_map(Value::as_str).map(|line| format!("English: {line}")),
        );
        faults.extend(tab.look(&format!("{}-{name}", self.tag), expected));
        faults.iter().map(|fault| format!("{} {path}: {fault}", self.tag)).collect()
    }

    fn look_at(&self, tab: &Lease, pages: &[(&str, &str, u64)]) {
        let found =
            pages.iter().flat_map(|(name, path, status)| self.look(tab, name, (path, *status)));
        let faults: Vec<String> = found.collect();
        assert!(faults.is_empty(), "{}", faults.join("\n  "));
    }

    fn outside(&self) {
        let tab = nobody();
        tab.language(self.tag);
        let link = server().link_to(TONGUES, &ALERT, self.person);
        let answer = format!("/r/{link}");
        self.look_at(
            &tab,
            &[
                ("sign-in", "/sign-in", 200),
                ("offline", "/offline", 200),
                ("answer", &answer, 200),
                ("answer-spent", "/r/nonsense", 404),
                ("nowhere", "/nowhere/at-all", 404),
            ],
        );
    }

    fn alerts(&self) {
        let tab = self.enter();
        let alert = format!("/alerts/{}", *ALERT);
        self.look_at(&tab, &[("alerts", "/alerts", 200), ("alert", &alert, 200)]);
    }

    fn own(&self) {
        let tab = self.enter();
        let devices = server().ask(TONGUES, &format!("/api/xm/1/people/{}/devices", self.person));
        let device = devices.pointer("/data/0/id").and_then(Value::as_str).unwrap();
        let device = format!("/account/devices/{device}");
        self.look_at(
            &tab,
            &[
                ("account", "/account", 200),
                ("password", "/account/password", 200),
                ("devices", "/account/devices", 200),
                ("device-new", "/account/devices/new", 200),
                ("device", &device, 200),
                ("keys", "/account/keys", 200),
                ("sign-out", "/sign-out", 200),
            ],
        );
    }

    fn refusals(&self) {
        let tab = self.enter();
        self.look_at(
            &tab,
            &[
                ("forbidden", "/licences", 403),
                ("missing", "/account/devices/nonsense", 404),
                ("missing-alert", "/alerts/nonsense", 404),
            ],
        );
    }
}

#[test]
fn german_outside() {
    GERMAN.outside();
}

#[test]
fn german_alerts() {
    GERMAN.alerts();
}

#[test]
fn german_own_pages() {
    GERMAN.own();
}

#[test]
fn german_refusals() {
    GERMAN.refusals();
}

#[test]
fn norwegian_outside() {
    NORWEGIAN.outside();
}

#[test]
fn norwegian_alerts() {
    NORWEGIAN.alerts();
}

#[test]
fn norwegian_own_pages() {
    NORWEGIAN.own();
}

#[test]
fn norwegian_refusals() {
    NORWEGIAN.refusals();
}

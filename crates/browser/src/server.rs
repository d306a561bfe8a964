//! The server of all tests: the real binary on an embedded database with the sample instances, and
//! what tests do there beside the browser.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use firebell_base::time::{Clock, add_minutes};
use firebell_testkit::http::{self, Reply};
use serde_json::{Value, json};

use crate::installation::{Installation, Order};
use crate::keep::patiently;
use crate::sample::{
    ACME, ADMIN, ATTRIBUTE, COLLEAGUE, EVENTS, GROUP, HOSTILE, HOUSE, INSTANCES, LINK, PASSWORD,
    RESPONDER, SCRIPT, SENDER, WITH_PASSWORD, document, licences, sender_key,
};

/// The running server.
pub struct Server {
    place: Installation,
    ids: BTreeMap<(&'static str, &'static str), String>,
    cookies: Mutex<HashMap<(String, String), String>>,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let mut server = Server::start();
    for instance in [ACME, HOSTILE] {
        server.live(instance);
    }
    for instance in INSTANCES {
        server.find_ids(instance);
    }
    server
});

/// The server of all tests; the first one starts it.
pub fn server() -> &'static Server {
    &SERVER
}

impl Server {
    fn start() -> Self {
        let place =
            Installation::start(&[("FIREBELL_OPERATOR_INSTANCE", HOUSE)], |folder, order| {
                for instance in INSTANCES {
                    make(instance, folder, order);
                }
            });
        Self { place, ids: BTreeMap::new(), cookies: Mutex::default() }
    }

    /// Where it is reached, without a slash at the end.
    pub fn base(&self) -> &str {
        self.place.base()
    }

    /// The address it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.place.address()
    }

    /// What the server has written: warnings and faults.
    pub fn output(&self) -> String {
        self.place.output()
    }

    /// A path with the ids of an instance put in: `{alert}`, `{group}`, `{shift}`, `{person}`,
    /// `{integration}`, `{link}` (the token of a message's link).
    ///
    /// # Panics
    /// When there is no such thing.
    pub fn path(&self, instance: &str, path: &str) -> String {
        let mut done = String::new();
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').expect("a closing brace");
            let found = self.ids.iter().find(|((i, n), _)| *i == instance && *n == name);
            let id = found.unwrap_or_else(|| panic!("{instance} has no {name} for {path}")).1;
            done.push_str(before);
            done.push_str(id);
            rest = tail;
        }
        done.push_str(rest);
        done
    }

    /// The ids that stand in paths, with what they stand for.
    pub fn ids(&self, instance: &str) -> impl Iterator<Item = (&'static str, &str)> {
        let of = move |((i, _), _): &(&(&str, &str), &String)| *i == instance;
        self.ids.iter().filter(of).map(|((_, name), id)| (*name, id.as_str()))
    }

    /// A call of the API as somebody, by their password.
    ///
    /// # Panics
    /// When it fails.
    pub fn api(&self, instance: &str, who: &str, method: &str, path: &str, body: &Value) -> Value {
        let login = BASE64_STANDARD.encode(format!("{who}:{PASSWORD}"));
        let login = format!("Basic {login}");
        let headers = [
            ("Authorization", login.as_str()),
            ("X-Firebell-Instance", instance),
            ("Content-Type", "application/json"),
        ];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = http::request(self.place.address(), method, path, &headers, body.as_bytes());
        let reply = reply.expect("an answer of the server");
        assert!(reply.status < 300, "{method} {path}: {} {}", reply.status, reply.body);
        serde_json::from_str(&reply.body).unwrap_or_default()
    }

    /// Asks the API as the administrator.
    pub fn ask(&self, instance: &str, path: &str) -> Value {
        self.api(instance, ADMIN, "GET", path, &Value::Null)
    }

    /// Sends an event to an instance; it is accepted when this returns.
    ///
    /// # Panics
    /// When it is refused.
    pub fn event(&self, instance: &str, event: &Value) {
        let key = format!("Bearer {}", sender_key(instance));
        let path = format!("/t/{instance}/api/integration/1/functions/{SENDER}/triggers");
        let headers = [("Authorization", key.as_str()), ("Content-Type", "application/json")];
        let body = event.to_string();
        let reply = http::request(self.place.address(), "POST", &path, &headers, body.as_bytes());
        let reply = reply.expect("an answer of the server");
        assert_eq!(reply.status, 202, "{}", reply.body);
    }

    /// The alert with this summary, once it is there.
    ///
    /// # Panics
    /// When it never comes.
    pub fn alert(&self, instance: &str, summary: &str) -> Value {
        let found = patiently(|| {
            let alerts = self.ask(instance, "/api/firebell/1/alerts?limit=1000");
            find(&alerts, "summary", summary)
        });
        found.unwrap_or_else(|| panic!("there is no alert {summary:?} in {instance}"))
    }

    /// Sends an event, and returns the id of its alert.
    pub fn new_alert(&self, instance: &str, summary: &str, priority: &str) -> String {
        self.event(instance, &json!({"summary": summary, "priority": priority}));
        text(&self.alert(instance, summary), "id")
    }

    /// The state of an alert, in the API's word.
    pub fn state(&self, instance: &str, alert: &str) -> String {
        text(&self.ask(instance, &format!("/api/firebell/1/alerts/{alert}")), "state")
    }

    /// The token of a link in a message about this alert.
    ///
    /// # Panics
    /// When no message comes.
    pub fn link(&self, instance: &str, alert: &str) -> String {
        self.link_to(instance, alert, "")
    }

    /// The token of a link in a message about this alert to an address with this in it.
    ///
    /// # Panics
    /// When no message comes.
    pub fn link_to(&self, instance: &str, alert: &str, to: &str) -> String {
        let token = patiently(|| {
            let outbox = self.ask(instance, "/api/firebell/1/outbox?limit=1000");
            let messages = outbox.get("data")?.as_array()?.clone();
            let of = |message: &&Value| {
                let address = message.pointer("/recipient").map(Value::to_string);
                message.pointer("/alert/id").and_then(Value::as_str) == Some(alert)
                    && address.is_some_and(|address| address.contains(to))
            };
            let message = messages.iter().find(of)?;
            let path = message.pointer("/links/self")?.as_str()?;
            let whole = self.ask(instance, path).to_string();
            let after = whole.split_once("/r/")?.1;
            let token =
                after.split(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).next()?;
            Some(token.to_owned())
        });
        token.unwrap_or_else(|| panic!("no message about {alert} came"))
    }

    /// The cookie of somebody's session, `name=value`; everybody signs in once.
    ///
    /// # Panics
    /// When they are not let in.
    pub fn cookie(&self, instance: &str, person: &str) -> String {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let who = (instance.to_owned(), person.to_owned());
        cookies.entry(who).or_insert_with(|| self.new_cookie(instance, person)).clone()
    }

    /// The cookie of a session of its own.
    ///
    /// # Panics
    /// When they are not let in.
    pub fn new_cookie(&self, instance: &str, person: &str) -> String {
        let password = PASSWORD.replace(' ', "+");
        let form = format!("instance={instance}&login={person}&password={password}");
        let reply = self.post_form("/sign-in", &[("Origin", self.base())], &form);
        let cookie = reply.header("set-cookie").split(';').next().unwrap_or_default();
        assert_eq!(reply.status, 303, "{person} of {instance} is not let in: {}", reply.body);
        cookie.to_owned()
    }

    /// The status of a page for whoever has this cookie.
    ///
    /// # Panics
    /// When there is no answer.
    pub fn status(&self, path: &str, cookie: &str) -> u16 {
        let reply = http::request(self.place.address(), "GET", path, &[("Cookie", cookie)], &[]);
        reply.expect("an answer of the server").status
    }

    /// Sends a form as a program would.
    ///
    /// # Panics
    /// When there is no answer.
    pub fn post_form(&self, path: &str, headers: &[(&str, &str)], form: &str) -> Reply {
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let headers = [headers, &kind].concat();
        let reply = http::request(self.place.address(), "POST", path, &headers, form.as_bytes());
        reply.expect("an answer of the server")
    }

    /// Lets things happen in an instance: alerts in every state, an absence, a silence.
    fn live(&self, instance: &str) {
        for event in EVENTS {
            let about = |summary: &str| match instance {
                HOSTILE => format!("{summary} {SCRIPT} {ATTRIBUTE}"),
                _ => summary.to_owned(),
            };
            let summary = about(event.summary);
            let runbook = if instance == HOSTILE { LINK } else { "https://runbooks.example.org" };
            for _ in 0..event.times {
                let body = json!({"summary": summary, "priority": event.priority,
                    "dedupKey": event.summary, "properties": {"host": "db-3", "region": "eu-north",
                    "runbook": runbook}});
                self.event(instance, &body);
            }
            let alert = text(&self.alert(instance, &summary), "id");
            if let Some(act) = event.then {
                let path = format!("/api/firebell/1/alerts/{alert}/{act}");
                let comment = json!({"comment": about("I see to it")});
                self.api(instance, COLLEAGUE, "POST", &path, &comment);
            }
        }
        let now = Clock::System.now();
        let at = |minutes: i64| add_minutes(now, minutes).to_string();
        let silence = json!({"matchers": ["host=~\"build-.*\""], "endsAt": at(180),
            "comment": if instance == HOSTILE { SCRIPT } else { "Replacing the disks of the build hosts" }});
        self.api(instance, ADMIN, "POST", "/api/firebell/1/silences", &silence);
        let hidden =
            json!({"summary": "Disk of build-9 is slow", "properties": {"host": "build-9"}});
        self.event(instance, &hidden);
        let absence = json!({"absenceType": "REPLACEMENT", "member": "mia", "replacement": "bo",
            "group": GROUP, "start": at(24 * 60), "end": at(3 * 24 * 60)});
        self.api(instance, ADMIN, "POST", "/api/xm/1/temporary-absences", &absence);
    }

    fn find_ids(&mut self, instance: &'static str) {
        let mut found = Vec::new();
        let person = self.ask(instance, &format!("/api/xm/1/people/{RESPONDER}"));
        found.push(("person", text(&person, "id")));
        let group = self.ask(instance, &format!("/api/xm/1/groups/{GROUP}"));
        found.push(("group", text(&group, "id")));
        let shifts = self.ask(instance, &format!("/api/xm/1/groups/{GROUP}/shifts"));
        let night = find(&shifts, "name", "New York nights").expect("the nights");
        found.push(("shift", text(&night, "id")));
        let integrations = self.ask(instance, "/api/firebell/1/integrations");
        let sender = find(&integrations, "name", SENDER).expect("the sender");
        found.push(("integration", text(&sender, "id")));
        let form = sender.pointer("/form/id").and_then(Value::as_str).unwrap_or_default();
        found.push(("form", form.to_owned()));
        let devices = self.ask(instance, &format!("/api/xm/1/people/{RESPONDER}/devices"));
        found.push(("device", text(devices.pointer("/data/0").expect("a device"), "id")));
        found.push(("instance", text(&self.ask(instance, "/api/firebell/1/instance"), "id")));
        let history = self.ask(instance, "/api/firebell/1/configuration/history?limit=1");
        let newest = history.pointer("/data/0").expect("a revision");
        found.push(("revision", text(newest, "revision")));
        if [ACME, HOSTILE].contains(&instance) {
            let events = self.ask(instance, "/api/firebell/1/events?limit=1");
            found.push(("event", text(events.pointer("/data/0").expect("an event"), "id")));
            let alerts = self.ask(instance, "/api/firebell/1/alerts?limit=1000");
            let all = alerts.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
            let is_first = |alert: &&Value| {
                alert.get("dedupKey").and_then(Value::as_str) == Some("Disk almost full on db-3")
            };
            let alert = text(all.iter().find(is_first).expect("the first alert"), "id");
            found.push(("link", self.link(instance, &alert)));
            found.push(("alert", alert));
            let silences = self.ask(instance, "/api/firebell/1/silences");
            let first = silences.pointer("/data/0").expect("the silence");
            found.push(("silence", text(first, "id")));
            let windows = self.ask(instance, "/api/firebell/1/maintenance-windows");
            let first = windows.pointer("/data/0").expect("the window");
            found.push(("window", text(first, "id")));
        }
        for (name, id) in found {
            self.ids.insert((instance, name), id);
        }
    }
}

/// Makes an instance in the database.
fn make(instance: &str, folder: &Path, order: &Order<'_>) {
    let file = folder.join("password");
    std::fs::write(&file, PASSWORD).expect("the password is written");
    let password = ["--password-file", file.to_str().expect("a path in UTF-8")];
    let of = ["--instance", instance];
    let created = ["instance", "create", instance, "--admin-email", "admin@sample.example"];
    order(&[&created[..], &password].concat(), "");
    order(&[&["apply", "-f", "-"][..], &of].concat(), &document(instance));
    for person in WITH_PASSWORD {
        order(&[&["user", "password", person][..], &password, &of].concat(), "");
    }
    let licences = licences(instance);
    if !licences.is_empty() {
        order(&[&["licence", "set"][..], licences, &of].concat(), "");
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn find(list: &Value, name: &str, wanted: &str) -> Option<Value> {
    let all = list.get("data")?.as_array()?;
    all.iter().find(|one| one.get(name).and_then(Value::as_str) == Some(wanted)).cloned()
}

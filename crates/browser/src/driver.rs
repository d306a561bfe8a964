//! chromedriver, and the part of WebDriver's protocol that is used. A session is one browser.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use firebell_testkit::http;
use firebell_testkit::process::{free_port, installed, local};
use serde_json::{Value, json};

use crate::keep::Kept;

/// What to do when a program is missing.
pub const REMEDY: &str = "run `cargo xtask setup`, which installs what the tests need";
/// The key of an element's reference in WebDriver's JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How long a script may take, in milliseconds.
const SCRIPT_MS: u64 = 25_000;

/// Chromium without what it does by itself: no profile, no updates, no name of another machine.
const SWITCHES: [&str; 16] = [
    "--headless=new",
    // Root has no sandbox; the pages under test are our own.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--lang=en-US",
    "--force-device-scale-factor=1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

struct Chromedriver {
    address: SocketAddr,
    kept: Kept,
}

static CHROMEDRIVER: LazyLock<Chromedriver> = LazyLock::new(|| {
    let port = free_port();
    let folder = Kept::folder("chromedriver");
    let mut program = Command::new(chromedriver());
    // What Chromium leaves behind goes with the folder.
    program.arg(format!("--port={port}")).env("TMPDIR", folder.path());
    program.env("HOME", folder.path());
    let kept = Kept::start("chromedriver", folder, &program);
    let address = local(port);
    kept.until("its answer", || http::get(address, "/status").ok().filter(|r| r.status == 200));
    Chromedriver { address, kept }
});

fn chromedriver() -> PathBuf {
    installed(&["chromedriver"])
        .unwrap_or_else(|| panic!("chromedriver is not installed; {REMEDY}"))
}

/// Why a command was not carried out.
#[derive(Debug, Clone)]
pub struct Fault {
    /// WebDriver's word, such as `no such element`.
    pub error: String,
    /// Its explanation.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.message)
    }
}

/// An element of a page, by WebDriver's reference.
#[derive(Debug, Clone)]
pub struct Element(String);

impl Element {
    /// The element that a script returned.
    pub fn read(value: &Value) -> Option<Self> {
        Some(Self(value.get(ELEMENT)?.as_str()?.to_owned()))
    }

    /// The element as an argument of a script.
    pub fn argument(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

/// One browser.
pub struct Session {
    address: SocketAddr,
    path: String,
}

impl Session {
    /// Starts a browser.
    ///
    /// # Panics
    /// When chromedriver or Chromium is missing, or does not start.
    pub fn start() -> Self {
        drop(chromedriver());
        let chromium = installed(&["chromium", "chromium-browser", "google-chrome"]);
        assert!(chromium.is_some(), "Chromium is not installed; {REMEDY}");
        let driver = &*CHROMEDRIVER;
        let profile = tempfile::Builder::new().prefix("profile-").tempdir_in(driver.kept.path());
        let profile = profile.expect("a folder for the profile").keep();
        let mut switches: Vec<String> = SWITCHES.map(str::to_owned).to_vec();
        switches.push(format!("--user-data-dir={}", profile.display()));
        let body = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": switches},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "timeouts": {"script": SCRIPT_MS},
            // A dialog that nobody expects makes the next command fail.
            "unhandledPromptBehavior": "ignore",
        }}});
        let made = send(driver.address, "POST", "/session", &body)
            .unwrap_or_else(|fault| panic!("a browser cannot be started: {fault}"));
        let id = made.get("sessionId").and_then(Value::as_str).expect("the session's id");
        Self { address: driver.address, path: format!("/session/{id}") }
    }

    /// Sends a command.
    pub fn post(&self, command: &str, body: &Value) -> Result<Value, Fault> {
        send(self.address, "POST", &format!("{}/{command}", self.path), body)
    }

    /// Asks for something.
    pub fn get(&self, command: &str) -> Result<Value, Fault> {
        send(self.address, "GET", &format!("{}/{command}", self.path), &Value::Null)
    }

    /// Takes something away.
    pub fn delete(&self, command: &str) -> Result<Value, Fault> {
        send(self.address, "DELETE", &format!("{}/{command}", self.path), &Value::Null)
    }

    /// Runs a script in the page; it may return a promise.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Result<Value, Fault> {
        self.post("execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// A command of the browser's own protocol, for what WebDriver has no word for.
    ///
    /// # Panics
    /// When it is refused.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
            .unwrap_or_else(|fault| panic!("{command} failed: {fault}"))
    }

    /// What one of the browser's logs has got since it was read last.
    pub fn log(&self, kind: &str) -> Vec<Value> {
        let read = self.post("se/log", &json!({"type": kind}));
        read.ok().and_then(|log| log.as_array().cloned()).unwrap_or_default()
    }

    /// A picture of what is in view, or of the top `height` pixels of the page.
    pub fn picture(&self, format: &str, height: Option<f64>, width: f64) -> Vec<u8> {
        let mut parameters = json!({"format": format, "captureBeyondViewport": false});
        if let (true, Some(map)) = (format == "webp", parameters.as_object_mut()) {
            map.insert("quality".to_owned(), json!(70));
        }
        if let (Some(height), Some(map)) = (height, parameters.as_object_mut()) {
            let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
            map.insert("clip".to_owned(), clip);
            map.insert("captureBeyondViewport".to_owned(), json!(true));
        }
        let taken = self.devtools("Page.captureScreenshot", &parameters);
        let data = taken.get("data").and_then(Value::as_str).unwrap_or_default();
        BASE64_STANDARD.decode(data).expect("a picture in Base64")
    }

    /// Presses an element with the pointer.
    pub fn click(&self, element: &Element) -> Result<(), Fault> {
        self.post(&format!("element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Empties a field.
    pub fn clear(&self, element: &Element) -> Result<(), Fault> {
        self.post(&format!("element/{}/clear", element.0), &json!({})).map(drop)
    }

    /// Types into an element.
    pub fn type_into(&self, element: &Element, text: &str) -> Result<(), Fault> {
        self.post(&format!("element/{}/value", element.0), &json!({"text": text})).map(drop)
    }

    /// What assistive technology calls an element.
    pub fn label(&self, element: &Element) -> Result<String, Fault> {
        let label = self.get(&format!("element/{}/computedlabel", element.0))?;
        Ok(label.as_str().unwrap_or_default().to_owned())
    }

    /// Ends the browser.
    pub fn end(&self) {
        drop(send(self.address, "DELETE", &self.path, &Value::Null));
    }
}

fn send(address: SocketAddr, method: &str, path: &str, body: &Value) -> Result<Value, Fault> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("Content-Type", "application/json; charset=utf-8")];
    let lost = |message: String| Fault { error: "no answer of chromedriver".to_owned(), message };
    let reply = http::request(address, method, path, &headers, body.as_bytes())
        .map_err(|error| lost(error.to_string()))?;
    let mut answer: Value =
        serde_json::from_str(&reply.body).map_err(|error| lost(error.to_string()))?;
    let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
    let Some(error) = value.get("error").and_then(Value::as_str) else { return Ok(value) };
    if reply.status == 200 {
        return Ok(value);
    }
    let message = value.get("message").and_then(Value::as_str).unwrap_or_default();
    let message = message.lines().next().unwrap_or_default().to_owned();
    Err(Fault { error: error.to_owned(), message })
}

//! What a person does in a browser and sees there: go, read, type, press. Elements are found the
//! way people find them, by their words; what is not there is waited for, with a deadline.

use std::time::Duration;

use firebell_base::time::Clock;
use serde_json::{Value, json};

use crate::driver::{Element, Fault, Session};
use crate::keep::patiently;

/// Finds things by their words. Defined anew in every script: a page's own cannot interfere.
const FIND: &str = r"
const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
const plain = (s) => (s || '').replace(/\s+/g, ' ').trim();
const words = (e) => plain(e.getAttribute('aria-label') || e.innerText || e.value);
const best = (all, name, text) =>
  all.find((e) => text(e) === name) || all.find((e) => text(e).startsWith(name));
const field = (name) => {
  const label = best([...document.querySelectorAll('label')].filter((l) => l.control && seen(l.control)),
    name, (l) => plain(l.innerText));
  if (label) return label.control;
  const fields = [...document.querySelectorAll('input, textarea, select')].filter(seen);
  return best(fields, name, (e) => plain(e.getAttribute('aria-label'))) || null;
};
const control = (name) => best([...document.querySelectorAll(
  'button, a[href], summary, [role=button], [role=tab], [role=menuitem], input[type=submit]')]
  .filter((e) => seen(e) && !e.closest('[aria-hidden=true]')),
  name, words) || null;
";

/// The size of a screen, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How it is called in the names of pictures.
    pub name: &'static str,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// Screens narrower than this are touched.
const TABLET_PIXELS: u32 = 600;

/// A telephone.
pub const PHONE: Size = Size { name: "phone", width: 390, height: 844 };
/// A screen on a desk.
pub const DESKTOP: Size = Size { name: "desktop", width: 1280, height: 900 };
/// The narrowest screen that has to be enough (WCAG 1.4.10).
pub const NARROW: Size = Size { name: "narrow", width: 320, height: 640 };

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Ink on paper.
    Light,
    /// At night.
    Dark,
}

impl Theme {
    /// Its name in CSS and in the names of pictures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// One tab of one browser, before one server.
pub struct Tab {
    session: Session,
    base: String,
    clock: Clock,
}

impl Tab {
    /// A new browser before a server.
    pub fn open(base: &str) -> Self {
        let tab = Self { session: Session::start(), base: base.to_owned(), clock: Clock::System };
        tab.screen(DESKTOP);
        tab
    }

    /// The browser itself.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The server's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// As if nobody had used this browser.
    pub fn forget_everything(&self) {
        let session = &self.session;
        drop(session.post("url", &json!({"url": "about:blank"})));
        session.devtools("Network.clearBrowserCookies", &json!({}));
        session.devtools("Network.clearBrowserCache", &json!({}));
        let stored = json!({"origin": self.base, "storageTypes": "all"});
        session.devtools("Storage.clearDataForOrigin", &stored);
        self.scripts(Scripts::Run);
        self.throttle(1);
        self.language("en");
        self.theme(Theme::Light);
        self.screen(DESKTOP);
        drop((session.log("browser"), session.log("performance")));
    }

    /// Takes another screen; telephones are touched.
    pub fn screen(&self, size: Size) {
        let metrics = json!({"width": size.width, "height": size.height, "deviceScaleFactor": 1,
            "mobile": false});
        self.session.devtools("Emulation.setDeviceMetricsOverride", &metrics);
        let touch = json!({"enabled": size.width < TABLET_PIXELS, "maxTouchPoints": 1});
        self.session.devtools("Emulation.setTouchEmulationEnabled", &touch);
    }

    /// What the system prefers; movement is never preferred, so that pictures stand still.
    pub fn theme(&self, theme: Theme) {
        let features = json!([
            {"name": "prefers-color-scheme", "value": theme.name()},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.session.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Whether pages may run scripts.
    pub fn scripts(&self, scripts: Scripts) {
        let off = json!({"value": scripts == Scripts::Off});
        self.session.devtools("Emulation.setScriptExecutionDisabled", &off);
    }

    /// Asks for pages in this language from now on.
    pub fn language(&self, tag: &str) {
        self.session.devtools("Network.enable", &json!({}));
        let headers = json!({"headers": {"Accept-Language": tag}});
        self.session.devtools("Network.setExtraHTTPHeaders", &headers);
    }

    /// Makes the processor so many times slower.
    pub fn throttle(&self, times: u32) {
        self.session.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": times }));
    }

    /// Uses a session's cookie, `name=value`.
    pub fn cookie(&self, cookie: &str) {
        let (name, value) = cookie.split_once('=').expect("a cookie");
        let cookie = json!({"name": name, "value": value, "url": self.base, "httpOnly": true,
            "sameSite": "Lax"});
        self.session.devtools("Network.setCookie", &cookie);
    }

    /// Goes to a path of the server, and waits until the page is there.
    pub fn go(&self, path: &str) {
        self.go_to(&format!("{}{path}", self.base));
    }

    /// Goes to an address.
    pub fn go_to(&self, url: &str) {
        let went = self.session.post("url", &json!({ "url": url }));
        went.unwrap_or_else(|fault| panic!("{url} does not open: {fault}"));
    }

    /// Loads the page anew.
    pub fn reload(&self) {
        let went = self.session.post("refresh", &json!({}));
        went.unwrap_or_else(|fault| panic!("the page does not load again: {fault}"));
    }

    /// Goes back by the browser's button, and waits until the page is there.
    pub fn back(&self) {
        let went = self.session.post("back", &json!({}));
        went.unwrap_or_else(|fault| panic!("the way back does not open: {fault}"));
    }

    /// The path and query of the page.
    pub fn path(&self) -> String {
        let url = self.session.get("url").unwrap_or_else(|fault| panic!("no address: {fault}"));
        let url = url.as_str().unwrap_or_default();
        url.strip_prefix(&self.base).unwrap_or(url).to_owned()
    }

    /// The value of a script's expression.
    pub fn eval(&self, expression: &str) -> Value {
        self.eval_with(expression, &[])
    }

    /// The value of an expression that may use `field(name)`, `control(name)` and `arguments`.
    pub fn eval_with(&self, expression: &str, arguments: &[Value]) -> Value {
        self.try_eval(expression, arguments)
            .unwrap_or_else(|fault| panic!("{expression}: {fault}\non {}", self.path()))
    }

    /// The same, where a page that is just being left is no reason to fail.
    pub fn try_eval(&self, expression: &str, arguments: &[Value]) -> Result<Value, Fault> {
        self.session.script(&format!("{FIND}\nreturn ({expression});"), arguments)
    }

    /// Whether an expression is true now.
    pub fn holds(&self, expression: &str) -> bool {
        self.try_eval(&format!("!!({expression})"), &[]).is_ok_and(|value| value == true)
    }

    /// Waits until an expression is true.
    pub fn until(&self, expression: &str) {
        let came = patiently(|| self.holds(expression).then_some(()));
        assert!(came.is_some(), "never true: {expression}\n{}", self.account());
    }

    /// Waits until the page shows a text.
    pub fn sees(&self, text: &str) {
        let shown = || self.text().contains(text).then_some(());
        let came = patiently(shown);
        assert!(came.is_some(), "{text:?} is not shown\n{}", self.account());
    }

    /// Waits until the page no longer shows a text.
    pub fn no_longer_sees(&self, text: &str) {
        let gone = || (!self.text().contains(text)).then_some(());
        let came = patiently(gone);
        assert!(came.is_some(), "{text:?} is still shown\n{}", self.account());
    }

    /// Waits until the path begins so.
    pub fn arrives(&self, path: &str) {
        let came = patiently(|| self.path().starts_with(path).then_some(()));
        assert!(came.is_some(), "never came to {path}\n{}", self.account());
    }

    /// The text of the page, in single spaces.
    pub fn text(&self) -> String {
        let text = self.try_eval("document.body ? document.body.innerText : ''", &[]);
        let text = text.unwrap_or_default();
        text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Where the tab is and what it shows, for the report of a failure.
    pub fn account(&self) -> String {
        format!("on {}, which says: {}", self.path(), self.text())
    }

    /// The element of an expression, waited for.
    pub fn element(&self, expression: &str, arguments: &[Value]) -> Element {
        let look = || Element::read(&self.try_eval(expression, arguments).ok()?);
        patiently(look).unwrap_or_else(|| {
            panic!("there is no {expression} of {arguments:?}\n{}", self.account())
        })
    }

    /// The field with this label.
    pub fn field(&self, label: &str) -> Element {
        self.element("field(arguments[0])", &[json!(label)])
    }

    /// The button or link with these words.
    pub fn control(&self, words: &str) -> Element {
        self.element("control(arguments[0])", &[json!(words)])
    }

    /// Whether there is a button or link with these words now.
    pub fn offers(&self, words: &str) -> bool {
        self.try_eval("!!control(arguments[0])", &[json!(words)]).is_ok_and(|value| value == true)
    }

    /// Replaces what is in a field.
    pub fn fill(&self, label: &str, text: &str) {
        let field = self.field(label);
        let done = self.session.clear(&field).and_then(|()| self.session.type_into(&field, text));
        done.unwrap_or_else(|fault| panic!("{label:?} takes no text: {fault}"));
    }

    /// Sets a field of a date or a time, as a picker does: what keys do there depends on the
    /// language of the browser.
    pub fn pick(&self, label: &str, value: &str) {
        let field = self.field(label);
        let set = "((e) => { e.value = arguments[1]; for (const kind of ['input', 'change'])
            e.dispatchEvent(new Event(kind, { bubbles: true })); return e.value !== ''; })(arguments[0])";
        let done = self.eval_with(set, &[field.argument(), json!(value)]);
        assert!(done == true, "{label:?} does not take {value:?}");
    }

    /// What is in a field.
    pub fn value(&self, label: &str) -> String {
        let value = self.eval_with("field(arguments[0]).value", &[json!(label)]);
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Chooses an entry of a list by its words.
    pub fn choose(&self, label: &str, words: &str) {
        let option = self.element(
            "[...field(arguments[0]).options].find((o) => plain(o.text).includes(arguments[1]))",
            &[json!(label), json!(words)],
        );
        self.press_element(&option, words);
    }

    /// Presses the button or link with these words.
    pub fn press(&self, words: &str) {
        let control = self.control(words);
        self.press_element(&control, words);
    }

    /// Presses what a selector finds.
    pub fn press_at(&self, selector: &str) {
        let found = self.element("document.querySelector(arguments[0])", &[json!(selector)]);
        self.press_element(&found, selector);
    }

    fn press_element(&self, element: &Element, what: &str) {
        // Something that moves just now is pressed once it stands still.
        let mut last = None;
        let pressed = patiently(|| match self.session.click(element) {
            Ok(()) => Some(true),
            Err(fault) if fault.error == "element click intercepted" => {
                last = Some(fault);
                None
            }
            Err(fault) => {
                last = Some(fault);
                Some(false)
            }
        });
        let why = last.map(|fault| fault.to_string()).unwrap_or_default();
        assert!(pressed == Some(true), "{what:?} cannot be pressed: {why}\n{}", self.account());
    }

    /// The time now, for measurements beside the browser's own.
    pub fn now_micros(&self) -> u64 {
        self.clock.monotonic_micros()
    }

    /// How long something took.
    pub fn since(&self, micros: u64) -> Duration {
        Duration::from_micros(self.now_micros().saturating_sub(micros))
    }

    /// Ends the browser.
    pub fn close(&self) {
        self.session.end();
    }
}

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// As usual.
    Run,
    /// Switched off by the visitor.
    Off,
}

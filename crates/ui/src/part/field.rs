//! Fields of forms, with their label, hint and fault; and the list of all faults.

use askama::Template;
use askama::filters::HtmlSafe;

use firebell_domain::schedule::Zone;

use crate::words::{Lang, Say, WORDS};

/// One of several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Whether it can be chosen.
    pub disabled: bool,
}

impl Choice {
    /// A choice that can be made.
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), label: label.into(), chosen, disabled: false }
    }
}

#[derive(Debug, Clone)]
enum Kind {
    Input(&'static str),
    Area,
    Select(Vec<Choice>),
    Many(Vec<Choice>),
    One(Vec<Choice>),
    Check(bool),
    Zone,
    Hidden,
}

/// A field of a form.
#[derive(Debug, Clone, Template)]
#[template(path = "part/field.html")]
pub struct Field {
    kind: Kind,
    name: String,
    label: String,
    value: String,
    hint: Option<String>,
    error: Option<String>,
    required: bool,
    placeholder: Option<String>,
    max: Option<usize>,
    autocomplete: Option<&'static str>,
    autofocus: bool,
    mono: bool,
    inputmode: Option<&'static str>,
    attributes: Vec<(&'static str, String)>,
}

impl HtmlSafe for Field {}

macro_rules! inputs {
    ($($name:ident $kind:literal $what:literal;)*) => {
        $(
            #[doc = concat!("A field for ", $what, ".")]
            pub fn $name(name: impl Into<String>, label: impl Into<String>) -> Self {
                Self::new(Kind::Input($kind), name.into(), label.into())
            }
        )*
    };
}

impl Field {
    fn new(kind: Kind, name: String, label: String) -> Self {
        Self {
            kind,
            name,
            label,
            value: String::new(),
            hint: None,
            error: None,
            required: false,
            placeholder: None,
            max: None,
            autocomplete: None,
            autofocus: false,
            mono: false,
            inputmode: None,
            attributes: Vec::new(),
        }
    }

    inputs! {
        text "text" "a line of text";
        email "email" "an e-mail address";
        password "password" "a password: its value is never shown again";
        search "search" "a search";
        number "number" "a number";
        date "date" "a day";
        datetime "datetime-local" "a day and a time of a local clock";
        time "time" "a time of a local clock";
        tel "tel" "a phone number";
        url "url" "an address";
    }

    /// A field for several lines.
    pub fn area(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Area, name.into(), label.into())
    }

    /// One of several, folded.
    pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(Kind::Select(choices), name.into(), label.into())
    }

    /// One of a few, all in sight.
    pub fn one(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(Kind::One(choices), name.into(), label.into())
    }

    /// Any of several.
    pub fn many(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(Kind::Many(choices), name.into(), label.into())
    }

    /// Yes or no.
    pub fn check(name: impl Into<String>, label: impl Into<String>, checked: bool) -> Self {
        Self::new(Kind::Check(checked), name.into(), label.into())
    }

    /// A time zone by its IANA name, with the names to choose from.
    pub fn zone(name: impl Into<String>, label: impl Into<String>) -> Self {
        let mut field = Self::new(Kind::Zone, name.into(), label.into());
        field.placeholder = Some("Europe/Oslo".to_owned());
        field
    }

    /// What is sent along unseen.
    pub fn hidden(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(Kind::Hidden, name.into(), String::new()).value(value)
    }

    /// What is in it. Passwords are never shown again.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        if !matches!(self.kind, Kind::Input("password")) {
            self.value = value.into();
        }
        self
    }

    /// What to enter, below the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong with what was entered.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// It must be filled in.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// An example.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = Some(text.into());
        self
    }

    /// The most characters.
    #[must_use]
    pub const fn max(mut self, chars: usize) -> Self {
        self.max = Some(chars);
        self
    }

    /// As in HTML.
    #[must_use]
    pub const fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = Some(what);
        self
    }

    /// The page begins here.
    #[must_use]
    pub const fn autofocus(mut self) -> Self {
        self.autofocus = true;
        self
    }

    /// In letters of one width, for ids and payloads.
    #[must_use]
    pub const fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// Which keyboard a phone shows.
    #[must_use]
    pub const fn inputmode(mut self, mode: &'static str) -> Self {
        self.inputmode = Some(mode);
        self
    }

    /// Another attribute of the input, such as `hx-get` or `min`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    fn id(&self) -> String {
        input_id(&self.name)
    }

    /// What describes the input: its hint and its fault.
    fn described(&self) -> Option<String> {
        let id = self.id();
        let hint = self.hint.as_ref().map(|_| format!("{id}-hint"));
        let error = self.error.as_ref().map(|_| format!("{id}-error"));
        let all: Vec<String> = [hint, error].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    fn zones() -> Vec<String> {
        Zone::names()
    }
}

/// Everything that is wrong with a form, by field. Renders as a list that leads to the fields.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "part/faults.html")]
pub struct Faults {
    list: Vec<(String, String)>,
    lang: Lang,
}

impl HtmlSafe for Faults {}

impl Faults {
    /// None yet, in the language of these words.
    pub const fn new(t: Say) -> Self {
        Self { list: Vec::new(), lang: t.lang() }
    }

    /// Something is wrong with a field; an empty name means the whole form.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.list.push((field.into(), message.into()));
    }

    /// What is wrong with a field.
    pub fn of(&self, field: &str) -> Option<String> {
        self.list.iter().find(|(name, _)| name == field).map(|(_, message)| message.clone())
    }

    /// Whether nothing is.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every field and what is wrong with it.
    pub fn list(&self) -> &[(String, String)] {
        &self.list
    }

    fn title(&self) -> String {
        Say::new(&WORDS, self.lang).n("ui-faults", self.list.len())
    }

    fn target(name: &str) -> String {
        format!("#{}", input_id(name))
    }
}

/// The `id` of a field's input.
fn input_id(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("f-{}", name.chars().map(plain).collect::<String>())
}

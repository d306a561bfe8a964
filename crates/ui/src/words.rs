//! The sentences of the pages, in the reader's language: catalogues in Fluent's format, one per crate
//! and language, compiled when first used.
//!
//! English is complete. What another language lacks is said in English.

use std::borrow::Cow;
use std::sync::OnceLock;

use axum::http::{HeaderMap, header};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// Languages of `Accept-Language` that are looked at.
const ACCEPTED_MAX: usize = 8;

/// A language pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Norwegian Bokmål.
    Norwegian,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Norwegian];

    /// Its tag (BCP 47), for `lang` and for catalogues.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Norwegian => "nb",
        }
    }

    /// The language of a tag such as `de-AT`; none if no page is written in it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            "nb" | "no" | "nn" => Some(Self::Norwegian),
            _ => None,
        }
    }

    /// What a browser asks for, the first that there is.
    pub fn of_browser(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let asked = asked.unwrap_or_default().split(',').take(ACCEPTED_MAX);
        let mut tags = asked.filter_map(|one| one.split(';').next()).map(str::trim);
        tags.find_map(Self::of_tag).unwrap_or_default()
    }
}

type Bundle = FluentBundle<FluentResource>;

/// The sentences of one crate.
pub struct Catalogue {
    files: &'static [(&'static str, &'static str)],
    bundles: OnceLock<Vec<(Lang, Bundle)>>,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Catalogue")
    }
}

impl Catalogue {
    /// From files: a language's tag, and its text.
    pub const fn new(files: &'static [(&'static str, &'static str)]) -> Self {
        Self { files, bundles: OnceLock::new() }
    }

    /// The text of a language's file, by its tag; for a test.
    pub fn text(&self, tag: &str) -> Option<&'static str> {
        self.files.iter().find(|(one, _)| *one == tag).map(|(_, text)| *text)
    }

    /// What is wrong with the files themselves; for a test.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (tag, text) in self.files {
            match FluentResource::try_new((*text).to_owned()) {
                Ok(resource) => {
                    // A key that is there twice would silently be what it is last.
                    let mut bundle = FluentBundle::new_concurrent(Vec::new());
                    let twice = bundle.add_resource(resource).err().unwrap_or_default();
                    faults.extend(twice.iter().map(|error| format!("{tag}: {error}")));
                }
                Err((_, errors)) => {
                    faults.extend(errors.iter().map(|error| format!("{tag}: {error}")));
                }
            }
            if Lang::of_tag(tag).is_none() {
                faults.push(format!("{tag}: no such language"));
            }
        }
        faults
    }

    fn bundles(&self) -> &[(Lang, Bundle)] {
        self.bundles.get_or_init(|| {
            let read = |(tag, text): &(&str, &str)| {
                let lang = Lang::of_tag(tag)?;
                let known: LanguageIdentifier = tag.parse().ok()?;
                let mut bundle = FluentBundle::new_concurrent(vec![known]);
                // Templates isolate foreign text with <bdi>; invisible marks would end up in labels.
                bundle.set_use_isolating(false);
                let resource = match FluentResource::try_new((*text).to_owned()) {
                    Ok(resource) | Err((resource, _)) => resource,
                };
                bundle.add_resource_overriding(resource);
                Some((lang, bundle))
            };
            self.files.iter().filter_map(read).collect()
        })
    }

    fn format(&self, lang: Lang, key: &str, args: &FluentArgs<'_>) -> String {
        let bundles = self.bundles();
        let of = |lang| bundles.iter().find(|(one, _)| *one == lang).map(|(_, bundle)| bundle);
        for bundle in [of(lang), of(Lang::English)].into_iter().flatten() {
            if let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) {
                let mut errors = Vec::new();
                let text = bundle.format_pattern(pattern, Some(args), &mut errors);
                if let Some(error) = errors.first() {
                    tracing::warn!(key, %error, "a sentence could not be put together");
                }
                return text.into_owned();
            }
        }
        tracing::error!(key, "a sentence is missing");
        key.to_owned()
    }
}

/// Says sentences of a catalogue in one language.
#[derive(Debug, Clone, Copy)]
pub struct Say {
    catalogue: &'static Catalogue,
    lang: Lang,
}

impl Say {
    /// Of this catalogue, in this language.
    pub const fn new(catalogue: &'static Catalogue, lang: Lang) -> Self {
        Self { catalogue, lang }
    }

    /// The language.
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// A sentence.
    pub fn get(&self, key: &str) -> String {
        self.catalogue.format(self.lang, key, &FluentArgs::new())
    }

    /// A sentence with the number `$n`.
    pub fn n(&self, key: &str, n: impl TryInto<i64>) -> String {
        self.na(key, n, &[])
    }

    /// A sentence with texts.
    pub fn a(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.catalogue.format(self.lang, key, &texts(args))
    }

    /// A sentence with the number `$n` and texts.
    pub fn na(&self, key: &str, n: impl TryInto<i64>, args: &[(&str, &str)]) -> String {
        let mut args = texts(args);
        args.set("n", FluentValue::from(n.try_into().unwrap_or(i64::MAX)));
        self.catalogue.format(self.lang, key, &args)
    }
}

fn texts<'a>(args: &[(&'a str, &'a str)]) -> FluentArgs<'a> {
    let mut all = FluentArgs::with_capacity(args.len());
    for (name, text) in args {
        all.set(*name, FluentValue::String(Cow::Borrowed(*text)));
    }
    all
}

/// The words of the kit.
pub(crate) static WORDS: Catalogue = Catalogue::new(&[
    ("en", include_str!("../locales/en.ftl")),
    ("de", include_str!("../locales/de.ftl")),
    ("nb", include_str!("../locales/nb.ftl")),
]);

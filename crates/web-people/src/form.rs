//! The form in which somebody is added or changed: a page, or a panel of the list.

use askama::Template;
use axum::http::StatusCode;
use firebell_config::{ConfigError, people};
use firebell_domain::directory::Directory;
use firebell_domain::person::{LicenceType, Person, Role, Status};
use firebell_ui::part::{Choice, Conflict, Difference, Faults, Field, Notice};
use firebell_ui::write::fault;
use firebell_ui::{Area, Frame, Say, Visit};

use crate::change::Failed;
use crate::entry::Entry;
use crate::licence::{self, Standing};
use crate::list::{SITES_SHOWN_MAX, site_names};
use crate::words::{self, WORDS};

/// Empty fields that are offered for more supervisors.
const MORE_SUPERVISORS: usize = 2;
/// Empty pairs that are offered for more custom fields.
const MORE_PROPERTIES: usize = 2;

/// A page with the form.
#[derive(Debug, Template)]
#[template(path = "people/form.html")]
pub(crate) struct FormPage {
    pub(crate) frame: Frame,
    pub(crate) part: FormPart,
}

/// The form.
#[derive(Debug, Template)]
#[template(path = "people/form_part.html")]
pub(crate) struct FormPart {
    pub(crate) t: Say,
    /// The page's heading, and its sentence.
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) action: String,
    pub(crate) cancel: String,
    pub(crate) notices: Vec<Notice>,
    pub(crate) conflict: Option<Conflict>,
    pub(crate) faults: Faults,
    pub(crate) hidden: Vec<Field>,
    pub(crate) names: Vec<Field>,
    pub(crate) access: Vec<Field>,
    pub(crate) place: Vec<Field>,
    pub(crate) more: Vec<Field>,
    /// Each with its label.
    pub(crate) supervisors: Vec<(String, String)>,
    pub(crate) properties: Vec<Pair>,
    pub(crate) suggest: String,
    pub(crate) submit: String,
    /// Whether one more may follow at once.
    pub(crate) again: bool,
    /// Inside of the list.
    pub(crate) panel: bool,
}

/// A custom field, with the labels of its two inputs.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) name_label: String,
    pub(crate) name: String,
    pub(crate) value_label: String,
    pub(crate) value: String,
}

/// What a form is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// Somebody new.
    New,
    /// Somebody who is there.
    Known,
}

/// The form with what was entered.
pub(crate) fn form(
    visit: &Visit,
    about: About,
    entry: &Entry,
    faults: Faults,
    standing: &Standing,
) -> FormPart {
    let t = visit.say(&WORDS);
    FormPart {
        t,
        title: String::new(),
        lead: String::new(),
        action: String::new(),
        cancel: String::new(),
        notices: Vec::new(),
        conflict: None,
        hidden: Vec::new(),
        names: names(t, about, entry, &faults),
        access: access(visit, t, entry, &faults, standing),
        place: place(visit, t, entry, &faults),
        more: more(t, entry, &faults),
        supervisors: supervisors(t, entry),
        properties: properties(t, entry),
        suggest: visit.href("users/suggest"),
        submit: String::new(),
        again: about == About::New,
        panel: visit.partial,
        faults,
    }
}

fn supervisors(t: Say, entry: &Entry) -> Vec<(String, String)> {
    let empty = std::iter::repeat_n(String::new(), MORE_SUPERVISORS);
    let all = entry.supervisors.iter().cloned().chain(empty);
    (1_usize..).zip(all).map(|(n, name)| (t.n("people-supervisor-n", n), name)).collect()
}

fn properties(t: Say, entry: &Entry) -> Vec<Pair> {
    let empty = std::iter::repeat_n((String::new(), String::new()), MORE_PROPERTIES);
    let all = (1_usize..).zip(entry.properties.iter().cloned().chain(empty));
    let pair = |(n, (name, value)): (usize, (String, String))| Pair {
        name_label: t.n("people-property-name", n),
        name,
        value_label: t.n("people-property-value", n),
        value,
    };
    all.map(pair).collect()
}

/// The page around a form.
pub(crate) fn page_of(visit: &Visit, part: FormPart) -> FormPage {
    let frame = visit.frame(part.title.clone(), Area::Users).with_script("people.js");
    FormPage { frame, part }
}

fn names(t: Say, about: About, entry: &Entry, faults: &Faults) -> Vec<Field> {
    let name = |field: &'static str, value: &str| {
        Field::text(field, words::field(t, field))
            .value(value)
            .max(100)
            .autocomplete("off")
            .error(faults.of(field))
    };
    let mut list = vec![
        name("firstName", &entry.first).required().autofocus(),
        name("lastName", &entry.last).required(),
        name("targetName", &entry.target).required().hint(t.get("people-hint-target")).mono(),
    ];
    if about == About::New {
        list.push(
            Field::email("emailAddress", words::field(t, "emailAddress"))
                .value(entry.email.as_str())
                .max(254)
                .autocomplete("off")
                .hint(t.get("people-hint-email"))
                .error(faults.of("emailAddress")),
        );
    }
    list.push(name("webLogin", &entry.login).hint(t.get("people-hint-login")).mono());
    list
}

fn access(
    visit: &Visit,
    t: Say,
    entry: &Entry,
    faults: &Faults,
    standing: &Standing,
) -> Vec<Field> {
    let licences = LicenceType::ALL.map(|one| {
        let free = licence::free(visit, standing, one);
        let said = match standing.denial(one) {
            Some(denial) => licence::sentence(visit, denial),
            None => free,
        };
        let args = [("licence", &*words::licence(t, one)), ("free", &*said)];
        let label = t.a("people-licence-choice", &args);
        Choice::new(one.word(), label, entry.licence.eq_ignore_ascii_case(one.word()))
    });
    let roles = Role::ALL.map(|role| {
        let chosen = entry.roles.iter().any(|word| word == role.word());
        Choice::new(role.word(), role.word(), chosen)
    });
    let statuses = [Status::Active, Status::Inactive]
        .map(|one| Choice::new(one.word(), words::status_word(t, one), entry.status == one.word()));
    vec![
        Field::one("licenseType", words::field(t, "licenseType"), licences.into())
            .hint(t.get("people-hint-licence"))
            .error(faults.of("licenseType")),
        Field::many("roles", words::field(t, "roles"), roles.into())
            .hint(t.get("people-hint-roles"))
            .error(faults.of("roles")),
        Field::one("userStatus", words::field(t, "status"), statuses.into())
            .hint(t.get("people-hint-status"))
            .error(faults.of("userStatus")),
    ]
}

fn place(visit: &Visit, t: Say, entry: &Entry, faults: &Faults) -> Vec<Field> {
    let label = words::field(t, "site");
    let site = if visit.directory.sites().len() > SITES_SHOWN_MAX {
        Field::text("userSite", label).value(entry.site.as_str()).max(100)
    } else {
        let none = Choice::new("", t.get("people-no-site-at-all"), entry.site.is_empty());
        let names = site_names(&visit.directory).into_iter();
        let choices = names.map(|name| Choice::new(name.clone(), name.clone(), entry.site == name));
        Field::select("userSite", label, std::iter::once(none).chain(choices).collect())
    };
    vec![
        site.error(faults.of("userSite")),
        Field::zone("timezone", words::field(t, "timezone"))
            .value(entry.zone.as_str())
            .hint(t.get("people-hint-zone"))
            .error(faults.of("timezone")),
        Field::text("language", words::field(t, "language"))
            .value(entry.language.as_str())
            .max(35)
            .hint(t.get("people-hint-language"))
            .error(faults.of("language")),
    ]
}

fn more(t: Say, entry: &Entry, faults: &Faults) -> Vec<Field> {
    vec![
        Field::text("phoneLogin", words::field(t, "phoneLogin"))
            .value(entry.phone_login.as_str())
            .max(30)
            .inputmode("numeric")
            .error(faults.of("phoneLogin")),
        Field::text("externalKey", words::field(t, "externalKey"))
            .value(entry.external_key.as_str())
            .max(200)
            .hint(t.get("people-hint-external"))
            .error(faults.of("externalKey")),
    ]
}

/// What a form says of a change that was not made: the status, a notice, and faults by field. `said` are the
/// sentences for what could not be confirmed, what nobody knows, and what was denied.
pub(crate) fn told(visit: &Visit, failed: Failed, said: [&str; 3]) -> (StatusCode, Notice, Faults) {
    let t = visit.say(&WORDS);
    let [unconfirmed, unknown, denied] = said;
    let wrong = |key: &str| Notice::wrong(t.get("people-unconfirmed"), t.get(key));
    let none = Faults::new(t);
    match failed {
        Failed::NotMade => (StatusCode::SERVICE_UNAVAILABLE, wrong(unconfirmed), none),
        Failed::Unknown => (StatusCode::SERVICE_UNAVAILABLE, wrong(unknown), none),
        Failed::Refused(ConfigError::Denied(denial)) => {
            let reason = licence::reason(visit, &denial);
            let text = t.a(denied, &[("text", &reason.text)]);
            let mut notice = Notice::wrong(t.get("people-no-licence"), text);
            for (label, href) in reason.links {
                notice = notice.link(label, href);
            }
            (StatusCode::CONFLICT, notice, none)
        }
        Failed::Refused(error) => {
            let fault = fault(visit, error);
            (fault.status, Notice::wrong(fault.word, fault.text), faults(t, fault.fields))
        }
    }
}

/// Puts faults of the API's fields to the fields of the form.
pub(crate) fn faults(t: Say, list: Vec<(String, String)>) -> Faults {
    let mut faults = Faults::new(t);
    for (field, message) in list {
        let base = field.split('.').next().unwrap_or_default();
        let known = people::FIELDS.contains(&base) || base == "emailAddress";
        if !known || base.is_empty() {
            faults.add("", message);
            continue;
        }
        let label = words::field(t, &field);
        let text = t.a("people-fault", &[("field", &label), ("message", &message)]);
        // The list's filters have fields called so, too, and a panel stands beside them.
        let name = match base {
            "status" => "userStatus",
            "site" => "userSite",
            name => name,
        };
        faults.add(name, text);
    }
    faults
}

/// What two editors of a person see differently.
pub(crate) fn conflict(
    visit: &Visit,
    directory: &Directory,
    was: Option<&Person>,
    theirs: &Person,
    yours: &Person,
) -> Conflict {
    let t = visit.say(&WORDS);
    let rows = people::differences(directory, theirs, yours).into_iter().map(|one| {
        let old = was.map(|was| match one.field.strip_prefix("properties.") {
            Some(name) => was.properties.get(name).map(ToString::to_string).unwrap_or_default(),
            None => people::field(directory, was, &one.field),
        });
        let value = |text: &str| words::value(t, &one.field, text);
        Difference {
            field: words::field(t, &one.field),
            was: old.map(|old| value(&old)),
            theirs: value(&one.before),
            yours: value(&one.after),
        }
    });
    let take = visit.href(&format!("users/{}/edit", theirs.id));
    Conflict::new(visit, rows.collect(), take)
}

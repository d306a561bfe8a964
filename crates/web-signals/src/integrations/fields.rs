//! The form of an integration: reading it, laying it out again as it was entered.

use firebell_config::limits::RATE_PER_MINUTE_MAX;
use firebell_domain::form::FormId;
use firebell_domain::integration::{Format, Integration};
use firebell_domain::name::Name;
use firebell_ui::part::{Choice, Faults, Field};
use firebell_ui::{Form, Say, Visit};

use super::format_name;
use crate::edit;

/// What was entered, as it was entered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entered {
    pub(crate) name: String,
    pub(crate) format: String,
    pub(crate) form: String,
    pub(crate) recipients: String,
    pub(crate) rate: String,
}

/// What it means.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) name: Name,
    pub(crate) format: Format,
    pub(crate) rate: Option<u32>,
}

impl Entered {
    /// What a form brings.
    pub(crate) fn of(form: &Form) -> Self {
        Self {
            name: form.text("name").to_owned(),
            format: form.text("format").to_owned(),
            form: form.text("form").to_owned(),
            recipients: form.raw("recipients").to_owned(),
            rate: form.text("rate").to_owned(),
        }
    }

    /// What is there.
    pub(crate) fn from(integration: &Integration) -> Self {
        Self {
            name: integration.name.to_string(),
            format: integration.format.word().to_owned(),
            form: integration.form.to_string(),
            recipients: String::new(),
            rate: integration.rate_per_minute.map(|rate| rate.to_string()).unwrap_or_default(),
        }
    }

    /// Reads what does not depend on other things.
    pub(crate) fn read(&self, t: Say, faults: &mut Faults) -> Option<Wanted> {
        let name = edit::name(faults, t, "name", &self.name);
        let format = Format::from_word(&self.format);
        if format.is_none() {
            faults.add("format", t.get("signals-format-fault"));
        }
        let rate = match self.rate.as_str() {
            "" => Some(None),
            text => match text.parse::<u32>() {
                Ok(rate) if (1..=RATE_PER_MINUTE_MAX).contains(&rate) => Some(Some(rate)),
                Ok(_) | Err(_) => {
                    faults.add("rate", t.n("signals-rate-fault", i64::from(RATE_PER_MINUTE_MAX)));
                    None
                }
            },
        };
        Some(Wanted { name: name?, format: format?, rate: rate? })
    }

    /// The form that is chosen.
    pub(crate) fn form_id(&self) -> Option<FormId> {
        self.form.parse().ok()
    }

    /// The fields.
    pub(crate) fn fields(&self, visit: &Visit, t: Say, faults: &Faults) -> Vec<Field> {
        let formats = Format::ALL
            .map(|one| Choice::new(one.word(), format_name(t, one), one.word() == self.format));
        vec![
            Field::text("name", t.get("signals-name"))
                .value(&self.name)
                .max(100)
                .required()
                .placeholder("prometheus-eu")
                .error(faults.of("name")),
            Field::one("format", t.get("signals-format-question"), formats.to_vec())
                .error(faults.of("format")),
            Field::select("form", t.get("signals-form-question"), self.forms(visit, t))
                .hint(t.get("signals-form-hint"))
                .error(faults.of("form")),
        ]
    }

    /// The field for how much may come.
    pub(crate) fn rate_field(&self, t: Say, faults: &Faults) -> Field {
        Field::number("rate", t.get("signals-rate"))
            .value(&self.rate)
            .hint(t.get("signals-rate-hint"))
            .inputmode("numeric")
            .error(faults.of("rate"))
    }

    /// The field for recipients of a form of its own.
    pub(crate) fn recipients_field(&self, t: Say, faults: &Faults) -> Field {
        Field::area("recipients", t.get("signals-recipients-own"))
            .value(&self.recipients)
            .hint(t.get("signals-recipients-hint"))
            .error(faults.of("recipients"))
    }

    fn forms(&self, visit: &Visit, t: Say) -> Vec<Choice> {
        let mut forms: Vec<_> = visit.directory.forms().collect();
        forms.sort_by_cached_key(|form| form.name.fold());
        let one = |form: &std::sync::Arc<firebell_domain::form::Form>| {
            let id = form.id.to_string();
            let chosen = id == self.form;
            Choice::new(id, form.name.as_str(), chosen)
        };
        let none = Choice::new("", t.get("signals-form-choose"), self.form.is_empty());
        std::iter::once(none).chain(forms.into_iter().map(one)).collect()
    }
}

//! A test event in each format, as its sender would write it.

use firebell_domain::integration::Format;

use crate::edit::json_text;

/// What a test event is to say.
pub(crate) struct Sample<'s> {
    /// Its one line.
    pub(crate) summary: &'s str,
    /// Under which it is known.
    pub(crate) dedup_key: &'s str,
    /// Whom it names; the form's recipients if nobody.
    pub(crate) to: Option<&'s str>,
}

impl Sample<'_> {
    /// The body.
    pub(crate) fn body(&self, format: Format) -> String {
        let (summary, key) = (json_text(self.summary), json_text(self.dedup_key));
        let to = self.to.map(json_text);
        match format {
            Format::Generic => {
                let to = to.map(|to| format!(",\n  \"recipients\": [{to}]")).unwrap_or_default();
                format!(
                    "{{\n  \"summary\": {summary},\n  \"dedupKey\": {key}{to},\n  \"properties\": \
                     {{\"test\": true}}\n}}"
                )
            }
            Format::Alertmanager => {
                let to = to.map(|to| format!(", \"firebell_recipients\": {to}"));
                let to = to.unwrap_or_default();
                format!(
                    "{{\n  \"version\": \"4\", \"status\": \"firing\",\n  \"alerts\": [{{\n    \
                     \"status\": \"firing\", \"fingerprint\": {key},\n    \"labels\": \
                     {{\"alertname\": \"Test\", \"test\": \"true\"}},\n    \"annotations\": \
                     {{\"summary\": {summary}{to}}}\n  }}]\n}}"
                )
            }
            Format::PagerDuty => {
                let to = to.map(|to| format!(", \"firebell_recipients\": {to}"));
                let to = to.unwrap_or_default();
                format!(
                    "{{\n  \"event_action\": \"trigger\", \"dedup_key\": {key},\n  \"payload\": \
                     {{\n    \"summary\": {summary}, \"source\": \"firebell\",\n    \
                     \"custom_details\": {{\"test\": true{to}}}\n  }}\n}}"
                )
            }
            Format::Opsgenie => {
                let to = to.map(|to| format!(",\n  \"responders\": [{{\"name\": {to}}}]"));
                let to = to.unwrap_or_default();
                format!(
                    "{{\n  \"message\": {summary}, \"alias\": {key},\n  \"details\": {{\"test\": \
                     \"true\"}}{to}\n}}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use firebell_base::time::from_micros;
    use firebell_domain::event::EventAction;
    use firebell_domain::recipient::Pointer;
    use firebell_pipeline::payload;

    use super::*;

    #[test]
    fn every_format_reads_its_sample() {
        for format in Format::ALL {
            for to in [None, Some("bo\"<b>\\")] {
                let sample = Sample { summary: "Test \"x\" </script>", dedup_key: "test-1", to };
                let body = sample.body(format);
                let read = payload::parse(format, body.as_bytes(), from_micros(0));
                let drafts = read.unwrap_or_else(|error| panic!("{format:?}: {error}\n{body}"));
                let [draft] = drafts.as_slice() else { panic!("{drafts:?}") };
                assert_eq!(draft.action, EventAction::Trigger);
                assert_eq!(draft.summary, sample.summary);
                assert_eq!(draft.dedup_key.as_deref(), Some("test-1"));
                let named: Vec<Pointer> = to.iter().map(|to| Pointer((*to).to_owned())).collect();
                assert_eq!(draft.recipients, named, "{format:?}");
            }
        }
    }
}

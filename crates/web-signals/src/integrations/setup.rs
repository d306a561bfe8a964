//! What to paste into a sender, with the server's real address. With a key only in the one answer that
//! shows it; elsewhere a word stands for it.

use firebell_domain::integration::Format;
use firebell_ui::Visit;

use crate::words::WORDS;

/// What stands for a key that is not shown any more.
const KEY_WORD: &str = "YOUR-KEY";

/// Something to paste.
#[derive(Debug, Clone)]
pub(crate) struct Snippet {
    /// The id of its element.
    pub(crate) id: &'static str,
    /// For which sender.
    pub(crate) title: String,
    /// Where it goes.
    pub(crate) hint: String,
    /// What to paste.
    pub(crate) text: String,
}

/// The server as senders reach it.
struct Address {
    /// Without a slash at the end.
    url: String,
    /// `http` or `https`.
    scheme: String,
    /// Host and port.
    target: String,
    /// The path below which it is mounted; mostly none.
    prefix: String,
}

impl Address {
    fn of(url: &str) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url.as_str()));
        let (target, prefix) = match rest.split_once('/') {
            Some((target, path)) => (target, format!("/{path}")),
            None => (rest, String::new()),
        };
        Self { scheme: scheme.to_owned(), target: target.to_owned(), prefix, url: url.clone() }
    }
}

/// What to paste for an integration of this format.
pub(crate) fn snippets(visit: &Visit, format: Format, id: &str, key: Option<&str>) -> Vec<Snippet> {
    let t = visit.say(&WORDS);
    let address = Address::of(&visit.ui.public_url);
    let key = key.unwrap_or(KEY_WORD);
    let trigger = format!("{}/api/integration/1/functions/{id}/triggers", address.url);
    let made: Vec<([&'static str; 3], String)> = match format {
        Format::Alertmanager => vec![
            (
                ["prometheus", "signals-setup-prometheus", "signals-setup-prometheus-hint"],
                prometheus(&address, key),
            ),
            (
                ["alertmanager", "signals-setup-alertmanager", "signals-setup-alertmanager-hint"],
                alertmanager(&trigger, key),
            ),
            (
                ["grafana", "signals-setup-grafana", "signals-setup-grafana-hint"],
                grafana(&trigger, key),
            ),
        ],
        Format::PagerDuty => vec![
            (
                [
                    "pagerduty-curl",
                    "signals-setup-pagerduty-curl",
                    "signals-setup-pagerduty-curl-hint",
                ],
                pagerduty_curl(&address, key),
            ),
            (
                [
                    "pagerduty-alertmanager",
                    "signals-setup-pagerduty-alertmanager",
                    "signals-setup-pagerduty-alertmanager-hint",
                ],
                pagerduty_alertmanager(&address, key),
            ),
        ],
        Format::Opsgenie => vec![
            (
                [
                    "opsgenie-curl",
                    "signals-setup-opsgenie-curl",
                    "signals-setup-opsgenie-curl-hint",
                ],
                opsgenie_curl(&address, key),
            ),
            (
                [
                    "opsgenie-alertmanager",
                    "signals-setup-opsgenie-alertmanager",
                    "signals-setup-opsgenie-alertmanager-hint",
                ],
                opsgenie_alertmanager(&address, key),
            ),
        ],
        Format::Generic => vec![
            (["curl", "signals-setup-curl", "signals-setup-curl-hint"], curl(&trigger, key)),
            (
                ["curl-end", "signals-setup-curl-end", "signals-setup-curl-end-hint"],
                curl_end(&trigger, key),
            ),
        ],
    };
    let snippet = |([id, title, hint], text): ([&'static str; 3], String)| Snippet {
        id,
        title: t.get(title),
        hint: t.get(hint),
        text,
    };
    made.into_iter().map(snippet).collect()
}

fn prometheus(address: &Address, key: &str) -> String {
    let Address { scheme, target, prefix, .. } = address;
    let prefix =
        if prefix.is_empty() { String::new() } else { format!("\n      path_prefix: {prefix}") };
    format!(
        "alerting:\n  alertmanagers:\n    - scheme: {scheme}{prefix}\n      basic_auth:\n        \
         username: firebell\n        password: {key}\n      static_configs:\n        - targets: \
         [\"{target}\"]\n"
    )
}

fn alertmanager(trigger: &str, key: &str) -> String {
    format!(
        "receivers:\n  - name: firebell\n    webhook_configs:\n      - url: {trigger}\n        \
         send_resolved: true\n        http_config:\n          authorization:\n            \
         credentials: {key}\n"
    )
}

fn grafana(trigger: &str, key: &str) -> String {
    format!(
        "apiVersion: 1\ncontactPoints:\n  - orgId: 1\n    name: firebell\n    receivers:\n      - uid: \
         firebell\n        type: webhook\n        settings:\n          url: {trigger}\n          \
         httpMethod: POST\n          authorization_scheme: Bearer\n          \
         authorization_credentials: {key}\n"
    )
}

fn pagerduty_curl(address: &Address, key: &str) -> String {
    format!(
        "curl -s {}/v2/enqueue -H 'Content-Type: application/json' -d '{{\n  \"routing_key\": \
         \"{key}\",\n  \"event_action\": \"trigger\",\n  \"dedup_key\": \"pay-slow\",\n  \
         \"payload\": {{\"summary\": \"Payments are slow\", \"source\": \"web-1\", \"severity\": \
         \"critical\"}}}}'\n",
        address.url
    )
}

fn pagerduty_alertmanager(address: &Address, key: &str) -> String {
    format!(
        "receivers:\n  - name: firebell\n    pagerduty_configs:\n      - url: {}/v2/enqueue\n        \
         routing_key: {key}\n        severity: '{{{{ or .CommonLabels.severity \"error\" }}}}'\n",
        address.url
    )
}

fn opsgenie_curl(address: &Address, key: &str) -> String {
    let url = &address.url;
    format!(
        "curl -s {url}/v2/alerts -H 'Authorization: GenieKey {key}' \\\n  -H 'Content-Type: \
         application/json' -d '{{\n  \"message\": \"Payments are slow\", \"alias\": \"pay-slow\", \
         \"priority\": \"P1\"}}'\n\ncurl -s -X POST \
         '{url}/v2/alerts/pay-slow/close?identifierType=alias' \\\n  -H 'Authorization: GenieKey \
         {key}'\n"
    )
}

fn opsgenie_alertmanager(address: &Address, key: &str) -> String {
    format!(
        "receivers:\n  - name: firebell\n    opsgenie_configs:\n      - api_url: {}/\n        api_key: \
         {key}\n        send_resolved: true\n",
        address.url
    )
}

fn curl(trigger: &str, key: &str) -> String {
    format!(
        "curl -s {trigger} \\\n  -H 'Authorization: Bearer {key}' -H 'Content-Type: \
         application/json' -d '{{\n  \"summary\": \"Payments are slow\", \"priority\": \"HIGH\", \
         \"dedupKey\": \"pay-slow\",\n  \"properties\": {{\"p99\": \"2.1 s\"}}}}'\n"
    )
}

fn curl_end(trigger: &str, key: &str) -> String {
    format!(
        "curl -s {trigger} \\\n  -H 'Authorization: Bearer {key}' -H 'Content-Type: \
         application/json' -d '{{\n  \"dedupKey\": \"pay-slow\", \"action\": \"resolve\"}}'\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let plain = Address::of("http://bell.example:8420/");
        assert_eq!((plain.scheme.as_str(), plain.target.as_str()), ("http", "bell.example:8420"));
        assert_eq!((plain.url.as_str(), plain.prefix.as_str()), ("http://bell.example:8420", ""));
        let mounted = Address::of("https://ops.example/bell");
        assert_eq!((mounted.target.as_str(), mounted.prefix.as_str()), ("ops.example", "/bell"));
        let text = prometheus(&mounted, "k");
        assert!(text.contains("scheme: https\n      path_prefix: /bell\n"), "{text}");
    }

    #[test]
    fn every_snippet_holds_address_and_key() {
        let address = Address::of("https://bell.example");
        let trigger = "https://bell.example/api/integration/1/functions/ID/triggers";
        for text in [
            prometheus(&address, "the-key"),
            alertmanager(trigger, "the-key"),
            grafana(trigger, "the-key"),
            pagerduty_curl(&address, "the-key"),
            pagerduty_alertmanager(&address, "the-key"),
            opsgenie_curl(&address, "the-key"),
            opsgenie_alertmanager(&address, "the-key"),
            curl(trigger, "the-key"),
            curl_end(trigger, "the-key"),
        ] {
            assert!(text.contains("the-key") && text.contains("bell.example"), "{text}");
            assert!(text.ends_with('\n') && !text.contains('\t'), "{text}");
        }
    }
}

//! One request to a server, and what its answer means. Answers are bounded; credentials are never
//! part of an error.

use std::sync::Arc;
use std::time::Duration;

use firebell_base::Secret;
use http::{Method, StatusCode};
use reqwest::{Client, Response, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use crate::cli::Connection;
use crate::failure::{Exit, Failure};
use crate::output::clean;

/// Time to connect.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Time for a whole request.
const REQUEST_MAX: Duration = Duration::from_secs(40);
/// The largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Pages of one list that are read.
const PAGES_MAX: usize = 1_000;
/// Entries of a page.
const PAGE: &str = "1000";

/// A server, and as whom it is asked.
#[derive(Clone)]
pub(crate) struct Http {
    client: Client,
    base: Url,
    credentials: Option<(String, Secret)>,
    bearer: Option<Secret>,
    instance: Option<String>,
}

/// Names and values of a query.
pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

impl Http {
    /// The server the command line names.
    pub(crate) fn connect(connection: &Connection) -> Result<Self, Failure> {
        let mut http = Self::to(&connection.url)?;
        http.credentials = credentials(connection)?;
        http.instance.clone_from(&connection.instance);
        Ok(http)
    }

    /// A server, as nobody.
    pub(crate) fn to(url: &str) -> Result<Self, Failure> {
        let base = base(url, "--url or FIREBELL_URL")?;
        let client = client().map_err(|error| {
            Failure::new(Exit::Refused, format!("The HTTP client cannot be set up: {error}."))
        })?;
        Ok(Self { client, base, credentials: None, bearer: None, instance: None })
    }

    /// The same server, with an API key as `user:secret`.
    pub(crate) fn with_key(mut self, key: &Secret) -> Result<Self, Failure> {
        self.credentials = Some(split_key(key)?);
        Ok(self)
    }

    /// The same server, with a token as nodes present it.
    pub(crate) fn with_bearer(mut self, token: Secret) -> Self {
        self.bearer = Some(token);
        self
    }

    /// Whether there are credentials to send.
    pub(crate) const fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }

    /// Asks for something.
    pub(crate) async fn get(&self, path: &[&str], query: Pairs<'_>) -> Result<Value, Failure> {
        self.ask(Method::GET, path, query, None).await
    }

    /// Every entry of a list, over all its pages.
    pub(crate) async fn all(&self, path: &[&str], query: Pairs<'_>) -> Result<Vec<Value>, Failure> {
        let mut entries = Vec::new();
        for _ in 0..PAGES_MAX {
            let offset = entries.len().to_string();
            let mut paged = query.to_vec();
            paged.extend([("offset", offset.as_str()), ("limit", PAGE)]);
            let mut answer = self.get(path, &paged).await?;
            let total = super::number(&answer, "total");
            let Some(Value::Array(page)) = answer.get_mut("data").map(Value::take) else { break };
            let ended = page.is_empty();
            entries.extend(page);
            if ended || i64::try_from(entries.len()).unwrap_or(i64::MAX) >= total {
                break;
            }
        }
        Ok(entries)
    }

    /// Asks with an object; nothing is changed by it.
    pub(crate) async fn question(&self, path: &[&str], body: String) -> Result<Value, Failure> {
        self.ask(Method::POST, path, &[], Some(body)).await.map_err(Failure::without_effect)
    }

    /// Sends an object.
    pub(crate) async fn post(
        &self,
        path: &[&str],
        query: Pairs<'_>,
        body: String,
    ) -> Result<Value, Failure> {
        self.ask(Method::POST, path, query, Some(body)).await
    }

    /// Asks for a page, as a browser would: its status and its text.
    pub(crate) async fn page(&self, method: Method, url: &str) -> Result<(u16, String), Failure> {
        let acts = method != Method::GET;
        let request = self.client.request(method, url).header("accept", "text/html");
        let answer = request.send().await.map_err(|error| self.unreachable(&error, acts))?;
        let status = answer.status().as_u16();
        let text = String::from_utf8_lossy(&self.read(answer, acts).await?).into_owned();
        Ok((status, text))
    }

    async fn ask(
        &self,
        method: Method,
        path: &[&str],
        query: Pairs<'_>,
        body: Option<String>,
    ) -> Result<Value, Failure> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let acts = method != Method::GET;
        let mut request = self.client.request(method, url);
        if let Some((user, secret)) = &self.credentials {
            request = request.basic_auth(user, Some(secret.expose()));
        }
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token.expose());
        }
        if let Some(instance) = &self.instance {
            request = request.header("x-firebell-instance", instance);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let answer = request.send().await.map_err(|error| self.unreachable(&error, acts))?;
        let status = answer.status();
        let bytes = self.read(answer, acts).await?;
        let value: Option<Value> = serde_json::from_slice(&bytes).ok();
        if status.is_success() {
            return value.ok_or_else(|| self.no_firebell("it answered something that is not JSON"));
        }
        Err(refusal(status, value.as_ref().unwrap_or(&Value::Null), acts))
    }

    async fn read(&self, mut answer: Response, acts: bool) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| self.unreachable(&e, acts))? {
            if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(self.no_firebell("its answer is too large"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn place(&self) -> String {
        let port = self.base.port().map_or_else(String::new, |port| format!(":{port}"));
        format!("{}://{}{port}", self.base.scheme(), self.base.host_str().unwrap_or_default())
    }

    fn unreachable(&self, error: &reqwest::Error, acts: bool) -> Failure {
        let why = if error.is_timeout() { "it did not answer in time" } else { deepest(error) };
        let what = format!("The server at {} cannot be reached: {why}.", self.place());
        let effect = if acts && !error.is_connect() {
            "It is not known whether the request was carried out; it is safe to send it again."
        } else {
            "Nothing was sent."
        };
        Failure::new(Exit::Unreachable, what)
            .effect(effect)
            .remedy("firebell serve runs one; --url or FIREBELL_URL names another")
    }

    fn no_firebell(&self, why: &str) -> Failure {
        let what = format!("{} does not seem to be a Firebell server: {why}.", self.place());
        Failure::new(Exit::Unreachable, what).remedy("check --url or FIREBELL_URL")
    }
}

/// What kind of trouble it is, without the URL, which may hold a key.
fn deepest(error: &reqwest::Error) -> &'static str {
    if error.is_connect() {
        "nobody listens there, or its certificate is not trusted"
    } else {
        "the connection broke"
    }
}

/// The place of a server; `given` says how it was named.
pub(crate) fn base(url: &str, given: &str) -> Result<Url, Failure> {
    let base = Url::parse(url).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    let base = base.filter(|url| url.has_host() && url.username().is_empty());
    base.ok_or_else(|| {
        let what = "The server's URL must look like https://firebell.example.org.";
        Failure::new(Exit::Usage, what).remedy(format!("check {given}"))
    })
}

/// A client that trusts the usual authorities and follows no redirects.
pub(crate) fn client() -> Result<Client, String> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_MAX)
        .timeout(REQUEST_MAX)
        .user_agent(concat!("firebell/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())
}

fn credentials(connection: &Connection) -> Result<Option<(String, Secret)>, Failure> {
    if let Some(key) = &connection.key {
        return split_key(key).map(Some);
    }
    let Some((user, file)) = &connection.login else { return Ok(None) };
    let password = crate::admin::read_password(file)?;
    Ok(Some((user.clone(), password)))
}

fn split_key(key: &Secret) -> Result<(String, Secret), Failure> {
    let parts = key.expose().split_once(':').filter(|(user, secret)| {
        user.starts_with(firebell_access::keys::API_KEY_USER_PREFIX) && !secret.is_empty()
    });
    let (user, secret) = parts.ok_or_else(|| {
        Failure::new(Exit::Usage, "The API key must look like x-api-key-<id>:<secret>.")
            .remedy("firebell user key NAME makes a new one")
    })?;
    Ok((user.to_owned(), Secret::new(secret)))
}

/// What a refusal means.
fn refusal(status: StatusCode, body: &Value, acts: bool) -> Failure {
    let exit = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Exit::Denied,
        StatusCode::NOT_FOUND => Exit::NotFound,
        _ => Exit::Refused,
    };
    let message = super::text(body, "message");
    let what =
        if message.is_empty() { format!("The server answered {status}.") } else { clean(message) };
    let faults = super::list(body, "faults").iter().map(|fault| {
        let (field, message) = (super::text(fault, "field"), super::text(fault, "message"));
        clean(&format!("{field}: {message}"))
    });
    let details: Vec<String> = faults.collect();
    // A single fault is the message already.
    let details = if details.len() > 1 { details } else { Vec::new() };
    let mut failure = Failure::new(exit, what).details(details);
    if acts {
        failure = failure.effect("Nothing was changed.");
    }
    match status {
        StatusCode::UNAUTHORIZED => {
            failure.remedy("give --key (FIREBELL_KEY), or --user and --password-file")
        }
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            failure.remedy("send it again in a moment")
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn refusals_have_their_exit_codes() {
        for (status, code) in [(400, 1), (401, 7), (403, 7), (404, 6), (409, 1), (500, 1), (503, 1)]
        {
            let status = StatusCode::from_u16(status).unwrap();
            let failure = refusal(status, &json!({"message": "No."}), true);
            assert_eq!(failure.exit().code(), code, "{status}");
            assert_eq!(failure.lines()[0], "No.");
        }
        let unreadable = refusal(StatusCode::BAD_GATEWAY, &Value::Null, false);
        assert_eq!(unreadable.lines(), ["The server answered 502 Bad Gateway."]);
    }

    #[test]
    fn urls_and_keys_are_checked() {
        for bad in ["", "firebell.example.org", "ftp://x", "http://user:pw@host", "http://"] {
            assert_eq!(Http::to(bad).err().unwrap().exit(), Exit::Usage, "{bad}");
        }
        let http = Http::to("http://[::1]:8420/t/acme/").unwrap();
        assert_eq!(http.place(), "http://[::1]:8420");
        for bad in ["", "x-api-key-1", "x-api-key-1:", "jdoe:secret"] {
            let failure = http.clone().with_key(&Secret::new(bad)).err().unwrap();
            assert!(!failure.lines().join(" ").contains("secret>.secret"), "{bad}");
            assert_eq!(failure.exit(), Exit::Usage, "{bad}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_unreachable() {
        // A port that was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let http = Http::to(&format!("http://127.0.0.1:{port}")).unwrap();
        let failure = http.get(&["livez"], &[("apiKey", "hunter2")]).await.unwrap_err();
        assert_eq!(failure.exit(), Exit::Unreachable);
        let text = failure.lines().join("\n");
        assert!(text.contains(&port.to_string()) && !text.contains("hunter2"), "{text}");
    }
}

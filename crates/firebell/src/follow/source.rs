//! A server as the source of configuration, asked over HTTP with the token of nodes.
//!
//! Every answer is bounded and is a frame that says whether it is whole. What goes wrong on the way
//! is told as it is; none of it says anything about the configuration.

use firebell_base::Secret;
use firebell_config::feed::{Deltas, Head, SnapshotPage, Source, SourceError};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_replica::wire;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};

use crate::client::http::{base, client};
use crate::failure::{Exit, Failure};

/// Where a server tells its configuration.
const FEED: [&str; 4] = ["api", "firebell", "1", "feed"];
/// How long the server may hold a question for deltas, in seconds: the head, which renews the lease
/// of 3 s, is asked for in between.
const WAIT_SECONDS: &str = "1";
/// The longest refusal that is read, in bytes.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;

/// A server that is followed.
#[derive(Clone)]
pub(crate) struct HttpSource {
    client: Client,
    base: Url,
    token: Secret,
}

impl HttpSource {
    /// The server at a URL.
    pub(crate) fn new(url: &str, token: Secret) -> Result<Self, Failure> {
        let base = base(url, "--source")?;
        let client = client().map_err(|error| {
            Failure::new(Exit::Refused, format!("The HTTP client cannot be set up: {error}."))
        })?;
        Ok(Self { client, base, token })
    }

    fn url(&self, part: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(FEED).push(part);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    async fn ask(&self, part: &str, query: &[(&str, String)]) -> Result<Vec<u8>, SourceError> {
        let max = wire::PAYLOAD_BYTES_MAX + wire::FRAME_BYTES;
        self.send(self.client.get(self.url(part, query)), max).await
    }

    /// Tells the server something; its answer does not matter.
    pub(super) async fn tell(&self, part: &str, body: String) -> Result<(), SourceError> {
        let request = self.client.post(self.url(part, &[]));
        let request = request.header("content-type", "application/json").body(body);
        self.send(request, REFUSAL_BYTES_MAX).await.map(drop)
    }

    async fn send(&self, request: RequestBuilder, max: usize) -> Result<Vec<u8>, SourceError> {
        let answer =
            request.bearer_auth(self.token.expose()).send().await.map_err(|e| failed(&e))?;
        let status = answer.status();
        if status.is_success() {
            return read(answer, max).await;
        }
        let body = read(answer, REFUSAL_BYTES_MAX).await.unwrap_or_default();
        Err(refused(status, &body))
    }
}

async fn read(mut answer: Response, max: usize) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
        if bytes.len() + chunk.len() > max {
            return Err(SourceError::Unreadable("its answer is too large".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Without the URL: it may be anything the operator typed.
fn failed(error: &reqwest::Error) -> SourceError {
    if error.is_timeout() {
        SourceError::TimedOut
    } else if error.is_connect() {
        SourceError::Failed("it cannot be reached".to_owned())
    } else {
        SourceError::Failed("the connection broke".to_owned())
    }
}

fn refused(status: StatusCode, body: &[u8]) -> SourceError {
    let said = serde_json::from_slice::<serde_json::Value>(body).ok();
    let said = said.as_ref().map(|body| crate::client::text(body, "message").to_owned());
    let said = said.filter(|text| !text.is_empty()).unwrap_or_else(|| status.to_string());
    let said = crate::output::clean(&firebell_domain::name::cut(&said, 300));
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
            SourceError::Refused(said)
        }
        _ => SourceError::Failed(said),
    }
}

impl Source for HttpSource {
    async fn head(&self) -> Result<Head, SourceError> {
        Ok(wire::decode_head(&self.ask("head", &[]).await?)?)
    }

    async fn snapshot(&self, from: InstanceNo) -> Result<SnapshotPage, SourceError> {
        let bytes = self.ask("snapshot", &[("from", from.0.to_string())]).await?;
        Ok(wire::decode_page(&bytes)?)
    }

    async fn deltas(&self, after: Revision) -> Result<Deltas, SourceError> {
        let query = [("after", after.to_string()), ("wait", WAIT_SECONDS.to_owned())];
        Ok(wire::decode_deltas(&self.ask("deltas", &query).await?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_in_the_servers_words() {
        let body = br#"{"code": 401, "message": "The token is wrong.\u001b[2J"}"#;
        let refused_by = refused(StatusCode::UNAUTHORIZED, body);
        assert_eq!(refused_by, SourceError::Refused("The token is wrong. [2J".to_owned()));
        let busy = refused(StatusCode::SERVICE_UNAVAILABLE, b"<html>");
        assert_eq!(busy, SourceError::Failed("503 Service Unavailable".to_owned()));
    }

    #[test]
    fn questions_go_below_the_url() {
        let source = HttpSource::new("https://f.example/fire/", Secret::new("t")).unwrap();
        let url = source.url("deltas", &[("after", "1.2".to_owned())]);
        assert_eq!(url.as_str(), "https://f.example/fire/api/firebell/1/feed/deltas?after=1.2");
        assert!(HttpSource::new("nowhere", Secret::new("t")).is_err());
    }
}

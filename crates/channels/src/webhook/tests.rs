//! The webhook channel against scripted servers on the loopback address.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Mutex,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::{Secret, channel::sample};

const KEY: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// What the scripted server does after its answer.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Close,
    Hang,
    Flood,
}

type Requests = Arc<Mutex<Vec<String>>>;

/// Answers each connection with the next script line, the last one for ever.
async fn server(answers: Vec<String>, then: Then) -> (u16, Requests) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Requests::default();
    let log = Arc::clone(&requests);
    #[expect(clippy::disallowed_methods, reason = "the runtime of the test ends the task")]
    tokio::spawn(async move {
        let mut held = Vec::new();
        for turn in 0.. {
            let Ok((mut stream, _)) = listener.accept().await else {
                return;
            };
            let request = read_request(&mut stream).await;
            log.lock().unwrap().push(request);
            let answer = &answers[turn.min(answers.len() - 1)];
            let _gone = stream.write_all(answer.as_bytes()).await;
            if then == Then::Flood {
                let filler = vec![b'x'; 1 << 16];
                while stream.write_all(&filler).await.is_ok() {}
            }
            if then == Then::Hang {
                held.push(stream);
            }
        }
    });
    (port, requests)
}

/// Reads the head and as many bytes as Content-Length says.
async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|l| l.strip_prefix("content-length: "))
                .map_or(0, |l| l.trim().parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let n = stream.read(&mut buffer).await.unwrap_or(0);
        // Anything but a POST, such as a TLS greeting, is answered at once.
        if n == 0 || bytes.first().unwrap_or(&buffer[0]) != &b'P' {
            return text;
        }
        bytes.extend(&buffer[..n]);
    }
}

fn status(line: &str) -> Vec<String> {
    vec![format!("HTTP/1.1 {line}\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody")]
}

fn moved(code: u16, to: &str) -> String {
    format!("HTTP/1.1 {code} x\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn open() -> Config {
    Config { allow_networks: vec!["127.0.0.1".to_owned()], ..Config::default() }
}

fn to(url: impl Into<String>) -> Message {
    sample(Address::Url { url: url.into(), secret: None })
}

fn at(port: u16, path: &str) -> Message {
    to(format!("http://127.0.0.1:{port}{path}"))
}

fn permanent(result: Result<Receipt, SendError>) -> String {
    match result {
        Err(SendError::Permanent { reason }) => reason,
        other => panic!("expected a permanent failure, got {other:?}"),
    }
}

fn temporary(result: Result<Receipt, SendError>) -> (String, Option<Duration>) {
    match result {
        Err(SendError::Temporary { reason, retry_after }) => (reason, retry_after),
        other => panic!("expected a temporary failure, got {other:?}"),
    }
}

/// A resolver that knows one name.
fn names(address: [u8; 4]) -> Lookup {
    Arc::new(move |host| {
        Box::pin(async move {
            match host.as_str() {
                "hooks.test" => Ok(vec![IpAddr::V4(Ipv4Addr::from(address))]),
                "mixed.test" => Ok(vec![
                    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
                    IpAddr::V4(Ipv4Addr::from(address)),
                ]),
                _ => Err(std::io::Error::other("no such name")),
            }
        })
    })
}

#[tokio::test]
async fn the_call_is_signed_and_the_receipt_says_so() {
    let answer = "HTTP/1.1 202 Accepted\r\nx-request-id: r-7\r\ncontent-length: 2\r\n\r\nok";
    let (port, requests) = server(vec![answer.to_owned()], Then::Close).await;
    let url = format!("http://127.0.0.1:{port}/hook?t=tok");
    let mut message = sample(Address::Url { url, secret: Some(Secret::new(KEY)) });
    message.json = Some(serde_json::json!({"alert": 42}));
    let receipt = Webhook::new(open()).unwrap().send(&message).await.unwrap();
    assert_eq!(receipt.provider, "webhook");
    assert_eq!(receipt.provider_id.as_deref(), Some("r-7"));
    assert_eq!(receipt.detail, format!("http://127.0.0.1:{port} answered 202"));

    let request = requests.lock().unwrap().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?t=tok HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, r#"{"alert":42}"#);
    let header = |name: &str| {
        let line = head.lines().find(|l| l.starts_with(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}")).split_once(": ").unwrap().1
    };
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("idempotency-key"), "n-42-1");
    assert_eq!(header("webhook-id"), "n-42-1");
    assert_eq!(header("webhook-timestamp"), "1767225600");
    assert!(header("user-agent").starts_with("Firebell/"));
    // Made with: openssl dgst -sha256 -mac HMAC over `n-42-1.1767225600.{"alert":42}`.
    assert_eq!(header("webhook-signature"), "v1,omdBfXVHD/AoIFlzez+QjSizqSsYqFyRAtJnyRqH5eU=");
}

#[tokio::test]
async fn a_message_without_json_still_has_a_body() {
    let (port, requests) = server(status("200 OK"), Then::Close).await;
    Webhook::new(open()).unwrap().send(&at(port, "/")).await.unwrap();
    let request = requests.lock().unwrap().remove(0);
    let body: serde_json::Value =
        serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["subject"], "Disk full on db-1");
    assert!(!request.contains("webhook-signature"));
}

#[tokio::test]
async fn the_status_decides() {
    let webhook = Webhook::new(open()).unwrap();
    for code in ["408", "425", "429", "500", "503", "599"] {
        let (port, _) = server(status(&format!("{code} x")), Then::Close).await;
        let (reason, wish) = temporary(webhook.send(&at(port, "/")).await);
        assert!(reason.ends_with(&format!("answered {code}")), "{reason}");
        assert_eq!(wish, None);
    }
    for code in ["303", "304", "400", "401", "404", "410"] {
        let (port, _) = server(status(&format!("{code} x")), Then::Close).await;
        let reason = permanent(webhook.send(&at(port, "/s3cret")).await);
        assert!(reason.ends_with(&format!("answered {code}")), "an inner answer: {reason}");
        assert!(!reason.contains("s3cret"), "{reason}");
    }
    let (port, _) = server(status("429 x\r\nretry-after: 7"), Then::Close).await;
    let (_, wish) = temporary(webhook.send(&at(port, "/")).await);
    assert_eq!(wish, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn only_a_public_receiver_is_quoted() {
    let from = |text: &str| may_be_quoted(Some(text.parse().unwrap()));
    assert!(from("8.8.8.8:443") && from("[2a00::1]:443"));
    for inner in ["10.0.0.1:80", "[::1]:80", "[::ffff:10.1.2.3]:80", "169.254.169.254:80"] {
        assert!(!from(inner), "{inner}");
    }
    assert!(!may_be_quoted(None), "unknown is not public");

    let (port, _) = server(status("500 x"), Then::Close).await;
    let url = format!("http://127.0.0.1:{port}/");
    let mut response = Webhook::new(open()).unwrap().client.post(url).send().await.unwrap();
    let said = answer::excerpt(&mut response, Duration::from_secs(30)).await;
    assert_eq!(said, "body");
    let now = sample(Address::Phone(String::new())).sent_at;
    let (reason, _) = temporary(answer::judge("https://hooks.test", &response, &said, now));
    assert_eq!(reason, "https://hooks.test answered 500: body");
}

#[tokio::test]
async fn inner_targets_are_refused_before_any_connection() {
    let (port, requests) = server(status("200 OK"), Then::Close).await;
    let webhook = Webhook::with_lookup(Config::default(), names([127, 0, 0, 1])).unwrap();
    for host in [
        "127.0.0.1",
        "[::ffff:127.0.0.1]",
        "127.1",
        "0x7f000001",
        "2130706433",
        "[::1]",
        "0.0.0.0",
        "hooks.test",
        "HOOKS.test",
    ] {
        let reason = permanent(webhook.send(&to(format!("http://{host}:{port}/"))).await);
        assert!(reason.contains("private or reserved"), "{host}: {reason}");
        assert!(reason.contains("webhook.allow_hosts"), "{host}: {reason}");
    }
    assert!(requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn permitted_inner_targets_are_reached() {
    let (port, requests) = server(status("200 OK"), Then::Close).await;
    let listed = Config { allow_hosts: vec!["Hooks.TEST".to_owned()], ..Config::default() };
    let private = Config { allow_private: true, ..Config::default() };
    for config in [listed, private] {
        let webhook = Webhook::with_lookup(config, names([127, 0, 0, 1])).unwrap();
        webhook.send(&to(format!("http://hooks.test:{port}/"))).await.unwrap();
    }
    assert_eq!(requests.lock().unwrap().len(), 2);
    // A name with one inner and one permitted address reaches only the permitted one.
    let webhook = Webhook::with_lookup(open(), names([127, 0, 0, 1])).unwrap();
    webhook.send(&to(format!("http://mixed.test:{port}/"))).await.unwrap();
    // An unknown name may be a passing fault of DNS.
    let (reason, _) = temporary(webhook.send(&to("http://gone.test/")).await);
    assert!(reason.contains("no such name"), "{reason}");
}

#[tokio::test]
async fn redirects_are_followed_by_hand_and_checked() {
    let (end, seen) = server(status("200 OK"), Then::Close).await;
    let webhook = Webhook::with_lookup(open(), names([127, 0, 0, 1])).unwrap();
    for code in [301, 302, 307, 308] {
        let hop = moved(code, &format!("http://127.0.0.1:{end}/end"));
        let (port, _) = server(vec![hop], Then::Close).await;
        webhook.send(&at(port, "/")).await.unwrap();
    }
    assert_eq!(seen.lock().unwrap().len(), 4);
    assert!(seen.lock().unwrap().iter().all(|r| r.starts_with("POST /end") && r.ends_with('}')));

    for (target, expect) in [
        ("http://10.0.0.1/", "private or reserved"),
        ("http://[::1]/", "private or reserved"),
        ("http://169.254.169.254/latest/meta-data", "private or reserved"),
        ("file:///etc/passwd", "https or http"),
        ("ftp://127.0.0.1/", "https or http"),
        ("", "redirects more than 3 times"),
        ("http://", "without a usable target"),
    ] {
        let (port, _) = server(vec![moved(302, target)], Then::Close).await;
        let reason = permanent(webhook.send(&at(port, "/")).await);
        assert!(reason.contains(expect), "{target}: {reason}");
    }
    let strict = Config { allow_networks: vec!["127.0.0.1".to_owned()], ..Config::default() };
    let inner = Webhook::with_lookup(strict, names([10, 0, 0, 1])).unwrap();
    let (port, _) = server(vec![moved(307, "http://hooks.test/")], Then::Close).await;
    assert!(permanent(inner.send(&at(port, "/")).await).contains("private or reserved"));
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let (port, requests) = server(vec![moved(307, "/again")], Then::Close).await;
    let reason = permanent(Webhook::new(open()).unwrap().send(&at(port, "/")).await);
    assert!(reason.contains("more than 3 times"), "{reason}");
    assert_eq!(requests.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn slow_and_endless_answers_are_bounded() {
    let quick = Config { timeout_ms: 150, body_timeout_ms: 100, ..open() };
    let webhook = Webhook::new(quick).unwrap();
    // No answer at all.
    let (port, _) = server(vec![String::new()], Then::Hang).await;
    let (reason, _) = temporary(webhook.send(&at(port, "/")).await);
    assert!(reason.contains("within 150 ms"), "{reason}");
    // The head came: the status counts, whatever becomes of the body.
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\npart";
    let (port, _) = server(vec![head.to_owned()], Then::Hang).await;
    let receipt = webhook.send(&at(port, "/")).await.unwrap();
    assert!(receipt.detail.ends_with("answered 200"), "{receipt:?}");
    // A flood is cut long before it ends.
    let patient = Webhook::new(Config { body_timeout_ms: 60_000, ..open() }).unwrap();
    let (port, _) = server(vec!["HTTP/1.1 200 OK\r\n\r\n".to_owned()], Then::Flood).await;
    let receipt = patient.send(&at(port, "/")).await.unwrap();
    assert!(receipt.detail.chars().count() <= text::SENTENCE_CHARS_MAX);
}

#[tokio::test]
async fn failed_connections_are_temporary_and_show_no_secrets() {
    let gone = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let webhook = Webhook::new(open()).unwrap();
    let url = format!("http://user:hunter2@127.0.0.1:{port}/tok3n?key=s3cret");
    let (reason, _) = temporary(webhook.send(&to(url)).await);
    assert!(reason.starts_with(&format!("http://127.0.0.1:{port} could not be")), "{reason}");
    // The far side speaks no TLS.
    let (port, _) = server(status("400 x"), Then::Close).await;
    let (tls, _) = temporary(webhook.send(&to(format!("https://127.0.0.1:{port}/tok3n"))).await);
    for secret in ["hunter2", "tok3n", "s3cret", "user"] {
        assert!(!reason.contains(secret) && !tls.contains(secret), "{reason} {tls}");
    }
}

#[tokio::test]
async fn https_trusts_only_known_roots_and_matching_names() {
    let answer = "HTTP/1.1 204 No Content\r\n\r\n";
    let serve =
        || crate::tls_server::serve("", move |line| if line.is_empty() { answer } else { "" });
    let roots = Some(crate::tls_server::ROOT.to_owned());
    let trusting = Config { extra_roots_pem: roots, ..open() };
    let webhook = Webhook::with_lookup(trusting, names([127, 0, 0, 1])).unwrap();
    webhook.send(&to(format!("https://hooks.test:{}/", serve()))).await.unwrap();
    let (reason, _) =
        temporary(webhook.send(&to(format!("https://mixed.test:{}/", serve()))).await);
    assert!(reason.contains("certificate"), "{reason}");

    let wary = Webhook::with_lookup(open(), names([127, 0, 0, 1])).unwrap();
    let (reason, _) = temporary(wary.send(&to(format!("https://hooks.test:{}/", serve()))).await);
    assert!(reason.contains("certificate"), "{reason}");
}

#[tokio::test]
async fn a_redirect_may_not_drop_the_protection() {
    let answer = "HTTP/1.1 307 x\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n";
    let port = crate::tls_server::serve("", move |line| if line.is_empty() { answer } else { "" });
    let roots = Some(crate::tls_server::ROOT.to_owned());
    let webhook = Webhook::new(Config { extra_roots_pem: roots, ..open() }).unwrap();
    let reason = permanent(webhook.send(&to(format!("https://127.0.0.1:{port}/"))).await);
    assert!(reason.contains("unprotected"), "{reason}");
}

#[tokio::test]
async fn wrong_input_is_permanent_and_names_the_remedy() {
    let webhook = Webhook::new(open()).unwrap();
    for (url, expect) in [
        ("", "not a valid URL"),
        ("not a url", "not a valid URL"),
        ("mailto:a@b.org", "not a valid URL"),
        ("gopher://127.0.0.1/", "https or http"),
    ] {
        assert!(permanent(webhook.send(&to(url)).await).contains(expect), "{url}");
    }
    let long = to(format!("http://127.0.0.1/{}", "x".repeat(5000)));
    assert!(permanent(webhook.send(&long).await).contains("4096"));
    let mut heavy = to("http://127.0.0.1/");
    heavy.json = Some(serde_json::Value::String("x".repeat(BODY_BYTES_MAX)));
    assert!(permanent(webhook.send(&heavy).await).contains("256 KiB"));
    let url = "http://127.0.0.1/".to_owned();
    let unsigned = sample(Address::Url { url, secret: Some(Secret::new("pass-w0rd")) });
    let reason = permanent(webhook.send(&unsigned).await);
    assert!(reason.contains("whsec_") && !reason.contains("pass-w0rd"), "{reason}");
}

#[test]
fn all_faults_are_reported_together() {
    let wrong = Config {
        allow_hosts: vec!["http://x".to_owned()],
        allow_networks: vec!["10.0.0.0/99".to_owned()],
        connect_timeout_ms: 0,
        timeout_ms: TIMEOUT_MS_MAX + 1,
        redirects: 11,
        user_agent: "a\r\nb".to_owned(),
        extra_roots_pem: Some("none".to_owned()),
        ..Config::default()
    };
    let faults = wrong.validate().unwrap_err().join("\n");
    for field in [
        "allow_hosts",
        "allow_networks",
        "connect_timeout_ms",
        "timeout_ms",
        "redirects",
        "user_agent",
        "extra_roots_pem",
    ] {
        assert!(faults.contains(&format!("webhook.{field}:")), "{field} missing in {faults}");
    }
    assert_eq!(Config::default().validate(), Ok(()));
}

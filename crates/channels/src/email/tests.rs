//! The e-mail channel against a scripted mail server on the loopback address.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::channel::sample;

/// What the scripted server answers instead of success.
#[derive(Clone, Copy, Default)]
struct Script {
    /// Answer to the connection; empty means silence.
    greeting: Option<&'static str>,
    /// Answer to RCPT.
    rcpt: Option<&'static str>,
    /// Answer to the finished mail; empty means silence.
    data: Option<&'static str>,
    /// Answer to AUTH.
    auth: Option<&'static str>,
}

#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    connections: usize,
}

/// Serves connections until the test ends; returns the port and what was said.
async fn server(script: Script) -> (u16, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let log = Arc::clone(&seen);
    #[expect(clippy::disallowed_methods, reason = "the runtime of the test ends the task")]
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            log.lock().unwrap().connections += 1;
            if let Some(stream) = converse(stream, script, &log).await {
                held.push(stream);
            }
        }
    });
    (port, seen)
}

/// One connection at a time; a silent one is handed back to be held open.
async fn converse(stream: TcpStream, script: Script, log: &Mutex<Seen>) -> Option<TcpStream> {
    let mut stream = BufReader::new(stream);
    let mut in_data = false;
    let mut line = String::new();
    let mut reply = script.greeting.unwrap_or("220 test\r\n");
    loop {
        if reply.is_empty() {
            return Some(stream.into_inner());
        }
        if stream.get_mut().write_all(reply.as_bytes()).await.is_err() {
            return None;
        }
        loop {
            line.clear();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return None;
            }
            log.lock().unwrap().lines.push(line.trim_end().to_owned());
            if !in_data || line == ".\r\n" {
                break;
            }
        }
        reply = match line.get(..4).unwrap_or_default() {
            _ if in_data => {
                in_data = false;
                script.data.unwrap_or("250 queued as Q1\r\n")
            }
            "EHLO" => "250-test\r\n250 AUTH PLAIN\r\n",
            "AUTH" => script.auth.unwrap_or("235 ok\r\n"),
            "RCPT" => script.rcpt.unwrap_or("250 ok\r\n"),
            "DATA" => {
                in_data = true;
                "354 go on\r\n"
            }
            _ => "250 ok\r\n",
        };
    }
}

fn config(port: u16) -> Config {
    Config {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        from: "Firebell <alerts@firebell.example>".to_owned(),
        timeout_ms: 5_000,
        ..Config::default()
    }
}

fn message() -> Message {
    let mut message = sample(Address::Email("ana@example.org".to_owned()));
    message.html = Some("<p>Disk full</p>".to_owned());
    message.thread = Some("alert-42".to_owned());
    message
}

fn permanent(result: Result<Receipt, SendError>) -> String {
    match result {
        Err(SendError::Permanent { reason }) => reason,
        other => panic!("expected a permanent failure, got {other:?}"),
    }
}

fn temporary(result: Result<Receipt, SendError>) -> String {
    match result {
        Err(SendError::Temporary { reason, .. }) => reason,
        other => panic!("expected a temporary failure, got {other:?}"),
    }
}

#[tokio::test]
async fn mail_is_accepted_and_the_connection_reused() {
    let (port, seen) = server(Script::default()).await;
    let email = Email::new(config(port)).unwrap();
    let receipt = email.send(&message()).await.unwrap();
    assert_eq!(receipt.provider, "email");
    assert_eq!(receipt.provider_id.as_deref(), Some("<n-42-1@firebell.example>"));
    assert!(receipt.detail.contains("250 queued as Q1"), "{receipt:?}");
    email.send(&message()).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.connections, 1);
    let said = seen.lines.join("\n");
    for header in [
        "Message-ID: <n-42-1@firebell.example>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "In-Reply-To: <alert-42@firebell.example>",
        "References: <alert-42@firebell.example>",
        "X-Firebell-Alert: acme/42",
        "Content-Language: en",
        "Date: Thu, 01 Jan 2026 00:00:00 +0000",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "Subject: Disk full on db-1",
    ] {
        assert!(said.contains(header), "{header} missing in\n{said}");
    }
    assert!(!said.contains("List-Unsubscribe"), "an alert is not a mailing list");
}

#[tokio::test]
async fn server_replies_decide_between_retry_and_failure() {
    let later = Script { rcpt: Some("451 4.2.0 greylisted, later\r\n"), ..Script::default() };
    let (port, _) = server(later).await;
    let reason = temporary(Email::new(config(port)).unwrap().send(&message()).await);
    assert!(reason.contains("451 4.2.0 greylisted, later"), "{reason}");

    let never = Script { rcpt: Some("550 5.1.1 no such user\r\n"), ..Script::default() };
    let (port, _) = server(never).await;
    let reason = permanent(Email::new(config(port)).unwrap().send(&message()).await);
    assert!(reason.contains("550 5.1.1 no such user"), "{reason}");
    assert!(reason.contains("127.0.0.1"), "{reason}");
}

#[tokio::test]
async fn a_long_refusal_is_cut() {
    let long: &'static str = Box::leak(format!("552 {}\r\n", "x".repeat(900)).into_boxed_str());
    let (port, _) = server(Script { data: Some(long), ..Script::default() }).await;
    let reason = permanent(Email::new(config(port)).unwrap().send(&message()).await);
    assert_eq!(reason.chars().count(), text::SENTENCE_CHARS_MAX);
}

#[tokio::test]
async fn a_hanging_server_costs_only_the_time_limit() {
    for script in [
        Script { greeting: Some(""), ..Script::default() },
        Script { data: Some(""), ..Script::default() },
    ] {
        let (port, seen) = server(script).await;
        let email = Email::new(Config { timeout_ms: 150, ..config(port) }).unwrap();
        let reason = temporary(email.send(&message()).await);
        assert!(reason.contains("did not answer within 150 ms"), "{reason}");
        // The abandoned connection must not serve the next mail.
        temporary(email.send(&message()).await);
        assert_eq!(seen.lock().unwrap().connections, 2);
    }
}

#[tokio::test]
async fn busy_connections_are_a_temporary_failure() {
    let (port, _) = server(Script { greeting: Some(""), ..Script::default() }).await;
    let limits = Config { timeout_ms: 150, connections: 1, ..config(port) };
    let email = Email::new(limits).unwrap();
    let message = message();
    let (a, b, c) = tokio::join!(email.send(&message), email.send(&message), email.send(&message));
    let reasons = [a, b, c].map(temporary).join("\n");
    assert!(reasons.contains("did not answer"), "{reasons}");
    assert!(reasons.contains("All 1 connections"), "{reasons}");
}

#[tokio::test]
async fn what_precedes_the_mail_is_temporary() {
    // Nobody listens.
    let gone = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let reason = temporary(Email::new(config(port)).unwrap().send(&message()).await);
    assert!(reason.contains(&format!("127.0.0.1:{port}")), "{reason}");

    // The server has no STARTTLS: nothing may be sent in clear text.
    let (port, seen) = server(Script::default()).await;
    let strict = Config { security: Security::StartTls, ..config(port) };
    let reason = temporary(Email::new(strict).unwrap().send(&message()).await);
    assert!(reason.contains("STARTTLS"), "{reason}");
    assert!(!seen.lock().unwrap().lines.join("\n").contains("MAIL"));

    // A wrong password is the operator's to correct; the message waits.
    let (port, _) = server(Script { auth: Some("535 no\r\n"), ..Script::default() }).await;
    let login = Config {
        username: Some("firebell".to_owned()),
        password: Some(Secret::new("hunter2")),
        ..config(port)
    };
    let reason = temporary(Email::new(login).unwrap().send(&message()).await);
    assert!(reason.contains("535") && !reason.contains("hunter2"), "{reason}");
}

#[tokio::test]
async fn tls_trusts_only_known_roots() {
    let serve = || {
        crate::tls_server::serve("220 test\r\n", |line| match line.get(..4).unwrap_or(line) {
            "EHLO" | "MAIL" | "RCPT" | "NOOP" => "250 ok\r\n",
            "DATA" => "354 go on\r\n",
            "." => "250 queued as T1\r\n",
            _ => "",
        })
    };
    let roots = Some(crate::tls_server::ROOT.to_owned());
    let implicit = |port| Config { security: Security::Implicit, ..config(port) };
    let trusting = Config { extra_roots_pem: roots, ..implicit(serve()) };
    let receipt = Email::new(trusting).unwrap().send(&message()).await.unwrap();
    assert!(receipt.detail.contains("queued as T1"), "{receipt:?}");

    let reason = temporary(Email::new(implicit(serve())).unwrap().send(&message()).await);
    assert!(reason.contains("certificate"), "{reason}");
    let careless = Config { allow_invalid_certs: true, ..implicit(serve()) };
    Email::new(careless).unwrap().send(&message()).await.unwrap();
}

#[tokio::test]
async fn content_cannot_add_headers_or_commands() {
    let (port, seen) = server(Script::default()).await;
    let mut message = message();
    message.subject = "Disk\r\nBcc: eve@example.org\r\n\r\nowned".to_owned();
    message.recipient_name = "Ana\r\nX-Evil: 1".to_owned();
    message.instance = "acme\r\nX-Evil: 2".to_owned();
    message.language = "en\r\nX-Evil: 3".to_owned();
    message.key = "k>\r\nX-Evil: 4".to_owned();
    message.thread = Some("t>\r\nX-Evil: 5".to_owned());
    message.text = "a\r\n.\r\nQUIT\r\n".to_owned();
    Email::new(config(port)).unwrap().send(&message).await.unwrap();
    let seen = seen.lock().unwrap();
    for line in &seen.lines {
        assert!(!line.starts_with("X-Evil") && !line.starts_with("Bcc"), "{line}");
    }
    assert!(seen.lines.contains(&"..".to_owned()), "a lone dot must be doubled");
    assert!(seen.lines.contains(&"Subject: Disk Bcc: eve@example.org owned".to_owned()));
}

#[tokio::test]
async fn bad_addresses_are_permanent() {
    let email = Email::new(config(9)).unwrap();
    for to in ["", "ana", "ana@example.org\r\nRCPT TO:<eve@example.org>", "a@b.org, c@d.org"] {
        let mut message = message();
        message.to = Address::Email(to.to_owned());
        let reason = permanent(email.send(&message).await);
        assert!(reason.contains("not valid") && !reason.contains("eve"), "{reason}");
    }
    let phone = sample(Address::Phone("+431".to_owned()));
    assert!(permanent(email.send(&phone).await).contains("phone"));
}

#[test]
fn other_scripts_survive_in_subject_and_text() {
    let from = "alerts@firebell.example".parse().unwrap();
    let mut message = message();
    message.subject = "Плата: 支払い ✓".to_owned();
    message.recipient_name = "Žofie".to_owned();
    message.text = "支払い".to_owned();
    let bytes = compose::compose(&from, "z@example.org", &message).unwrap().formatted();
    assert!(bytes.is_ascii(), "7-bit servers must be able to carry it");
    let mail = String::from_utf8(bytes).unwrap();
    assert!(mail.contains("Subject: =?utf-8?b?"), "{mail}");
    assert!(mail.contains("=E6=94=AF") || mail.contains("5pSv5omV44GE"), "{mail}");
}

#[test]
fn all_faults_are_reported_together() {
    assert_eq!(config(25).validate(), Ok(()));
    let wrong = Config {
        host: "bad host".to_owned(),
        port: 0,
        security: Security::None,
        username: None,
        password: Some(Secret::new("x")),
        from: "nobody".to_owned(),
        hello_name: "a\r\nb".to_owned(),
        timeout_ms: 0,
        connections: 0,
        allow_invalid_certs: false,
        extra_roots_pem: Some("none".to_owned()),
    };
    let faults = wrong.validate().unwrap_err();
    let fields: Vec<&str> = faults.iter().filter_map(|f| f.split(':').next()).collect();
    assert_eq!(
        fields,
        [
            "email.host",
            "email.port",
            "email.from",
            "email.hello_name",
            "email.timeout_ms",
            "email.connections",
            "email.username",
            "email.security",
            "email.extra_roots_pem",
        ]
    );
}

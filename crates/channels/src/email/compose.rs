//! From a [`Message`] to the bytes of a mail.
//!
//! Called by the e-mail channel. Every header value passes [`text::one_line`] or
//! [`text::header_token`] first, so that no content can start a header of its own.

use std::time::SystemTime;

use lettre::{
    Address as MailAddress, Message as Mail,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use crate::{
    channel::{Message, SendError},
    text,
};

/// Longest subject, in characters.
const SUBJECT_CHARS_MAX: usize = 250;
/// Longest display name, in characters.
const NAME_CHARS_MAX: usize = 100;
/// Largest text or HTML part, in bytes.
const BODY_BYTES_MAX: usize = 1 << 20;

/// Builds the mail.
pub(super) fn compose(from: &Mailbox, to: &str, message: &Message) -> Result<Mail, SendError> {
    let address: MailAddress = to.trim().parse().map_err(|_| {
        SendError::permanent("The device's e-mail address is not valid; correct it in the profile.")
    })?;
    let html_bytes = message.html.as_ref().map_or(0, String::len);
    if message.text.len() > BODY_BYTES_MAX || html_bytes > BODY_BYTES_MAX {
        return Err(SendError::permanent(
            "The message is larger than 1 MiB; shorten its template.",
        ));
    }
    let name = text::one_line(&message.recipient_name, NAME_CHARS_MAX);
    let mut mail = Mail::builder()
        .from(from.clone())
        .to(Mailbox::new((!name.is_empty()).then_some(name), address))
        .subject(text::one_line(&message.subject, SUBJECT_CHARS_MAX))
        .date(SystemTime::from(message.sent_at))
        .message_id(Some(message_id(from, &message.key)));
    if let Some(thread) = &message.thread {
        let root = message_id(from, thread);
        mail = mail.in_reply_to(root.clone()).references(root);
    }
    for (header, value) in [
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
        ("Content-Language", text::header_token(&message.language)),
        (
            "X-Firebell-Alert",
            format!("{}/{}", text::header_token(&message.instance), message.alert_number),
        ),
    ] {
        mail = mail.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(header), value));
    }
    let built = match &message.html {
        Some(html) => mail.multipart(
            MultiPart::alternative()
                .singlepart(SinglePart::plain(message.text.clone()))
                .singlepart(SinglePart::html(html.clone())),
        ),
        None => mail.header(ContentType::TEXT_PLAIN).body(message.text.clone()),
    };
    built.map_err(|e| SendError::permanent(format!("The mail could not be built: {e}.")))
}

/// `<key@sender-domain>`: the same for each retry, so that receivers can drop a second copy.
pub(super) fn message_id(from: &Mailbox, key: &str) -> String {
    format!("<{}@{}>", text::header_token(key), from.email.domain())
}

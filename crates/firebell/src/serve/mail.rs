//! Messages that set a new password on their way to a mail server.
//!
//! Whoever asks for one gets the same answer at once, whatever becomes of it: sending happens here,
//! later. A message that cannot be sent is logged without its link and its address, and is not
//! kept: the person asks again.

use std::sync::Arc;
use std::time::Duration;

use firebell_access::reset::{Mailer, ResetMail};
use firebell_base::{Clock, Random};
use firebell_channels::{Address, Message, Registry, SendError};
use firebell_pipeline::Stop;
use tokio::sync::mpsc;

use super::tasks::Ended;
use super::upkeep::stopped_within;

/// Messages that wait; further ones are dropped.
const WAITING_MAX: usize = 200;
/// How long to wait before each further attempt.
const PAUSES: [Duration; 3] =
    [Duration::from_secs(2), Duration::from_secs(10), Duration::from_mins(1)];

/// The hand that posts, and the one that carries.
pub(crate) fn open(
    registry: Registry,
    public_url: String,
    (clock, random): (Clock, Random),
) -> (Mailer, Carrier) {
    let (sender, letters) = mpsc::channel(WAITING_MAX);
    let mailer: Mailer = Arc::new(move |mail: ResetMail| {
        if sender.try_send(mail).is_err() {
            tracing::warn!("a message to set a new password was dropped: too many are waiting");
        }
    });
    (mailer, Carrier { registry, public_url, letters, clock, random })
}

/// Sends what was posted, one after the other.
pub(crate) struct Carrier {
    registry: Registry,
    public_url: String,
    letters: mpsc::Receiver<ResetMail>,
    clock: Clock,
    random: Random,
}

impl Carrier {
    /// Runs until stopped.
    pub(crate) async fn run(mut self, mut stop: Stop) -> Ended {
        loop {
            let mail = tokio::select! {
                () = stop.wait() => break,
                mail = self.letters.recv() => mail,
            };
            let Some(mail) = mail else {
                // Nobody can post any more; the task ends when the server does.
                stop.wait().await;
                break;
            };
            for to in &mail.to {
                self.carry(&mail, to, &mut stop).await;
            }
        }
        Ok(())
    }

    async fn carry(&self, mail: &ResetMail, to: &str, stop: &mut Stop) {
        let message = self.message(mail, to);
        let Some(channel) = self.registry.pick(&message.to) else { return };
        for pause in PAUSES.into_iter().map(Some).chain([None]) {
            let (sent, provider) = (channel.send(&message).await, channel.name());
            match (sent, pause) {
                (Ok(_), _) if provider == "outbox" => {
                    tracing::warn!(
                        "a new password was asked for, but no mail server is configured"
                    );
                }
                (Ok(_), _) => tracing::info!(provider, "sent a message to set a new password"),
                (Err(SendError::Temporary { .. }), Some(pause)) => {
                    if stopped_within(stop, pause).await {
                        return;
                    }
                    continue;
                }
                (Err(error), _) => {
                    tracing::warn!(
                        reason = error.reason(),
                        "a message to set a new password could not be sent"
                    );
                }
            }
            return;
        }
    }

    fn message(&self, mail: &ResetMail, to: &str) -> Message {
        let now = self.clock.now();
        Message {
            key: format!("reset-{}", self.random.uuid(now)),
            instance: mail.instance.clone(),
            alert_number: 0,
            to: Address::Email(to.to_owned()),
            recipient_name: mail.name.clone(),
            language: mail.written_in().to_owned(),
            subject: mail.subject(),
            text: mail.text(&self.public_url).expose().to_owned(),
            html: None,
            json: None,
            options: Vec::new(),
            thread: None,
            sent_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use firebell_base::{Secret, Timestamp};
    use firebell_channels::{Channel, Receipt, Sending};

    use super::*;

    /// Fails so often, then takes everything.
    #[derive(Clone, Default)]
    struct Server {
        failures: Arc<AtomicUsize>,
        taken: Arc<Mutex<Vec<Message>>>,
        arrived: Arc<tokio::sync::Notify>,
    }

    impl Channel for Server {
        fn name(&self) -> &'static str {
            "test"
        }

        fn accepts(&self, _: &Address) -> bool {
            true
        }

        fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
            let fails = self
                .failures
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            let out = if fails.is_ok() {
                Err(SendError::temporary("Away."))
            } else {
                self.taken.lock().unwrap().push(message.clone());
                self.arrived.notify_one();
                let (provider, detail) = ("test".to_owned(), String::new());
                Ok(Receipt { provider, provider_id: None, detail })
            };
            Box::pin(async move { out })
        }
    }

    fn mail() -> ResetMail {
        ResetMail {
            to: vec!["ada@example.org".to_owned(), "ada@example.net".to_owned()],
            name: "Ada Sample".to_owned(),
            language: "en".to_owned(),
            instance: "acme".to_owned(),
            login: "ada".to_owned(),
            token: Secret::new("the-token"),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_address_gets_it_also_after_failures() {
        let server = Server::default();
        server.failures.store(3, Ordering::SeqCst);
        let mut registry = Registry::new();
        registry.add(Box::new(server.clone()));
        let (mailer, carrier) =
            open(registry, "https://f.example".to_owned(), (Clock::System, Random::System));
        let (hand, stop) = Stop::new();
        let running = async {
            carrier.run(stop).await.unwrap();
        };
        let watching = async {
            mailer(mail());
            while server.taken.lock().unwrap().len() < 2 {
                server.arrived.notified().await;
            }
            hand.send(true).unwrap();
        };
        tokio::join!(running, watching);
        let taken = server.taken.lock().unwrap();
        assert!(taken.iter().all(|m| m.text.contains("https://f.example/reset/the-token")));
        assert_ne!(taken[0].key, taken[1].key);
        assert!(taken.iter().all(|m| !m.key.contains("token") && !m.subject.contains("token")));
    }

    #[tokio::test]
    async fn posting_never_waits() {
        let (mailer, carrier) =
            open(Registry::new(), String::new(), (Clock::System, Random::System));
        for _ in 0..2 * WAITING_MAX {
            mailer(mail());
        }
        assert_eq!(carrier.letters.len(), WAITING_MAX);
    }
}

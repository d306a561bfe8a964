//! What is done in the demonstration, step by step, and what is seen of it: everything through the
//! server's public HTTP doors, as a monitoring tool, a person's program and a browser use them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use firebell_base::time::add_minutes;
use firebell_base::{Clock, Timestamp};
use http::Method;
use serde_json::{Value, json};
use tokio::time::{interval, timeout};

use super::narrator::Narrator;
use super::receiver::{Received, Receiver};
use super::sample::{ALERTMANAGER, GROUP, INSTANCE, PEOPLE, Sample};
use crate::Context;
use crate::client::alert::{native, print_timeline};
use crate::client::http::Http;
use crate::client::{event, list, number, on_call, text};
use crate::failure::{Exit, Failure};

/// No step takes longer, or the story ends with an error.
const STEP_MAX: Duration = Duration::from_secs(10);
/// How often the server is asked whether something has happened.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The number of the answer "On it" of the sample form.
const ON_IT: i64 = 1;
/// The number of the answer "Can't".
const CANNOT: i64 = 2;

/// The story and its properties.
pub(crate) struct Story {
    http: Http,
    url: String,
    sample: Sample,
    receiver: Receiver,
    clock: Clock,
    payload_file: PathBuf,
}

impl Story {
    /// A story on a running server.
    pub(crate) fn new(
        context: &Context,
        url: &str,
        sample: Sample,
        receiver: Receiver,
        dir: &Path,
    ) -> Result<Self, Failure> {
        let http = Http::to(url)?.with_key(&sample.api_key)?;
        Ok(Self {
            http,
            url: url.to_owned(),
            sample,
            receiver,
            clock: context.clock.clone(),
            payload_file: dir.join("alertmanager.json"),
        })
    }

    /// Tells it.
    pub(crate) async fn tell(&self, narrator: &Narrator) -> Result<(), Failure> {
        let now = self.clock.now();
        narrator.title(
            &format!("Firebell {} shows what it does", env!("CARGO_PKG_VERSION")),
            "Everybody and everything in it is sample data in a temporary directory.",
        );
        self.who_is_on_call(narrator, now).await?;
        let alert = self.an_event_arrives(narrator, now).await?;
        let first = self.somebody_is_told(narrator, "notify", None).await?;
        self.answer(narrator, &first, CANNOT).await?;
        let second = self.somebody_is_told(narrator, "escalate", Some(&first.person)).await?;
        self.answer(narrator, &second, ON_IT).await?;
        self.until_state(&alert, "ACKNOWLEDGED").await?;
        narrator.good("The alert is acknowledged: nobody else is told.");
        self.it_is_over(narrator, now, &alert).await?;
        self.timeline(narrator, &alert).await
    }

    async fn who_is_on_call(&self, narrator: &Narrator, now: Timestamp) -> Result<(), Failure> {
        narrator.chapter("route", "Who is on call now, and through which shift?").await;
        let entries = on_call::entries(&self.http, &[GROUP.to_owned()], now).await?;
        if entries.is_empty() {
            return Err(failed("nobody is on call"));
        }
        if !narrator.out().is_json() {
            for entry in &entries {
                on_call::print(narrator.out(), entry);
            }
        }
        Ok(())
    }

    async fn an_event_arrives(
        &self,
        narrator: &Narrator,
        now: Timestamp,
    ) -> Result<String, Failure> {
        narrator.chapter("intake", "Alertmanager reports a disk that fills up.").await;
        let payload = alertmanager_payload("firing", now);
        if std::fs::write(&self.payload_file, format!("{payload:#}\n")).is_err() {
            narrator.say("(The payload could not be kept for you to try.)");
        }
        let id = &self.sample.alertmanager.integration;
        narrator.say(&format!("POST /api/integration/1/functions/{id}/triggers"));
        let accepted =
            event::send(&self.http, &self.sample.alertmanager, payload.to_string()).await?;
        let request = text(&accepted, "requestId").to_owned();
        narrator.good(&format!("202 Accepted, durable, request {request}"));
        let query = [("requestId", request.as_str())];
        let found = self.until(|answer| list(answer, "data").first().cloned(), &["alerts"], &query);
        let alert = found.await?;
        narrator.chapter("correlate", "The event opens an alert.").await;
        let (no, priority) = (number(&alert, "number"), text(&alert, "priority"));
        narrator.good(&format!(
            "Alert #{no}, {}: {}",
            priority.to_lowercase(),
            text(&alert, "summary")
        ));
        Ok(text(&alert, "id").to_owned())
    }

    async fn somebody_is_told(
        &self,
        narrator: &Narrator,
        step: &str,
        besides: Option<&str>,
    ) -> Result<Received, Failure> {
        let received = timeout(STEP_MAX, async {
            while let Some(received) = self.receiver.next().await {
                if besides != Some(received.person.as_str()) {
                    return Some(received);
                }
            }
            None
        });
        let received = received.await.ok().flatten();
        let received = received.ok_or_else(|| failed("no webhook arrived in time"))?;
        let name = first_name(&received.person);
        let title = match besides {
            None => format!("{name} is told, by webhook and e-mail."),
            Some(_) => format!("The escalation goes on at once: {name} is told."),
        };
        narrator.chapter(step, &title).await;
        let why = text(&received.body, "why");
        if !why.is_empty() {
            narrator.say(why);
        }
        if !received.verified {
            return Err(failed("a webhook's signature is wrong"));
        }
        narrator.good(&format!("Webhook received, signature verified, message {}", received.id));
        let mail = self.mail_to(&received.person).await?;
        narrator.good(&format!("E-mail kept in the outbox (no mail server is configured): {mail}"));
        Ok(received)
    }

    /// The subject of the newest e-mail to somebody.
    async fn mail_to(&self, person: &str) -> Result<String, Failure> {
        let address = format!("{person}@example.org");
        let look = |answer: &Value| {
            let mails = list(answer, "data");
            let mail = mails.iter().find(|mail| text(mail, "recipient") == address)?;
            Some(text(mail, "subject").to_owned())
        };
        self.until(look, &["outbox"], &[]).await
    }

    /// Follows the one-tap link as a browser does: GET shows, POST acts.
    async fn answer(
        &self,
        narrator: &Narrator,
        received: &Received,
        option: i64,
    ) -> Result<(), Failure> {
        let options = list(&received.body, "options");
        let chosen = options.iter().find(|one| number(one, "number") == option);
        let chosen = chosen.ok_or_else(|| failed("the message offers no such answer"))?;
        let (words, link) = (text(chosen, "text"), text(chosen, "link"));
        let name = first_name(&received.person);
        narrator.chapter("respond", &format!("{name} answers: {words}.")).await;
        let (status, _) = self.http.page(Method::GET, link).await?;
        if status != 200 {
            return Err(failed(&format!("the link's page was answered {status}")));
        }
        narrator.say(
            "GET of the one-tap link: a page asks to confirm. Nothing happens yet, since mail",
        );
        narrator.say("scanners follow links too.");
        let (status, _) = self.http.page(Method::POST, link).await?;
        if status != 200 {
            return Err(failed(&format!("the answer was answered {status}")));
        }
        narrator.good("POST: the answer counts.");
        Ok(())
    }

    async fn it_is_over(
        &self,
        narrator: &Narrator,
        began: Timestamp,
        alert: &str,
    ) -> Result<(), Failure> {
        narrator.chapter("intake", "Alertmanager reports that the disk has room again.").await;
        let payload = alertmanager_payload("resolved", began);
        event::send(&self.http, &self.sample.alertmanager, payload.to_string()).await?;
        self.until_state(alert, "CLOSED").await?;
        narrator.good("The alert is closed by itself.");
        Ok(())
    }

    async fn timeline(&self, narrator: &Narrator, alert: &str) -> Result<(), Failure> {
        narrator.chapter("timeline", "What happened, as everybody can read it later:").await;
        let timeline = self.http.all(&native(&["alerts", alert, "timeline"]), &[]).await?;
        let shown = self.http.get(&native(&["alerts", alert]), &[]).await?;
        narrator.out().either(&json!({"alert": shown, "timeline": timeline}), |out| {
            print_timeline(out, &timeline);
        });
        Ok(())
    }

    /// Says how to go on with the running server.
    pub(crate) fn what_to_try(&self, narrator: &Narrator) {
        let exe = std::env::current_exe().ok();
        let here = std::env::current_dir().ok();
        let exe = exe.as_deref().zip(here.as_deref()).map(|(exe, here)| {
            exe.strip_prefix(here).map_or_else(|_| exe.to_owned(), |rest| Path::new(".").join(rest))
        });
        let exe = exe.map_or_else(|| "firebell".to_owned(), |exe| exe.display().to_string());
        let door = &self.sample.anything;
        let key = door.key.as_ref().map_or("", |key| key.expose());
        narrator.title("Now you", &format!("Instance {INSTANCE} at {} (sample data)", self.url));
        narrator.command(
            &format!(
                "in a browser, as the user admin with the password {}:",
                self.sample.password.expose()
            ),
            &format!("{}/alerts", self.url),
        );
        narrator.command(
            "in another terminal, first:",
            &format!(
                "export FIREBELL_URL={} FIREBELL_KEY={}",
                self.url,
                self.sample.api_key.expose()
            ),
        );
        narrator.command("follow the alerts:", &format!("{exe} alert watch"));
        narrator.command(
            "send an event of your own:",
            &format!(
                "{exe} event send --integration-key {}:{key} --summary 'The coffee is gone'",
                door.integration
            ),
        );
        narrator
            .command("look at it, and answer:", &format!("{exe} alert show 2; {exe} alert ack 2"));
        narrator.command("who is on call, now and then:", &format!("{exe} oncall '{GROUP}'"));
        narrator.command(
            "who would be told what, and why not the others:",
            &format!(
                "{exe} explain --integration {ALERTMANAGER} --event {} --at 2027-01-01T03:00:00Z",
                self.payload_file.display()
            ),
        );
        narrator.command(
            "what would have been mailed:",
            &format!("curl -s -u \"$FIREBELL_KEY\" {}/api/firebell/1/outbox", self.url),
        );
        narrator.command(
            "a receiver for your own Alertmanager (webhook_configs, url):",
            &format!(
                "{}/api/integration/1/functions/{}/triggers?apiKey={}",
                self.url,
                self.sample.alertmanager.integration,
                self.sample.alertmanager.key.as_ref().map_or("", |key| key.expose())
            ),
        );
    }

    async fn until_state(&self, alert: &str, state: &str) -> Result<(), Failure> {
        let is_so = |answer: &Value| (text(answer, "state") == state).then_some(());
        self.until(is_so, &["alerts", alert], &[]).await
    }

    /// Asks until the answer has what is looked for.
    async fn until<T>(
        &self,
        look: impl Fn(&Value) -> Option<T>,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let path = native(path);
        let asking = async {
            let mut ticks = interval(LOOK_EVERY);
            loop {
                ticks.tick().await;
                if let Some(found) = look(&self.http.get(&path, query).await?) {
                    return Ok(found);
                }
            }
        };
        timeout(STEP_MAX, asking)
            .await
            .unwrap_or_else(|_| Err(failed(&format!("nothing happened at /{}", path.join("/")))))
    }
}

fn failed(why: &str) -> Failure {
    Failure::new(Exit::Broken, format!("The demonstration did not go as it should: {why}."))
        .remedy("firebell demo again; if it happens twice, please report it")
}

fn first_name(person: &str) -> &str {
    let known = PEOPLE.iter().find(|(user, ..)| *user == person);
    known.map_or(person, |(_, first, _)| *first)
}

/// What Alertmanager posts to a webhook (version 4).
fn alertmanager_payload(status: &str, began: Timestamp) -> Value {
    let ends =
        if status == "resolved" { began.to_string() } else { "0001-01-01T00:00:00Z".to_owned() };
    let labels = json!({
        "alertname": "DiskAlmostFull",
        "instance": "db-1.example.org:9100",
        "job": "node",
        "severity": "critical",
    });
    let annotations = json!({
        "summary": "Disk on db-1 is almost full",
        "description": "Only 4 % of /var/lib are left; at this pace it is full in 40 minutes.",
        "runbook_url": "https://runbooks.example.org/disk-almost-full",
    });
    json!({
        "version": "4",
        "groupKey": "{}:{alertname=\"DiskAlmostFull\"}",
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "firebell",
        "groupLabels": {"alertname": "DiskAlmostFull"},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "http://alertmanager.example.org:9093",
        "alerts": [{
            "status": status,
            "labels": labels,
            "annotations": annotations,
            "startsAt": add_minutes(began, -2).to_string(),
            "endsAt": ends,
            "generatorURL": "http://prometheus.example.org:9090/graph?g0.expr=disk_free",
            "fingerprint": "6c2f1f4d1f0c9a3b",
        }],
    })
}

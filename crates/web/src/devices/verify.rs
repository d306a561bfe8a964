//! Trying a device, and verifying it with a code.
//!
//! What unverified means: nothing for alerts. They are sent to every active device; a device that nobody
//! verified is marked, because nobody knows whether what is sent there arrives.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_domain::device::Device;
use firebell_pipeline::probe::{CODE_MINUTES, Entered, Known, ProbeError, Reach};
use firebell_store::device_checks::Tried;
use firebell_ui::part::{Button, Crumbs, Faults, Field, Notice};
use firebell_ui::{Answer, Form, Frame, Refusal, Say, Visit, page_with};

use super::whose::Whose;
use super::{Kind, Unsent, place, unsent};
use crate::Web;
use crate::seen::shown;
use crate::words::WORDS;

#[derive(Debug, Template)]
#[template(path = "device_verify.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    lead: String,
    notice: Option<Notice>,
    faults: Faults,
    action: String,
    field: Option<Field>,
    send: Option<Button>,
    back: String,
}

/// What is said on the page.
#[derive(Default)]
struct Said {
    status: StatusCode,
    notice: Option<Notice>,
    fault: Option<String>,
}

/// `POST …/devices/{device}/test`
pub(super) async fn test(State(web): State<Web>, whose: Whose) -> Answer {
    whose.require()?;
    let visit = &whose.visit;
    let (device, t) = (whose.device()?, visit.say(&WORDS));
    let sent = web.prober.test(visit.claims.instance, device.id).await;
    let sent = sent.map_err(|error| explain(&whose, error))?;
    let (name, detail) = (shown(device.name.as_str()), shown(&sent.detail));
    let args = [("name", name.as_str()), ("detail", detail.as_str())];
    let text = match sent.outcome {
        Tried::Accepted => t.a("web-device-tested", &args),
        Tried::Kept | Tried::Open => t.a("web-device-test-kept", &args),
        Tried::Failed => t.a("web-device-test-failed", &args),
    };
    Ok(visit.toast(visit.lead(&format!("{}#device-{}", whose.list, device.id)), text))
}

/// `GET /account/devices/{device}/verify`
pub(super) async fn verification(State(web): State<Web>, whose: Whose) -> Answer {
    whose.require()?;
    let device = whose.device()?;
    laid_out(&web, &whose, &device, Said::default()).await
}

/// `POST /account/devices/{device}/code`
pub(super) async fn code(State(web): State<Web>, whose: Whose) -> Answer {
    whose.require()?;
    let visit = &whose.visit;
    let (device, t) = (whose.device()?, visit.say(&WORDS));
    let sent = match web.prober.send_code(visit.claims.instance, device.id).await {
        Ok(sent) => sent,
        Err(error) => {
            let said = match unsent(visit, error) {
                Unsent::Said(status, text) => {
                    let notice = Notice::wrong(t.get("web-device-unsent"), text);
                    Said { status, notice: Some(notice), fault: None }
                }
                Unsent::Gone => return Err(visit.missing(&t.get("web-device-this"))),
                Unsent::Store(error) => return Err(error.into()),
            };
            return laid_out(&web, &whose, &device, said).await;
        }
    };
    if sent.outcome == Tried::Accepted {
        let (place, minutes) = (shown(&place(&device)), CODE_MINUTES);
        let text = t.na("web-device-code-sent", minutes, &[("address", &place)]);
        let response = visit.lead(&format!("{}/{}/verify", whose.list, device.id));
        return Ok(visit.toast(response, text));
    }
    let text = t.a("web-device-code-failed", &[("detail", &shown(&sent.detail))]);
    let notice = Some(Notice::wrong(t.get("web-device-unsent"), text));
    let said = Said { status: StatusCode::BAD_GATEWAY, notice, fault: None };
    laid_out(&web, &whose, &device, said).await
}

/// `POST /account/devices/{device}/verify`
pub(super) async fn confirm(State(web): State<Web>, whose: Whose, form: Form) -> Answer {
    whose.require()?;
    let visit = &whose.visit;
    let (device, t) = (whose.device()?, visit.say(&WORDS));
    let entered = web.prober.confirm(visit.claims.instance, device.id, form.text("code")).await;
    let fault = match entered.map_err(|error| explain(&whose, error))? {
        Entered::Right => {
            let name = shown(device.name.as_str());
            let text = t.a("web-device-code-right", &[("name", &name)]);
            return Ok(visit.toast(visit.lead(&whose.list), text));
        }
        Entered::Wrong(left) if left > 0 => t.n("web-device-code-wrong", left),
        Entered::Wrong(_) | Entered::Over => t.get("web-device-code-over"),
    };
    let said = Said { status: StatusCode::UNPROCESSABLE_ENTITY, notice: None, fault: Some(fault) };
    laid_out(&web, &whose, &device, said).await
}

/// A page that says why nothing was sent.
fn explain(whose: &Whose, error: ProbeError) -> Refusal {
    let visit = &whose.visit;
    let t = visit.say(&WORDS);
    match unsent(visit, error) {
        Unsent::Gone => visit.missing(&t.get("web-device-this")),
        Unsent::Said(status, text) => {
            let notice = Notice::wrong(t.get("web-device-unsent"), text);
            let back = whose.text("web-device-back", "web-device-of-back");
            visit.notice(status, notice.link(back, visit.href(&whose.list)))
        }
        Unsent::Store(error) => error.into(),
    }
}

async fn laid_out(web: &Web, whose: &Whose, device: &Device, said: Said) -> Answer {
    let known = web.prober.known(&whose.visit.directory, whose.owner.id).await?;
    let known = known.get(&device.id).cloned().unwrap_or_default();
    Ok(page_of(web, whose, device, (&known, said)))
}

fn page_of(web: &Web, whose: &Whose, device: &Device, (known, said): (&Known, Said)) -> Response {
    let visit = &whose.visit;
    let t = visit.say(&WORDS);
    let name = shown(device.name.as_str());
    let reach = web.prober.reach(&device.address);
    let notice = said.notice.or_else(|| {
        let why = match reach {
            Reach::Sends => return known.verified.map(|at| verified(visit, at)),
            Reach::Keeps => t.get("web-device-reach-keeps"),
            Reach::Cannot => t.get("web-device-reach-cannot"),
        };
        Some(Notice::info(Kind::of(&device.address).name(t), why))
    });
    let out = known.code_until.is_some();
    let mut faults = Faults::new(t);
    if let Some(fault) = &said.fault {
        faults.add("code", fault.clone());
    }
    let path = |what: &str| whose.href(&format!("{}/{what}", device.id));
    let field = (out || said.fault.is_some()).then(|| {
        Field::text("code", t.get("web-device-code"))
            .hint(t.get("web-device-code-hint"))
            .error(said.fault.clone())
            .autocomplete("one-time-code")
            .inputmode("numeric")
            .max(20)
            .autofocus()
            .required()
    });
    let label = if out { t.get("web-device-code-again") } else { t.get("web-device-send-code") };
    let send = Button::post(label, path("code"));
    let send = (reach == Reach::Sends).then(|| if out { send.quiet() } else { send.main() });
    let title = t.a("web-device-verify-title", &[("name", &name)]);
    let page = Page {
        frame: visit.frame(title, whose.area()),
        crumbs: whose.crumbs(true),
        lead: t.a("web-device-verify-text", &[("address", &shown(&place(device)))]),
        notice,
        faults,
        action: path("verify"),
        field,
        send,
        back: visit.href(&whose.list),
        t,
    };
    page_with(said.status, &page)
}

fn verified(visit: &Visit, at: firebell_base::Timestamp) -> Notice {
    let t = visit.say(&WORDS);
    let when = visit.when(at).ago;
    Notice::good(t.get("web-device-verified"), t.a("web-device-already", &[("when", &when)]))
}

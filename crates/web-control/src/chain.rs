//! Whether the chain of hashes of the audit is whole: looked at when asked, and remembered for a minute.
//!
//! Looking goes through the whole audit, of all instances, so one look serves everybody, one at a time. To an
//! administrator of an instance it says whether the chain is whole and nothing of what others did.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use askama::Template;
use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_config::audit::{self, Chain};
use firebell_store::{Error, ReadTx};
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Area, Frame, Refusal, Say, Visit, page};
use tokio::sync::Semaphore;

use crate::text;
use crate::who;
use crate::words::WORDS;

/// For how long a look is shown, in microseconds.
const KEPT_MICROS: i64 = 60_000_000;
/// Databases whose looks are remembered: a process has one, tests have many.
const KEPT_MAX: usize = 16;
/// One look at a time.
static LOOKS: Semaphore = Semaphore::const_new(1);
/// The last look at each database, by its cell.
static KEPT: Mutex<BTreeMap<[u8; 16], (Timestamp, Chain)>> = Mutex::new(BTreeMap::new());

#[derive(Debug, Template)]
#[template(path = "chain.html")]
struct Page {
    frame: Frame,
    t: Say,
    notice: Notice,
    back: String,
}

#[derive(Debug, Template)]
#[template(source = "{{ notice }}", ext = "html")]
struct Part {
    notice: Notice,
}

/// `GET /configuration/audit/chain`
pub(crate) async fn show(visit: Visit) -> Answer {
    who::administer(&visit)?;
    answer(&visit, Area::Configuration, "configuration/audit", false).await
}

/// The state of the chain, as a page or as a part of one.
pub(crate) async fn answer(visit: &Visit, area: Area, back: &str, numbers: bool) -> Answer {
    let t = visit.say(&WORDS);
    let notice = match look(visit).await? {
        Some((at, chain)) => told(visit, at, &chain, numbers),
        None => Notice::info(t.get("control-chain-busy"), t.get("control-chain-busy-text")),
    };
    if visit.partial {
        return Ok(page(&Part { notice }));
    }
    let frame = visit.frame(t.get("control-chain"), area);
    Ok(page(&Page { frame, t, notice, back: visit.href(back) }))
}

/// The last look, or a new one; none while somebody else looks for the first time.
async fn look(visit: &Visit) -> Result<Option<(Timestamp, Chain)>, Refusal> {
    let cell = visit.ui.snapshots.view().cell();
    let kept = kept(cell);
    if let Some((at, chain)) = &kept
        && (0..KEPT_MICROS).contains(&micros_between(*at, visit.now))
    {
        return Ok(Some((*at, chain.clone())));
    }
    let Ok(_turn) = LOOKS.try_acquire() else { return Ok(kept) };
    let read = |tx: &mut ReadTx<'_>| audit::verify(tx);
    let found: Result<Chain, Error> =
        visit.ui.db.read_patiently("control.chain", read, |chain| chain).await;
    let found = (visit.now, found?);
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= KEPT_MAX {
        all.clear();
    }
    all.insert(cell, found.clone());
    Ok(Some(found))
}

fn kept(cell: [u8; 16]) -> Option<(Timestamp, Chain)> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&cell).cloned()
}

fn told(visit: &Visit, at: Timestamp, chain: &Chain, numbers: bool) -> Notice {
    let t = visit.say(&WORDS);
    let clock = text::seconds(visit, at);
    match (&chain.broken, numbers) {
        (None, false) => Notice::good(
            t.get("control-chain-whole"),
            t.a("control-chain-whole-text", &[("at", &clock)]),
        ),
        (None, true) => {
            let hash = chain.head.to_string();
            let args = [("at", clock.as_str()), ("hash", &hash)];
            Notice::good(
                t.get("control-chain-whole"),
                t.na("control-chain-whole-numbers", chain.entries, &args),
            )
        }
        (Some(_), false) => Notice::wrong(
            t.get("control-chain-broken"),
            t.a("control-chain-broken-text", &[("at", &clock)]),
        ),
        (Some(broken), true) => {
            let args = [("at", clock.as_str()), ("what", &broken.what)];
            let words = t.na("control-chain-broken-numbers", broken.seq, &args);
            Notice::wrong(t.get("control-chain-broken"), words)
        }
    }
}

//! Durable accept as a share of an endpoint of the same process that only parses: 64 and 256
//! connections, 500-byte events. Accepted events stay in the journal meanwhile; `process` measures
//! what becomes of them.

use anyhow::Result;
use firebell_base::Random;
use firebell_domain::integration::Format;

use crate::Effort;
use crate::generate::{Body, Load, Order, load};
use crate::report::{Report, median};
use crate::serve::{PARSE_ONLY, Processing, start};
use crate::world::{self, EVENT_KEY, Kind, Place, Plan};

/// Connections of the two figures.
const CONNECTIONS: [u32; 2] = [64, 256];

/// The trigger's path of the sample integration.
pub(crate) fn trigger_path() -> String {
    let id = world::integration_id(Format::Generic);
    format!("/api/integration/1/functions/{id}/triggers")
}

/// Measures.
pub(crate) fn measure(report: &mut Report, effort: Effort, kinds: &[Kind]) -> Result<()> {
    for kind in kinds {
        let place = Place::new(*kind)?;
        let (db, text) = place.fresh(&Random::System)?;
        let plan = Plan { people: 3, told: 3, webhook: None };
        world::runtime()?.block_on(world::furnish(&db, &plan))?;
        db.close();
        let server = start(&text, Processing::Off)?;
        let durable = trigger_path();
        for connections in CONNECTIONS {
            let go = |path: &str| -> Result<Load> {
                let (port, key, body) = (server.port, EVENT_KEY, Body::Event);
                load(&Order { port, path, key, body, connections, seconds: 1, rate: None })
            };
            go(PARSE_ONLY)?;
            go(&durable)?;
            let (mut parsed, mut kept) = (Vec::new(), Vec::new());
            for _ in 0..effort.short_rounds() {
                parsed.push(go(PARSE_ONLY)?);
                kept.push(go(&durable)?);
            }
            let rate = |loads: &[Load]| median(loads.iter().map(|l| l.rate).collect());
            // Round by round: the machine is not the same in all of them.
            let share = median(kept.iter().zip(&parsed).map(|(k, p)| k.rate / p.rate).collect());
            let (parsed_rate, kept_rate) = (rate(&parsed), rate(&kept));
            let p99 = median(kept.iter().map(|l| l.p99_ms).collect());
            let name = format!("accept, {}, {connections} connections", kind.name());
            report.at_least(&format!("{name}: share of parse-only"), share, 0.6);
            report.note(
                &name,
                &format!(
                    "{kept_rate:.0}/s durable (p99 {p99:.1} ms), {parsed_rate:.0}/s parse-only"
                ),
            );
        }
    }
    Ok(())
}

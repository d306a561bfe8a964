//! How fast pages are where people are: in the browser, on a processor four times slower.

use firebell_browser::pages;
use firebell_browser::pool::{nobody, signed_in};
use firebell_browser::sample::ACME;
use firebell_browser::server::server;

/// The goal, in milliseconds on a quiet machine.
const PAINT_MS_GOAL: f64 = 500.0;
/// What is certainly too slow: other tests run at the same time here.
const PAINT_MS_MAX: f64 = 2_000.0;
/// Further visits of a page that was painted late.
const TRIES_MAX: usize = 2;
/// Bytes over the wire of a page alone, and with everything it loads.
const PAGE_BYTES_MAX: u64 = 20 * 1024;
const WHOLE_BYTES_MAX: u64 = 100 * 1024;

#[test]
fn pages_are_light_and_painted_soon() {
    let mut faults = Vec::new();
    for name in ["sign-in", "answer", "alerts", "alert", "on-call", "group", "users", "reports"] {
        let page = pages::named(name);
        let tab = page.who.name().map_or_else(nobody, |who| signed_in(ACME, who));
        tab.throttle(4);
        tab.go(&server().path(ACME, page.path));
        let (alone, whole) = tab.weight();
        let mut paint = tab.largest_paint_ms();
        // Once more if something else was in the way.
        for _ in 0..TRIES_MAX {
            if paint <= PAINT_MS_GOAL {
                break;
            }
            tab.reload();
            paint = paint.min(tab.largest_paint_ms());
        }
        println!("{name}: painted after {paint:.0} ms, {alone} bytes, {whole} with assets");
        if paint > PAINT_MS_MAX || alone > PAGE_BYTES_MAX || whole > WHOLE_BYTES_MAX {
            faults.push(format!("{name}: {paint:.0} ms, {alone} and {whole} bytes"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

//! The watchers themselves: each finds what it is there for, on a page that does everything wrong.

use firebell_browser::other_site::OtherSite;
use firebell_browser::pool::nobody;
use firebell_browser::tab::{NARROW, PHONE};

const EVERYTHING_WRONG: &str = "<!doctype html><html><head><title>wrong</title></head><body>
<p style='color:#bbb;background:#ccc'>Hardly to be read</p>
<input type=text><button style='height:20px'>Small</button>
<div style='width:700px'>wide</div>
<img src='/refused.png' alt='refused'>
<script>window.hostile = 1; console.error('broken'); fetch('http://127.0.0.1:9/').catch(() => 0);</script>
</body></html>";

fn finds(found: &[String], wanted: &str) {
    assert!(found.iter().any(|one| one.contains(wanted)), "{wanted:?} is not in {found:#?}");
}

#[test]
fn what_goes_wrong_is_found() {
    let site = OtherSite::with(EVERYTHING_WRONG);
    let tab = nobody();
    tab.go_to(&site.url());
    tab.sees("Small");
    let mut mishaps = tab.mishaps(&[]);
    while !mishaps.iter().any(|one| one.contains("a request failed")) {
        // The refused connection is told a moment later.
        tab.until("document.readyState === 'complete'");
        mishaps.extend(tab.mishaps(&[]));
    }
    for wanted in ["a hostile text ran", "broken", "img-src", "a request elsewhere"] {
        finds(&mishaps, wanted);
    }
    let violations = tab.violations();
    for rule in ["color-contrast", "label", "html-has-lang"] {
        finds(&violations, rule);
    }
    tab.screen(PHONE);
    assert!(tab.small_targets().is_some_and(|found| found.contains("Small")));
    tab.screen(NARROW);
    assert!(tab.overflow().is_some_and(|found| found.contains("div")));
}

#[test]
fn what_is_missing_is_waited_for_and_then_told() {
    let site = OtherSite::with(
        "<title>late</title><p id=text>early</p><script>
        setTimeout(() => { document.querySelector('#text').textContent = 'late'; }, 300);</script>",
    );
    let tab = nobody();
    tab.go_to(&site.url());
    tab.sees("late");
    assert!(!tab.offers("Nothing"));
}

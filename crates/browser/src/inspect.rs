//! What must not happen on any page, whatever is done there: errors on the console, sources that
//! the content security policy refuses, requests that fail or go elsewhere, a page wider than its
//! screen, and a script that came with somebody's name.

use serde_json::Value;

use crate::tab::Tab;

impl Tab {
    /// What went wrong in the browser since this was asked last, one sentence each.
    /// `expected` are the statuses that the test itself provoked.
    pub fn mishaps(&self, expected: &[u64]) -> Vec<String> {
        let mut mishaps = self.console(expected);
        mishaps.extend(self.requests(expected));
        if self.holds("window.hostile !== undefined") {
            mishaps.push("a hostile text ran as a script".to_owned());
        }
        mishaps
    }

    fn console(&self, expected: &[u64]) -> Vec<String> {
        let entries = self.session().log("browser");
        let told = entries.iter().filter_map(|entry| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
            let provoked = expected.iter().any(|status| {
                text("source") == "network" && text("message").contains(&format!("of {status} "))
            });
            let loud = matches!(text("level"), "SEVERE" | "WARNING");
            (loud && !provoked)
                .then(|| format!("console ({}): {}", text("source"), text("message")))
        });
        told.collect()
    }

    fn requests(&self, expected: &[u64]) -> Vec<String> {
        let mut mishaps = Vec::new();
        for entry in self.session().log("performance") {
            let text = entry.get("message").and_then(Value::as_str).unwrap_or_default();
            let Ok(event) = serde_json::from_str::<Value>(text) else { continue };
            let at = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default();
            match at("/message/method") {
                "Network.requestWillBeSent" => {
                    let url = at("/message/params/request/url");
                    let ours = ["data:", "blob:", "about:", self.base()];
                    if !ours.iter().any(|start| url.starts_with(start)) {
                        mishaps.push(format!("a request elsewhere: {url}"));
                    }
                }
                "Network.responseReceived" => {
                    let status = event.pointer("/message/params/response/status");
                    let status = status.and_then(Value::as_u64).unwrap_or_default();
                    if status >= 400 && !expected.contains(&status) {
                        let url = at("/message/params/response/url");
                        mishaps.push(format!("a request was answered with {status}: {url}"));
                    }
                }
                "Network.loadingFailed" => {
                    // What the visitor leaves is cancelled: that is no failure.
                    let left =
                        event.pointer("/message/params/canceled") == Some(&Value::Bool(true));
                    let why = at("/message/params/errorText");
                    if !left && why != "net::ERR_ABORTED" {
                        mishaps.push(format!("a request failed: {why}"));
                    }
                }
                _ => {}
            }
        }
        mishaps
    }

    /// What reaches beyond the screen to the right, if anything does.
    pub fn overflow(&self) -> Option<String> {
        let wide = self.eval(
            r"(() => {
              const width = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= width) return null;
              const out = [...document.body.querySelectorAll('*')].filter((e) => seen(e)
                && e.getBoundingClientRect().right > width + 1);
              return width + ' px are not enough for: ' + out.slice(0, 5).map((e) =>
                e.tagName.toLowerCase() + (e.className ? '.' + String(e.className.baseVal ?? e.className)
                  .trim().split(/\s+/).join('.') : '')).join(', ');
            })()",
        );
        wide.as_str().map(str::to_owned)
    }

    /// What is too small for a thumb. Links within a sentence are as high as their line.
    pub fn small_targets(&self) -> Option<String> {
        let small = self.eval(
            r"(() => {
              const targets = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
              // Links in text and in tables are as high as their line; those that act as buttons are not.
              const inline = (e) => e.tagName === 'A' && !e.closest('nav') && !e.matches('.button');
              const box = (e) => {
                const around = e.closest('label') || (e.labels && e.labels[0]);
                const own = e.getBoundingClientRect();
                const label = around && around.contains(e) ? around.getBoundingClientRect() : own;
                return Math.max(own.height, label.height);
              };
              // What waits outside the screen until it has the focus is not for thumbs.
              const hidden = (e) => {
                const at = e.getBoundingClientRect();
                const cut = (x) => x && (getComputedStyle(x).clipPath.startsWith('inset(50%') || cut(x.parentElement));
                return cut(e) || at.width < 3 || at.right <= 0 || at.bottom + scrollY <= 0;
              };
              const small = [...document.querySelectorAll(targets)].filter((e) => seen(e) && !hidden(e)
                && !inline(e) && box(e) < 43.5);
              return small.slice(0, 6).map((e) => words(e).slice(0, 30) + ' (' + e.tagName.toLowerCase() +
                (e.className ? '.' + String(e.className).trim().split(/\s+/).join('.') : '') + ', ' +
                Math.round(box(e)) + ' px)').join(', ');
            })()",
        );
        let small = small.as_str().unwrap_or_default();
        (!small.is_empty()).then(|| format!("lower than 44 px on a phone: {small}"))
    }

    /// Bytes that came over the wire for this page: the page itself, and with all it loaded.
    pub fn weight(&self) -> (u64, u64) {
        let sizes = self.eval(
            "(() => {
              const page = performance.getEntriesByType('navigation')[0].transferSize;
              const rest = performance.getEntriesByType('resource').map((r) => r.transferSize);
              return [page, rest.reduce((a, b) => a + b, page)];
            })()",
        );
        let at = |index: usize| sizes.get(index).and_then(Value::as_u64).unwrap_or_default();
        (at(0), at(1))
    }

    /// When the largest part of the page was painted, in milliseconds after the visit began.
    pub fn largest_paint_ms(&self) -> f64 {
        let painted = self.eval(
            "new Promise((tell) => new PerformanceObserver((list) =>
               tell(list.getEntries().at(-1).startTime))
               .observe({ type: 'largest-contentful-paint', buffered: true }))",
        );
        painted.as_f64().unwrap_or(f64::INFINITY)
    }

    /// The paths of the links on the page.
    pub fn links(&self) -> Vec<String> {
        let links = self.eval(
            "[...new Set([...document.querySelectorAll('a[href]')]
               .map((a) => new URL(a.getAttribute('href'), document.baseURI))
               .filter((u) => u.origin === location.origin).map((u) => u.pathname))]",
        );
        let links = links.as_array().cloned().unwrap_or_default();
        links.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

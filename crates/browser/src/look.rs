//! A page on every screen, light and dark: accessible, within its screen, with targets for thumbs. Pictures are
//! kept of all.

use crate::pictures;
use crate::tab::{DESKTOP, NARROW, PHONE, Tab, Theme};

impl Tab {
    /// Looks at the page that is shown and keeps pictures of it under this name; what is wrong with it, one
    /// sentence each. `expected` are the statuses that the test itself provoked.
    pub fn look(&self, name: &str, expected: &[u64]) -> Vec<String> {
        let mut faults = self.mishaps(expected);
        if self.eval("document.querySelectorAll('h1').length") != 1 || self.holds("!document.title")
        {
            faults.push("needs one h1 and a title".to_owned());
        }
        for size in [DESKTOP, PHONE] {
            self.screen(size);
            if size == PHONE {
                // Scripts look at the screen once.
                self.reload();
            }
            for theme in [Theme::Light, Theme::Dark] {
                self.theme(theme);
                let found = match theme {
                    Theme::Light => self.violations(),
                    Theme::Dark => self.colour_violations(),
                };
                let place = format!("{} {}", theme.name(), size.name);
                faults.extend(found.into_iter().map(|fault| format!("{place}: {fault}")));
                pictures::keep(self, name, theme, size);
            }
        }
        self.theme(Theme::Light);
        faults.extend(self.small_targets());
        self.screen(NARROW);
        faults.extend(self.overflow());
        faults.extend(self.mishaps(expected));
        faults
    }
}

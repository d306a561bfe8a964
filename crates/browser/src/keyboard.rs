//! A person without a pointer: only keys, as the keyboard sends them. What has the focus is found
//! out the way a screen reader says it.

use serde_json::{Value, json};

use crate::tab::Tab;

/// The keys of WebDriver.
pub const TAB: &str = "\u{e004}";
/// Enter.
pub const ENTER: &str = "\u{e007}";
/// Shift, held while the next key is pressed.
pub const SHIFT: &str = "\u{e008}";
/// Control, held while the next key is pressed.
pub const CONTROL: &str = "\u{e009}";
/// Escape.
pub const ESCAPE: &str = "\u{e00c}";
/// Space.
pub const SPACE: &str = " ";
/// Arrow down.
pub const DOWN: &str = "\u{e015}";
/// Steps with Tab through one page before it is given up.
const STEPS_MAX: usize = 150;

/// What has the focus: its role, or its element's name, and its words.
const FOCUSED: &str = r"(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return '';
  const label = e.labels && e.labels.length ? e.labels[0].innerText : '';
  return plain(e.getAttribute('aria-label') || label || e.innerText || e.value || e.name);
})()";

impl Tab {
    /// Presses keys one after the other and lets go of each.
    pub fn keys(&self, keys: &str) {
        let mut actions = Vec::new();
        for key in keys.chars() {
            actions.push(json!({"type": "keyDown", "value": key.to_string()}));
            actions.push(json!({"type": "keyUp", "value": key.to_string()}));
        }
        self.act(&actions);
    }

    /// Presses a key while another is held.
    pub fn chord(&self, held: &str, key: &str) {
        self.act(&[
            json!({"type": "keyDown", "value": held}),
            json!({"type": "keyDown", "value": key}),
            json!({"type": "keyUp", "value": key}),
            json!({"type": "keyUp", "value": held}),
        ]);
    }

    fn act(&self, actions: &[Value]) {
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]});
        let pressed = self.session().post("actions", &body);
        pressed.unwrap_or_else(|fault| panic!("keys cannot be pressed: {fault}"));
    }

    /// The words of what has the focus.
    pub fn focus(&self) -> String {
        let focused = self.try_eval(FOCUSED, &[]).unwrap_or_default();
        focused.as_str().unwrap_or_default().to_owned()
    }

    /// Goes on with Tab until something with these words has the focus; it must be visible there.
    pub fn tab_to(&self, words: &str) {
        let mut passed = Vec::new();
        for _ in 0..STEPS_MAX {
            let focus = self.focus();
            if focus.starts_with(words) {
                self.focus_is_seen(words);
                return;
            }
            passed.push(focus);
            self.keys(TAB);
        }
        passed.dedup();
        panic!("Tab never comes to {words:?}; it comes to {passed:?}\n{}", self.account());
    }

    fn focus_is_seen(&self, words: &str) {
        // A ring, a border or another ground: something has to differ from the same thing without focus.
        let seen = r"(() => {
          const e = document.activeElement;
          const look = () => [e, e.closest('label'), e.parentElement].filter(Boolean).map((x) => {
            const s = getComputedStyle(x);
            return [s.outlineStyle, s.outlineWidth, s.boxShadow, s.borderColor, s.backgroundColor].join();
          }).join('|');
          const s = getComputedStyle(e);
          if (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) return true;
          return s.boxShadow !== 'none' && look() !== '';
        })()";
        assert!(self.holds(seen), "the focus is not visible on {words:?}\n{}", self.account());
    }

    /// Comes to a field with Tab and replaces what is in it.
    pub fn tab_and_fill(&self, label: &str, text: &str) {
        self.tab_to(label);
        self.chord(CONTROL, "a");
        self.keys(text);
    }

    /// Comes to a button or link with Tab and presses Enter there.
    pub fn tab_and_press(&self, words: &str) {
        self.tab_to(words);
        self.keys(ENTER);
    }
}

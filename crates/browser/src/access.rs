//! What assistive technology gets of a page: the accessibility tree of the browser, and axe-core's
//! judgement by the rules of WCAG 2.2, A and AA.

use std::path::PathBuf;
use std::sync::LazyLock;

use firebell_testkit::process::firebell;
use serde_json::{Value, json};

use crate::driver::{Element, REMEDY};
use crate::tab::Tab;

/// Where `cargo xtask setup` puts axe-core, below the target folder.
const AXE: &str = "browser/node_modules/axe-core/axe.min.js";
/// Places of one violation that are reported.
const PLACES_MAX: usize = 4;

static AXE_TEXT: LazyLock<Option<String>> =
    LazyLock::new(|| std::fs::read_to_string(target().join(AXE)).ok());

/// All rules of WCAG 2.2, A and AA.
const EVERY_RULE: &str =
    "{ type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }";
/// Those that depend on colours.
const COLOUR_RULES: &str = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }";
const RUN: &str = "scrollTo(0, 0); return axe.run(document, {
  runOnly: RULES,
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
}).then((found) => found.violations.map((v) => ({
  rule: v.id, help: v.help,
  places: v.nodes.map((n) => n.target.join(' ') + ': ' + n.html.slice(0, 160) + ' ' +
    n.any.concat(n.all, n.none).map((c) => c.message).join('; ')),
})));";

/// The target folder of this build: above the binary under test.
pub fn target() -> PathBuf {
    let binary = firebell();
    binary.ancestors().nth(2).map_or_else(PathBuf::new, PathBuf::from)
}

/// What assistive technology is told of one element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it is.
    pub role: String,
    /// How it is called.
    pub name: String,
    /// What is said besides.
    pub description: String,
    /// Whether it is said to be disabled.
    pub disabled: bool,
    /// Whether the focus can go there.
    pub focusable: bool,
}

impl Tab {
    /// The violations that axe-core finds, one sentence each.
    ///
    /// # Panics
    /// When axe-core is not installed.
    pub fn violations(&self) -> Vec<String> {
        self.judge(EVERY_RULE)
    }

    /// Those of colours only: nothing else differs between themes.
    ///
    /// # Panics
    /// When axe-core is not installed.
    pub fn colour_violations(&self) -> Vec<String> {
        self.judge(COLOUR_RULES)
    }

    fn judge(&self, rules: &str) -> Vec<String> {
        let axe = AXE_TEXT.as_ref();
        let axe = axe.unwrap_or_else(|| panic!("axe-core is not installed; {REMEDY}"));
        if !self.holds("window.axe") {
            let loaded = self.session().script(axe, &[]);
            loaded.unwrap_or_else(|fault| panic!("axe-core does not start: {fault}"));
        }
        let found = self.session().script(&RUN.replace("RULES", rules), &[]);
        let found = found.unwrap_or_else(|fault| panic!("axe-core did not finish: {fault}"));
        found.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(violation).collect()
    }

    /// What assistive technology is told of an element.
    ///
    /// # Panics
    /// When the element is not in the accessibility tree at all.
    pub fn told(&self, element: &Element) -> Told {
        let marked = json!([element.argument()]);
        let marked = marked.as_array().map(Vec::as_slice).unwrap_or_default();
        let mark = "(arguments[0].setAttribute('data-told', ''), true)";
        self.eval_with(mark, marked);
        let session = self.session();
        session.devtools("Accessibility.enable", &json!({}));
        let root = session.devtools("DOM.getDocument", &json!({"depth": 0}));
        let root =
            root.get("root").and_then(|held| held.get("nodeId")).cloned().unwrap_or_default();
        let query = json!({"nodeId": root, "selector": "[data-told]"});
        let node = session.devtools("DOM.querySelector", &query);
        let node = node.get("nodeId").cloned().unwrap_or_default();
        let query = json!({"nodeId": node, "fetchRelatives": false});
        let tree = session.devtools("Accessibility.getPartialAXTree", &query);
        session.devtools("Accessibility.disable", &json!({}));
        self.eval_with("(arguments[0].removeAttribute('data-told'), true)", marked);
        let node = tree.pointer("/nodes/0").expect("the element in the accessibility tree");
        let text = |name: &str| {
            let value = node.get(name).and_then(|held| held.get("value")).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let is = |name: &str| {
            let all = node.get("properties").and_then(Value::as_array);
            all.into_iter().flatten().any(|property| {
                property.get("name").and_then(Value::as_str) == Some(name)
                    && property.pointer("/value/value") == Some(&json!(true))
            })
        };
        Told {
            role: text("role"),
            name: text("name"),
            description: text("description"),
            disabled: is("disabled"),
            focusable: is("focusable"),
        }
    }
}

fn violation(found: &Value) -> String {
    let text = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default();
    let places = found.get("places").and_then(Value::as_array).map(Vec::as_slice);
    let places = places.unwrap_or_default();
    let shown: Vec<&str> = places.iter().take(PLACES_MAX).filter_map(Value::as_str).collect();
    format!(
        "{}: {} ({} places)\n    {}",
        text("rule"),
        text("help"),
        places.len(),
        shown.join("\n    ")
    )
}

//! Templates: what they can say, and what hostile ones cannot do.

use serde_json::json;

use super::*;

fn render(source: &str, format: Format) -> Result<Rendered, TemplateError> {
    let context = json!({
        "summary": "Disk <full> \"now\"",
        "number": 42,
        "on": true,
        "nothing": null,
        "empty": "",
        "tags": ["a", "b"],
        "properties": {"Severity": "Sev-2", "Host name": "db-1", "deep": {"x": 1.5}},
    });
    Template::compile(source, format)?.render(&context)
}

fn text(source: &str) -> String {
    render(source, Format::Text).unwrap().output
}

fn fault(source: &str, format: Format) -> String {
    render(source, format).unwrap_err().to_string()
}

#[test]
fn placeholders_filters_and_choices() {
    let table = [
        ("no tags, { braces } and 50 %", "no tags, { braces } and 50 %"),
        ("{{summary}}", "Disk <full> \"now\""),
        ("{{ properties.Severity }}", "Sev-2"),
        ("{{ properties[\"Host name\"] }}", "db-1"),
        ("{{ properties.deep.x }} {{ number }} {{ tags[1] }}", "1.5 42 b"),
        ("{{ summary|upper }}", "DISK <FULL> \"NOW\""),
        ("{{ summary|truncate(6)|lower }}", "disk …"),
        ("{{ gone|default(\"none: {{x}} %}\") }}", "none: {{x}} %}"),
        ("{{ empty|default('e') }}{{ nothing|default('n') }}{{ number|default('x') }}", "en42"),
        ("{{ properties|json }}", r#"{"Host name":"db-1","Severity":"Sev-2","deep":{"x":1.5}}"#),
        ("{{ tags|json }}{{ nothing|json }}{{ on|json }}", r#"["a","b"]nulltrue"#),
        ("{% if number == 42 and not gone %}yes{% else %}no{% endif %}", "yes"),
        ("{% if gone %}a{% elif (number > 1) %}b{% endif %}", "b"),
        ("{% for k in tags %}{{ k }}{% if not loop.last %},{% endif %}{% endfor %}", "a,b"),
        ("{% for k in properties.deep %}{{k}}={{properties.deep[k]}}{% endfor %}", "x=1.5"),
        ("{% for k in gone %}x{% endfor %}{# {{ comment #}.", "."),
        ("a {{- summary -}} b", "aDisk <full> \"now\"b"),
        ("žluťoučký {{ summary|truncate(1) }}", "žluťoučký …"),
    ];
    for (source, expect) in table {
        assert_eq!(text(source), expect, "{source}");
    }
}

#[test]
fn missing_names_print_nothing_and_are_reported_once_printed() {
    let source = "[{{ gone }}|{{ properties.Sev.x }}|{{ nothing }}|{{ gone|upper }}]\
                  {% if absent %}{% endif %}{{ other|default('x') }}";
    let got = render(source, Format::Text).unwrap();
    assert_eq!(got.output, "[|||]x");
    assert_eq!(got.missing, ["gone", "nothing", "properties.Sev.x"]);
    let many: String = (0..100).map(|i| ["{{ n", &i.to_string(), " }}"].concat()).collect();
    assert_eq!(render(&many, Format::Text).unwrap().missing.len(), MISSING_MAX);
}

#[test]
fn html_escapes_every_value() {
    let got = render("<b>{{ summary }}</b>{{ summary|json }}", Format::Html).unwrap().output;
    assert!(got.starts_with("<b>Disk &lt;full&gt; &quot;now&quot;</b>"), "{got}");
    assert_eq!(got.matches('<').count(), 2, "{got}");
    let template = Template::compile("<a title='{{ a }}'>", Format::Html).unwrap();
    let got = template.render(&json!({"a": "/'\"&é<>"})).unwrap().output;
    assert_eq!(got, "<a title='/&#39;&quot;&amp;é&lt;&gt;'>");
    assert!(fault("{{ summary|safe }}", Format::Html).contains("no filter `safe`"));
}

#[test]
fn json_stays_json_whatever_the_values() {
    let source = r#"{"t": "{{ summary }}", "n": {{ number|json }}, "p": {{ properties|json }},
                     "g": "{{ gone }}", "h": {{ gone|json }}}"#;
    let got = render(source, Format::Json).unwrap().output;
    let got: serde_json::Value = serde_json::from_str(&got).unwrap();
    assert_eq!(got["t"], "Disk <full> \"now\"");
    assert_eq!(got["n"], 42);
    assert_eq!(got["p"]["deep"]["x"], 1.5);
    assert_eq!(got["g"], "");
    assert_eq!(got["h"], json!(null));

    let template = Template::compile(r#"{"t": "{{ a }}"}"#, Format::Json).unwrap();
    for hostile in ["\", \"admin\": true, \"x\": \"", "\\", "\n\u{0}\u{2028}", "</script>"] {
        let got = template.render(&json!({"a": hostile})).unwrap().output;
        let got: serde_json::Value = serde_json::from_str(&got).unwrap();
        assert_eq!(got, json!({"t": hostile}));
    }
    for broken in [r#"{"t": {{ summary }}}"#, r#"{"t": "{{ summary|json }}"}"#, "{", "", "{{ x }}"]
    {
        assert!(fault(broken, Format::Json).contains("not JSON"), "{broken}");
    }
}

#[test]
fn faults_name_the_line_and_the_remedy() {
    let table = [
        ("a\nb {{ name", "line 2: the tag has no end: write }}"),
        ("\n\n{% if x", "line 3: the tag has no end: write %}"),
        ("{# a", "line 1: the comment has no end"),
        ("{{ 'a }}", "line 1: the quoted text has no end"),
        ("{{ }}", "line 1: the placeholder is empty"),
        ("{{ name|default:\"x\" }}", "default(\"text\")"),
        ("\n{{ name|shout }}", "line 2: there is no filter `shout`"),
        ("{{ name|truncate }}", "missing"),
        ("{{ name|upper(1) }}", "line 1: "),
        ("{% if x is defined %}{% endif %}", "`is` is not available"),
        ("{% if x %}", "line 1: "),
        ("{% endfor %}", "line 1: "),
        ("{{ a b }}", "line 1: "),
        ("{{ \"\\ud800\" }}", "line 1: "),
    ];
    for (source, expect) in table {
        let got = fault(source, Format::Text);
        assert!(got.contains(expect), "{source}: {got}");
        assert_eq!(check(source, Format::Text).unwrap_err().to_string(), got);
    }
}

#[test]
fn hostile_templates_are_refused() {
    let doubling = "{% set a = 'xxxxxxxx' %}{% set a = a ~ a %}{{ a }}";
    for source in [
        doubling,
        "{% with a = 1 %}{% endwith %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as x %}",
        "{% extends 'x' %}",
        "{% raw %}{{ a }}{% endraw %}",
        "{% filter upper %}{% endfilter %}",
        "{%- set a = 1 %}",
        "{% for a in b recursive %}{{ loop(a) }}{% endfor %}",
        "{{ range(1000000000) }}",
        "{{ 'x' * 1000000000 }}",
        "{{ a ~ a }}",
        "{{ a + a }}",
        "{{ a.items() }}",
        "{{ a['x']() }}",
        "{{ (a)() }}",
        "{{ 'x'.upper() }}",
        "{{ {'a': 1} }}",
        "{{ a[1:2] }}",
        "{{ 2 ** 64 }}",
        "{{ debug() }}",
        "{{ a if b() else c }}",
        "{{ a\u{0} }}",
    ] {
        assert!(check(source, Format::Text).is_err(), "{source}");
    }
}

#[test]
fn steps_sizes_and_depth_are_bounded() {
    let nested = format!("{}x{}", "{% for a in t %}".repeat(9), "{% endfor %}".repeat(9));
    let template = Template::compile(&nested, Format::Text).unwrap();
    let wide = json!({"t": vec![1; 30]});
    assert!(template.render(&wide).unwrap_err().message.contains("too many steps"));

    let template = Template::compile("{{ a }}{{ a }}", Format::Text).unwrap();
    assert!(template.render(&json!({"a": "x".repeat(OUTPUT_BYTES_MAX / 2)})).is_ok());
    let long = json!({"a": "x".repeat(OUTPUT_BYTES_MAX)});
    assert!(template.render(&long).unwrap_err().message.contains("longer than allowed"));

    assert!(check(&"x".repeat(SOURCE_BYTES_MAX), Format::Text).is_ok());
    assert!(fault(&"x".repeat(SOURCE_BYTES_MAX + 1), Format::Text).contains("32 KiB"));
}

#[test]
fn depth_is_bounded_before_the_parser_recurses() {
    let brackets = |n| format!("{{{{ {}a{} }}}}", "(".repeat(n), ")".repeat(n));
    let lists = |n| format!("{{{{ {}a{} }}}}", "[".repeat(n), "]".repeat(n));
    let nots = |n| format!("{{% if {} a %}}{{% endif %}}", "not ".repeat(n));
    let minus = |n| format!("{{{{ {}1 }}}}", "- ".repeat(n));
    let members = |n| format!("{{{{ a{} }}}}", ".b".repeat(n));
    let filters = |n| format!("{{{{ a{} }}}}", "|upper".repeat(n));
    let blocks = |n| "{% if a %}".repeat(n) + &"{% endif %}".repeat(n);
    let elifs = |n| format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(n));
    let shapes: [&dyn Fn(usize) -> String; 8] =
        [&brackets, &lists, &nots, &minus, &members, &filters, &blocks, &elifs];
    for shape in shapes {
        assert_eq!(check(&shape(4), Format::Text), Ok(()), "{}", shape(4));
        for n in [101, 1_000, 5_000] {
            assert!(check(&shape(n), Format::Text).is_err());
        }
        // Whatever is just admitted must not hurt the engine either.
        for n in 5..=100 {
            let _either = check(&shape(n), Format::Text);
        }
    }
    assert!(fault(&brackets(9), Format::Text).contains("brackets nest deeper than 8"));
    assert!(fault(&blocks(17), Format::Text).contains("nest deeper than 16"));
    assert!(fault(&elifs(16), Format::Text).contains("nest deeper than 16"));
    let flat = "{% if a %}x{% elif b %}y{% endif %}".repeat(500);
    assert_eq!(check(&flat, Format::Text), Ok(()));
}

#[test]
fn named_templates_are_kept() {
    let mut templates = Templates::default();
    templates.insert("subject", "{{ summary }}", Format::Text).unwrap();
    assert!(templates.insert("body", "{{", Format::Text).is_err());
    assert!(templates.get("body").is_none());
    let got = templates.get("subject").unwrap().render(&json!({"summary": "s"})).unwrap();
    assert_eq!(got.output, "s");
}

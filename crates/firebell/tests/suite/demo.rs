//! `demo`: the first thing anybody sees.

use super::support::{program, run};

fn demo(more: &[&str]) -> super::support::Ended {
    let mut command = program();
    command.args(["demo", "--exit", "--listen", "127.0.0.1:0"]).args(more);
    run(command, "").with(0)
}

#[test]
fn the_story_is_told_to_its_end() {
    let told = demo(&[]).stdout;
    for part in [
        "sample data",
        "Who is on call now",
        "nobody stands in",
        "202 Accepted, durable",
        "Alert #1, high: Disk on db-1 is almost full",
        "Webhook received, signature verified",
        "kept in the outbox",
        "answers: Can't.",
        "The escalation goes on at once: Maria is told.",
        "Maria answers: On it.",
        "The alert is acknowledged",
        "The alert is closed by itself.",
        "is away, and nobody stands in",
        "Resolved by the source",
    ] {
        assert!(told.contains(part), "{part:?} is missing in:\n{told}");
    }
    for gone in ["Now you", "FIREBELL_URL", "curl"] {
        assert!(!told.contains(gone), "{gone:?} leads to a server that has ended:\n{told}");
    }
    assert!(!told.contains('\x1b'), "no colours without a terminal");
    assert!(demo(&["--color", "always"]).stdout.contains("\x1b["));
}

#[test]
fn for_programs_the_story_is_one_object() {
    let told = demo(&["--json"]).json();
    assert_eq!(told["alert"]["state"], "CLOSED");
    assert!(told["timeline"].as_array().unwrap().len() > 8, "{told}");
}

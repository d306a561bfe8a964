//! Automation of the project: `cargo xtask <setup|ci|test|tidy|bench|fuzz|guide>`.
//!
//! Run by people and by `.ci/run`. Arguments become an [`Order`] here; each order has its module.
//! Depends on the standard library and `anyhow` only, so that it builds in seconds. It must never
//! change a source file; only `guide` changes anything of the checkout, the guide's pictures.
#![expect(clippy::print_stdout, reason = "a command-line tool talks through stdout")]
#![expect(clippy::print_stderr, reason = "faults go to stderr")]
#![expect(clippy::disallowed_methods, reason = "it reads its environment and times its own steps")]

mod fuzz;
mod guide;
mod run;
mod setup;
mod suite;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;

use crate::run::Invocation;
use crate::suite::Scope;

const HELP: &str = "\
Automation of Firebell.

Usage: cargo xtask COMMAND [ARGUMENTS]

Commands:
  setup   install what the tests need (PostgreSQL, Prometheus, an SMTP server, Chromium), only when
          missing
  test    setup, formatting, tidy, clippy, build, all tests on both engines, docs
          [--quick] without setup and docs, [-p CRATE] for one crate only
  ci      the same as test, after printing the versions of the tools
  tidy    the project's own rules: dependency arrows, headers, SQL, migrations, links
  bench   build the load generator in release mode and run it; arguments are passed on
  fuzz    run every fuzz target: [--seconds N] each (default 30), [TARGET...] only these
  guide   take the pictures of docs/guide anew, with the browser tests

Exit codes: 0 all well, 1 a step or a check failed, 2 the command line is not understood.";

/// Printed by itself: building the load generator in release mode takes minutes.
const BENCH_HELP: &str = "\
Measures Firebell on this machine; builds it in release mode first.

Usage: cargo xtask bench [ORDER] [OPTIONS]

Orders:
  all           everything (the default)
  accept        durable accept beside an endpoint that only parses
  process       events processed beside a bare insert of the same rows
  alertmanager  durable accept beside Debian's Alertmanager
  latency       from the sender to the webhook, at 500 events a second
  memory        memory and cold start with much data
  config        the configuration plane: commit to Ready elsewhere, memory, licences, sign-in
  pages         the pages with 100,000 people, 10,000 groups and a million alerts; live pages

Options:
  --quick       shorter rounds, rough figures
  --only ENGINE on this engine only
  --write       writes the table to bench/RESULTS.md; needs --date DAY and the whole run";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let order = match parse(&arguments) {
        Ok(order) => order,
        Err(fault) => {
            eprintln!("error: {fault}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match obey(order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What the command line asks for.
#[derive(Debug, PartialEq)]
enum Order {
    Help,
    Setup,
    Test(Scope),
    Ci(Scope),
    Tidy,
    Bench(Vec<String>),
    BenchHelp,
    Fuzz(fuzz::Plan),
    Guide,
}

fn obey(order: Order) -> Result<()> {
    match order {
        Order::Help => println!("{HELP}"),
        Order::Setup => setup::run()?,
        Order::Test(scope) => suite::run(&scope)?,
        Order::Ci(scope) => {
            run::print_versions();
            suite::run(&scope)?;
        }
        Order::Tidy => tidy::run()?,
        Order::BenchHelp => println!("{BENCH_HELP}"),
        Order::Bench(arguments) => {
            // The pages are those of the real binary, which stands beside the bench.
            Invocation::cargo(&["build", "--release", "-p", "firebell"]).run()?;
            Invocation::cargo(&["run", "--release", "-p", "firebell-bench", "--"])
                .args(arguments)
                .run()?;
        }
        Order::Fuzz(plan) => fuzz::run(&plan)?,
        Order::Guide => guide::run()?,
    }
    Ok(())
}

fn parse(arguments: &[String]) -> Result<Order, String> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err("no command given".to_owned());
    };
    if command != "bench" && rest.iter().any(|argument| argument == "--help" || argument == "-h") {
        return Ok(Order::Help);
    }
    match command.as_str() {
        "help" | "--help" | "-h" => Ok(Order::Help),
        "setup" => nothing_more(command, rest).map(|()| Order::Setup),
        "tidy" => nothing_more(command, rest).map(|()| Order::Tidy),
        "guide" => nothing_more(command, rest).map(|()| Order::Guide),
        "test" => Scope::parse(rest).map(Order::Test),
        "ci" => Scope::parse(rest).map(Order::Ci),
        "bench" if matches!(rest, [only] if only == "--help" || only == "-h") => {
            Ok(Order::BenchHelp)
        }
        "bench" => Ok(Order::Bench(rest.to_vec())),
        "fuzz" => fuzz::Plan::parse(rest).map(Order::Fuzz),
        other => Err(format!("unknown command `{other}`")),
    }
}

fn nothing_more(command: &str, rest: &[String]) -> Result<(), String> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => Err(format!("`{command}` takes no argument, got `{extra}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Order, String> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn every_command_is_understood() {
        assert_eq!(parsed("setup"), Ok(Order::Setup));
        assert_eq!(parsed("tidy"), Ok(Order::Tidy));
        assert_eq!(parsed("guide"), Ok(Order::Guide));
        assert_eq!(parsed("test"), Ok(Order::Test(Scope::default())));
        let scope = Scope { quick: true, package: Some("firebell-domain".to_owned()) };
        assert_eq!(parsed("ci --quick -p firebell-domain"), Ok(Order::Ci(scope)));
        let passed_on = vec!["accept".to_owned(), "--help".to_owned()];
        assert_eq!(parsed("bench accept --help"), Ok(Order::Bench(passed_on)));
        assert_eq!(parsed("bench --help"), Ok(Order::BenchHelp));
        let plan = fuzz::Plan { seconds: 5, targets: vec!["trigger".to_owned()] };
        assert_eq!(parsed("fuzz --seconds 5 trigger"), Ok(Order::Fuzz(plan)));
        assert_eq!(parsed("test --help"), Ok(Order::Help));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, word) in [
            ("", "no command"),
            ("tets", "`tets`"),
            ("tidy now", "`now`"),
            ("test --fast", "`--fast`"),
            ("test -p", "-p"),
            ("fuzz --seconds soon", "`soon`"),
            ("fuzz --seconds 0", "`0`"),
            ("fuzz --length", "`--length`"),
        ] {
            let fault = parsed(line).expect_err(line);
            assert!(fault.contains(word), "`{line}` gave: {fault}");
        }
    }
}

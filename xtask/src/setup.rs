//! `setup`: installs what the tests need, by package name, only what is missing.
//!
//! Only Debian's and Ubuntu's packages are known; elsewhere it says which programs are needed.
//! It must never start, stop or rely on a database server of the machine: tests start their own.

use anyhow::{Result, bail};

use crate::run::{self, Invocation};

/// Something the tests run, and the Debian package that brings it.
struct Need {
    what: &'static str,
    package: &'static str,
    present: fn() -> bool,
}

const NEEDS: [Need; 4] = [
    Need {
        what: "PostgreSQL's server programs `initdb` and `postgres`",
        package: "postgresql",
        present: || {
            !run::postgres_folders().is_empty()
                || (run::on_path("initdb") && run::on_path("postgres"))
        },
    },
    Need { what: "`prometheus`", package: "prometheus", present: || run::on_path("prometheus") },
    Need {
        what: "`prometheus-alertmanager`",
        package: "prometheus-alertmanager",
        present: || run::on_path("prometheus-alertmanager"),
    },
    Need {
        what: "`aiosmtpd` (a real SMTP server)",
        package: "python3-aiosmtpd",
        // The program, not the module: another `python3` may come first in the search path.
        present: || run::on_path("aiosmtpd"),
    },
];

/// Installs what is missing. Ends with an error that lists what is still missing.
pub(crate) fn run() -> Result<()> {
    components()?;
    let missing = missing();
    if missing.is_empty() {
        println!("setup: everything the tests need is installed");
        return Ok(());
    }
    println!("setup: missing {}", whats(&missing));
    if !run::on_path("apt-get") {
        bail!("there is no apt-get here; install these by hand and run again: {}", whats(&missing));
    }
    if let Err(error) = apt(&["update"]) {
        // One broken mirror is no reason to stop: the install decides.
        println!("setup: {error:#}; trying to install from the lists that are there");
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    apt(&[&["install", "-y", "--no-install-recommends"], packages.as_slice()].concat())?;
    let left = self::missing();
    if !left.is_empty() {
        bail!("the packages were installed, but still missing: {}", whats(&left));
    }
    Ok(())
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !(need.present)()).collect()
}

fn whats(needs: &[&Need]) -> String {
    let list: Vec<&str> = needs.iter().map(|need| need.what).collect();
    list.join(", ")
}

fn components() -> Result<()> {
    for component in ["rustfmt", "clippy"] {
        let subcommand = if component == "rustfmt" { "fmt" } else { component };
        if Invocation::cargo(&[subcommand, "--version"]).answer().is_some() {
            continue;
        }
        println!("setup: missing `cargo {subcommand}`");
        if !run::on_path("rustup") {
            bail!("there is no rustup here; install the Rust component `{component}` by hand");
        }
        Invocation::new("rustup", &["component", "add", component]).run()?;
    }
    Ok(())
}

fn apt(arguments: &[&str]) -> Result<()> {
    let root = Invocation::new("id", &["-u"]).answer().is_some_and(|id| id.trim() == "0");
    let apt = [
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-o",
        "Acquire::Retries=3",
        // Another installer may run on this machine: wait for it, in seconds.
        "-o",
        "DPkg::Lock::Timeout=120",
    ];
    let invocation = match (root, run::on_path("sudo")) {
        (true, _) => Invocation::new("env", &apt),
        (false, true) => Invocation::new("sudo", &["env"]).args(apt),
        (false, false) => bail!(
            "installing needs root and there is no sudo here; as root, run: apt-get {}",
            arguments.join(" ")
        ),
    };
    invocation.args(arguments).run()
}

//! `setup`: installs what the tests need, by package name, only what is missing.
//!
//! Only Debian's and Ubuntu's packages are known; elsewhere it says which programs are needed.
//! It must never start, stop or rely on a database server of the machine: tests start their own.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::run::{self, Invocation};

/// Something the tests run, and the Debian package that brings it.
struct Need {
    what: &'static str,
    package: &'static str,
    present: fn() -> bool,
}

const NEEDS: [Need; 7] = [
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
    Need {
        what: "Chromium",
        package: "chromium",
        present: || ["chromium", "chromium-browser", "google-chrome"].into_iter().any(run::on_path),
    },
    Need {
        what: "`chromedriver`",
        package: "chromium-driver",
        present: || run::on_path("chromedriver"),
    },
    // Only to fetch axe-core below; nothing of ours is built with it.
    Need { what: "`npm`", package: "npm", present: || run::on_path("npm") || has_axe() },
];

/// The judge of accessibility that the browser tests load into pages. It is fetched and never kept
/// with the sources: its licence is the MPL-2.0.
const AXE: &str = "axe-core@4.14.1";
/// What the tests read of it, below [`axe_folder`].
const AXE_FILE: &str = "node_modules/axe-core/axe.min.js";

/// Installs what is missing. Ends with an error that lists what is still missing.
pub(crate) fn run() -> Result<()> {
    components()?;
    let missing = missing();
    if missing.is_empty() {
        axe()?;
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
    axe()
}

/// Below the target folder, which is made anew at will: where the tests look for it.
fn axe_folder() -> PathBuf {
    run::target().join("browser")
}

fn has_axe() -> bool {
    axe_folder().join(AXE_FILE).is_file()
}

fn axe() -> Result<()> {
    if has_axe() {
        return Ok(());
    }
    println!("setup: missing axe-core");
    let folder = axe_folder();
    fs::create_dir_all(&folder)?;
    let folder = folder.display().to_string();
    let quietly = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"];
    Invocation::new("npm", &["install", "--prefix", &folder]).args(quietly).args([AXE]).run()?;
    if !has_axe() {
        bail!("npm installed {AXE}, but there is no {AXE_FILE} in {folder}");
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

//! `guide`: runs the browser tests and takes their pictures over into the guide. The tests
//! themselves never touch the checkout, so that the gate leaves it as it is.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::run::{self, Invocation};

/// Where the pictures of the guide are kept, below the checkout.
const PICTURES: &str = "docs/guide/pictures";

/// Makes the pictures anew. Those that are no longer made go.
pub(crate) fn run() -> Result<()> {
    let made = run::target().join("guide");
    if made.exists() {
        fs::remove_dir_all(&made).with_context(|| format!("{} stays", made.display()))?;
    }
    Invocation::cargo(&["build", "--locked", "-p", "firebell"]).run()?;
    // Only the pages: the tests of the guide itself compare what is about to change.
    let pages = ["test", "--locked", "-p", "firebell-browser", "--test", "browser", "pages::"];
    Invocation::cargo(&pages).run()?;
    let pictures = pictures(&made)?;
    ensure!(!pictures.is_empty(), "the tests made no pictures in {}", made.display());
    let kept = run::root().join(PICTURES);
    if kept.exists() {
        fs::remove_dir_all(&kept).with_context(|| format!("{} stays", kept.display()))?;
    }
    fs::create_dir_all(&kept)?;
    for picture in &pictures {
        let name = picture.file_name().context("a picture without a name")?;
        fs::copy(picture, kept.join(name))?;
    }
    println!("guide: {} pictures in {PICTURES}", pictures.len());
    Ok(())
}

fn pictures(folder: &PathBuf) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

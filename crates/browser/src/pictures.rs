//! Screenshots: all are kept below the target folder, named by page, theme and size; those that the
//! guide shows besides under their own names, ready to be taken over by `cargo xtask guide`.

use std::path::PathBuf;

use crate::access::target;
use crate::tab::{DESKTOP, PHONE, Size, Tab, Theme};

/// Bytes of a picture of the guide.
pub const PICTURE_BYTES_MAX: usize = 60 * 1024;

/// A picture of the guide.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    /// Its file, without the extension `webp`.
    pub file: &'static str,
    /// The page of [`crate::pages::PAGES`].
    pub page: &'static str,
    /// On which screen.
    pub size: Size,
    /// Light or dark.
    pub theme: Theme,
    /// How much of the page is shown, in pixels from the top.
    pub height: u32,
}

const fn picture(
    file: &'static str,
    page: &'static str,
    size: Size,
    theme: Theme,
    height: u32,
) -> Picture {
    Picture { file, page, size, theme, height }
}

/// The pictures of the guide.
pub const PICTURES: [Picture; 18] = [
    picture("sign-in", "sign-in", DESKTOP, Theme::Light, 620),
    picture("answer", "answer", PHONE, Theme::Light, 844),
    picture("alerts", "alerts", DESKTOP, Theme::Light, 760),
    picture("alerts-phone", "alerts", PHONE, Theme::Dark, 844),
    picture("alert", "alert", DESKTOP, Theme::Light, 900),
    picture("devices", "devices", DESKTOP, Theme::Light, 720),
    picture("on-call", "on-call", DESKTOP, Theme::Light, 860),
    picture("group", "group", DESKTOP, Theme::Light, 720),
    picture("shift", "shift", DESKTOP, Theme::Light, 900),
    picture("absences", "absences", DESKTOP, Theme::Light, 760),
    picture("users", "users", DESKTOP, Theme::Light, 720),
    picture("add-user-refused", "users-full", DESKTOP, Theme::Light, 420),
    picture("licences", "licences", DESKTOP, Theme::Light, 760),
    picture("integration", "integration", DESKTOP, Theme::Light, 900),
    picture("silence", "silence-new", DESKTOP, Theme::Light, 900),
    picture("report", "reports", DESKTOP, Theme::Dark, 860),
    picture("configuration", "configuration", DESKTOP, Theme::Light, 700),
    picture("operator", "operator", DESKTOP, Theme::Light, 620),
];

/// Where screenshots are kept.
pub fn screenshots() -> PathBuf {
    folder("screenshots")
}

/// Where the guide's pictures are made.
pub fn guide() -> PathBuf {
    folder("guide")
}

fn folder(name: &str) -> PathBuf {
    let folder = target().join(name);
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}

/// Keeps pictures of a page as it is now: one of what is in view, and the guide's.
///
/// # Panics
/// When a picture of the guide is too large.
pub fn keep(tab: &Tab, page: &str, theme: Theme, size: Size) {
    let shot = tab.session().picture("png", None, 0.0);
    let file = screenshots().join(format!("{page}-{}-{}.png", theme.name(), size.name));
    std::fs::write(file, shot).expect("the screenshot is written");
    let wanted = PICTURES.iter().filter(|p| (p.page, p.theme, p.size) == (page, theme, size));
    for picture in wanted {
        let (height, width) = (f64::from(picture.height), f64::from(size.width));
        let bytes = tab.session().picture("webp", Some(height), width);
        let length = bytes.len();
        assert!(length <= PICTURE_BYTES_MAX, "{} has {length} bytes", picture.file);
        let file = guide().join(format!("{}.webp", picture.file));
        std::fs::write(file, bytes).expect("the picture is written");
    }
}

/// Keeps a picture of what a failing test saw.
pub fn keep_failure(tab: &Tab) {
    let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
    let taken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        tab.session().picture("png", None, 0.0)
    }));
    let file = screenshots().join(format!("failed-{test}.png"));
    if let Ok(picture) = taken
        && std::fs::write(&file, picture).is_ok()
    {
        #[expect(clippy::print_stderr, reason = "tells where the picture of the failure is")]
        {
            eprintln!("what the test saw: {}", file.display());
        }
    }
}

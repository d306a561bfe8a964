//! The last configuration that has proven itself, in a file: what a process without its database
//! starts from.
//!
//! Written by the driver, read by the binary before anything else is there. The file is frames of
//! [`wire`]: what it is, pages of a snapshot, and an end with the hash of everything
//! before. It is replaced as a whole or not at all, and readable only for its owner: it has hashes
//! of passwords, and the keys that the caller gives along. A file that is not exactly what was
//! written is refused; nothing is ever taken from a part of it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_config::digest::Digest;
use firebell_config::feed::{EntityPart, Head, InstancePart, SnapshotPage, SnapshotPart};
use firebell_config::view::{Held, Nack, View};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use serde::{Deserialize, Serialize};

use crate::wire::{self, FrameKind, HASH_BYTES, HEADER_BYTES, WireError};

/// Instances of one page.
const PAGE_INSTANCES: usize = 100;
/// Bodies of one page, in bytes, unless one instance has more.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of all the keys that are given along.
const KEYS_BYTES_MAX: usize = 64 * 1024;
/// Pages of one file: far more than the most instances.
const PAGES_MAX: u64 = 1_000_000;

/// Where to keep what has proven itself, and what a process needs besides to serve from it.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// The file; its folder must exist.
    pub path: PathBuf,
    /// Keys that all nodes share.
    pub keys: Keys,
}

/// Keys by name, such as the one that signs links and sessions. Never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys(pub BTreeMap<String, Vec<u8>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What was kept.
#[derive(Debug)]
pub struct Kept {
    /// The configuration, verified.
    pub view: View,
    /// The keys that were given along.
    pub keys: Keys,
    /// When it was written.
    pub written: Timestamp,
}

/// Why a file cannot be used, or written.
#[derive(Debug, thiserror::Error)]
pub enum LkgError {
    /// There is none.
    #[error("There is no last-known-good configuration at {0}.")]
    Missing(PathBuf),
    /// The disk, or its permissions.
    #[error("The last-known-good configuration at {0} cannot be read or written: {1}")]
    Io(PathBuf, io::Error),
    /// It is not what was written.
    #[error(
        "The last-known-good configuration at {0} is not used: {1}. Start with the database, which \
         replaces it."
    )]
    Refused(PathBuf, Refusal),
    /// The configuration may not be kept: part of it cannot be read.
    #[error("The configuration was not kept: {0}")]
    Unsound(Nack),
    /// The keys to keep are too long.
    #[error("The keys to keep with the configuration have more than {KEYS_BYTES_MAX} bytes.")]
    Keys,
}

/// What is wrong with a file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A frame.
    #[error("{0}")]
    Frame(#[from] WireError),
    /// The frames are not those that were written, or in another order.
    #[error("it is damaged: its parts do not belong together")]
    Parts,
    /// It belongs to another database.
    #[error("it belongs to another database")]
    OtherCell,
    /// This release does not get the same configuration from it.
    #[error("this release cannot take it: {0}")]
    Content(Nack),
}

#[derive(Serialize, Deserialize)]
struct FileHead {
    cell: [u8; 16],
    revision: (i64, i64),
    root: [u8; 32],
    written: i64,
    keys: BTreeMap<String, Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct FileEnd {
    pages: u64,
    hash: [u8; 32],
}

/// Replaces the file. It blocks; memory is needed for one page.
///
/// # Errors
/// [`LkgError::Io`], [`LkgError::Unsound`], [`LkgError::Keys`]. The file before stays then.
pub fn write(keeping: &Keeping, view: &View, now: Timestamp) -> Result<(), LkgError> {
    if let Some(nack) = view.nack() {
        return Err(LkgError::Unsound(nack));
    }
    let keys = &keeping.keys.0;
    if keys.iter().map(|(name, key)| name.len() + key.len()).sum::<usize>() > KEYS_BYTES_MAX {
        return Err(LkgError::Keys);
    }
    let failed = |error| LkgError::Io(keeping.path.clone(), error);
    let part = part_path(&keeping.path);
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        Ok(()) | Err(_) => {}
    }
    let written = write_part(&part, view, keys.clone(), now)
        .and_then(|()| std::fs::rename(&part, &keeping.path))
        .and_then(|()| sync_folder(&keeping.path));
    if written.is_err() {
        // What was half written is of no use; that it stays is no harm.
        drop(std::fs::remove_file(&part));
    }
    written.map_err(failed)
}

/// Reads the file. It blocks. With a cell, only a file of that database is used.
///
/// # Errors
/// [`LkgError::Missing`], [`LkgError::Io`], and [`LkgError::Refused`] for anything that is not
/// exactly what was written, or that this release decodes to something else.
pub fn read(path: &Path, cell: Option<[u8; 16]>) -> Result<Kept, LkgError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LkgError::Missing(path.to_owned()),
        _ => LkgError::Io(path.to_owned(), error),
    })?;
    let length = file.metadata().map_err(|error| LkgError::Io(path.to_owned(), error))?.len();
    let reader = Frames { left: length, input: BufReader::new(file), hash: blake3::Hasher::new() };
    read_frames(reader, cell).map_err(|fault| match fault {
        Fault::Io(error) => LkgError::Io(path.to_owned(), error),
        Fault::Refused(refusal) => LkgError::Refused(path.to_owned(), refusal),
    })
}

fn part_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn write_part(
    path: &Path,
    view: &View,
    keys: BTreeMap<String, Vec<u8>>,
    now: Timestamp,
) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    let mut out = Output { out: BufWriter::new(file), hash: blake3::Hasher::new() };
    let revision = (view.revision().epoch, view.revision().n);
    let (cell, root) = (view.cell(), view.root().to_bytes());
    let head = FileHead { cell, revision, root, written: now.as_microsecond(), keys };
    out.put(&wire::frame(FrameKind::FileHead, &head).map_err(io::Error::other)?)?;
    let mut pages = 0;
    let mut page = Vec::new();
    let mut bytes = 0;
    for held in view.instances() {
        let (part, size) = part_of(held).ok_or_else(|| io::Error::other("an unread instance"))?;
        let full = page.len() >= PAGE_INSTANCES || bytes + size > PAGE_BYTES;
        if full && !page.is_empty() {
            out.page(view, &mut page, Some(held.no()))?;
            (pages, bytes) = (pages + 1, 0);
        }
        page.push(part);
        bytes += size;
    }
    out.page(view, &mut page, None)?;
    let end = FileEnd { pages: pages + 1, hash: *out.hash.finalize().as_bytes() };
    out.put(&wire::frame(FrameKind::FileEnd, &end).map_err(io::Error::other)?)?;
    out.out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// An instance that could be read wholly, and about how many bytes it has.
fn part_of(held: &Held) -> Option<(SnapshotPart, usize)> {
    let directory = held.directory().filter(|_| held.is_whole())?;
    let one = &directory.instance;
    let instance = InstancePart {
        no: one.no.0,
        id: one.id.to_bytes(),
        name: one.name.to_string(),
        region: one.region.word().to_owned(),
        created: one.created.as_microsecond(),
    };
    let mut bytes = 0;
    let mut entities = Vec::new();
    for entity in directory.entities() {
        let (kind, id) = (entity.kind(), entity.id());
        let changed = directory.entity_revision(kind, id).unwrap_or_default();
        let body = held.body(&entity);
        bytes += body.len();
        let changed = (changed.epoch, changed.n);
        entities.push(EntityPart { kind: kind.word().to_owned(), id, body, changed });
    }
    let modified = (held.modified().epoch, held.modified().n);
    Some((SnapshotPart { instance, modified, entities }, bytes))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// A file that is being written.
struct Output {
    out: BufWriter<File>,
    hash: blake3::Hasher,
}

impl Output {
    fn put(&mut self, frame: &[u8]) -> io::Result<()> {
        self.hash.update(frame);
        self.out.write_all(frame)
    }

    fn page(
        &mut self,
        view: &View,
        parts: &mut Vec<SnapshotPart>,
        next: Option<InstanceNo>,
    ) -> io::Result<()> {
        let head = page_head(view.cell(), view.revision(), view.root());
        let page = SnapshotPage { head, parts: std::mem::take(parts), next };
        self.put(&wire::encode_page(&page).map_err(io::Error::other)?)
    }
}

const fn page_head(cell: [u8; 16], revision: Revision, root: Digest) -> Head {
    Head { cell, revision, root, floor: revision, approved: None }
}

enum Fault {
    Io(io::Error),
    Refused(Refusal),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // It became shorter while it was read.
            io::ErrorKind::UnexpectedEof => WireError::Short.into(),
            _ => Self::Io(error),
        }
    }
}

impl From<WireError> for Fault {
    fn from(error: WireError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Nack> for Fault {
    fn from(nack: Nack) -> Self {
        Self::Refused(Refusal::Content(nack))
    }
}

/// A file that is being read.
struct Frames {
    left: u64,
    input: BufReader<File>,
    /// Of the frames that were read.
    hash: blake3::Hasher,
}

impl Frames {
    /// The next frame, whole; its length is never more than the file has.
    fn next(&mut self) -> Result<Vec<u8>, Fault> {
        let mut header = [0; HEADER_BYTES];
        if self.left < HEADER_BYTES as u64 {
            return Err(WireError::Short.into());
        }
        self.input.read_exact(&mut header)?;
        let (_, length) = wire::frame_head(&header)?;
        let rest = length + HASH_BYTES;
        self.left -= HEADER_BYTES as u64;
        if self.left < rest as u64 {
            return Err(WireError::Short.into());
        }
        self.left -= rest as u64;
        let mut frame = Vec::from(header);
        frame.resize(HEADER_BYTES + rest, 0);
        if let Some(place) = frame.get_mut(HEADER_BYTES..) {
            self.input.read_exact(place)?;
        }
        Ok(frame)
    }
}

fn read_frames(mut frames: Frames, cell: Option<[u8; 16]>) -> Result<Kept, Fault> {
    let first = frames.next()?;
    let head: FileHead = wire::unframe(FrameKind::FileHead, &first)?;
    frames.hash.update(&first);
    if cell.is_some_and(|cell| cell != head.cell) {
        return Err(Refusal::OtherCell.into());
    }
    let revision = Revision { epoch: head.revision.0, n: head.revision.1 };
    let (root, mut view) = (Digest::from_bytes(head.root), View::building(head.cell));
    let expected = page_head(head.cell, revision, root);
    let mut pages = 0;
    // Ends with the last page, or with the file.
    loop {
        let frame = frames.next()?;
        let page = wire::decode_page(&frame)?;
        frames.hash.update(&frame);
        pages += 1;
        if page.head != expected || pages > PAGES_MAX {
            return Err(Refusal::Parts.into());
        }
        view = view.with_page(&page)?;
        if page.next.is_none() {
            break;
        }
    }
    let end: FileEnd = wire::unframe(FrameKind::FileEnd, &frames.next()?)?;
    if end.pages != pages || end.hash != *frames.hash.finalize().as_bytes() {
        return Err(Refusal::Parts.into());
    }
    if frames.left > 0 {
        return Err(WireError::Trailing.into());
    }
    let view = view.verified(root)?;
    if let Some(nack) = view.nack() {
        return Err(nack.into());
    }
    Ok(Kept { view, keys: Keys(head.keys), written: from_micros(head.written) })
}

#[cfg(test)]
mod tests;

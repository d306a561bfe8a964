//! What a source tells, as bytes: frames for HTTP and for the disk.
//!
//! A frame is `FBf`, a version, a kind, the length of the payload (4 bytes, big-endian), the payload
//! (postcard), and the BLAKE3 of all of that. A frame that is not exactly this is refused, with the
//! reason; none is ever taken in part. Frames carry hashes of secrets: never log them.

use firebell_config::digest::Digest;
use firebell_config::feed::{
    Delta, DeltaPart, Deltas, Head, SnapshotPage, SnapshotPart, SourceError,
};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The longest payload, in bytes. An answer has 16 MiB unless a single instance has more: the
/// largest that is allowed has some hundred.
pub const PAYLOAD_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Bytes of a frame besides its payload.
pub const FRAME_BYTES: usize = HEADER_BYTES + HASH_BYTES;

/// Bytes before the payload.
pub(crate) const HEADER_BYTES: usize = 9;
/// Bytes after it.
pub(crate) const HASH_BYTES: usize = 32;
const MAGIC: [u8; 3] = *b"FBf";
const VERSION: u8 = 2;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Head,
    Page,
    Deltas,
    FileHead,
    FileEnd,
}

impl FrameKind {
    const fn code(self) -> u8 {
        match self {
            Self::Head => 1,
            Self::Page => 2,
            Self::Deltas => 3,
            Self::FileHead => 4,
            Self::FileEnd => 5,
        }
    }
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// It ends before its end.
    #[error("it is cut short")]
    Short,
    /// There is something behind its end.
    #[error("there is something behind its end")]
    Trailing,
    /// It is no frame of Firebell's.
    #[error("it is not written by Firebell")]
    Foreign,
    /// Another release wrote it.
    #[error("another release wrote it, in version {0} of the format; this one reads version 1")]
    Version(u8),
    /// It holds something else.
    #[error("it holds something else than it should")]
    Kind,
    /// It is longer than allowed.
    #[error("it is longer than {PAYLOAD_BYTES_MAX} bytes")]
    Long,
    /// Its checksum is another.
    #[error("it is damaged: its checksum does not fit")]
    Damaged,
    /// Its checksum fits, but what it holds cannot be read.
    #[error("what it holds cannot be read")]
    Content,
}

impl From<WireError> for SourceError {
    fn from(error: WireError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// A head as bytes.
///
/// # Errors
/// [`WireError::Content`] if it cannot be encoded.
pub fn encode_head(head: &Head) -> Result<Vec<u8>, WireError> {
    frame(FrameKind::Head, &WireHead::from(head))
}

/// A head from bytes.
///
/// # Errors
/// [`WireError`].
pub fn decode_head(bytes: &[u8]) -> Result<Head, WireError> {
    unframe::<WireHead>(FrameKind::Head, bytes).map(Head::from)
}

/// A page of a snapshot as bytes.
///
/// # Errors
/// [`WireError::Long`].
pub fn encode_page(page: &SnapshotPage) -> Result<Vec<u8>, WireError> {
    let next = page.next.map(|next| next.0);
    let head = WireHead::from(&page.head);
    frame(FrameKind::Page, &PageOut { head, parts: &page.parts, next })
}

/// A page of a snapshot from bytes.
///
/// # Errors
/// [`WireError`].
pub fn decode_page(bytes: &[u8]) -> Result<SnapshotPage, WireError> {
    let PageIn { head, parts, next } = unframe(FrameKind::Page, bytes)?;
    Ok(SnapshotPage { head: head.into(), parts, next: next.map(InstanceNo) })
}

/// Deltas as bytes.
///
/// # Errors
/// [`WireError::Long`].
pub fn encode_deltas(deltas: &Deltas) -> Result<Vec<u8>, WireError> {
    let out = match deltas {
        Deltas::Gone => None,
        Deltas::Next(deltas) => Some(deltas.iter().map(DeltaOut::from).collect::<Vec<_>>()),
    };
    frame(FrameKind::Deltas, &out)
}

/// Deltas from bytes.
///
/// # Errors
/// [`WireError`].
pub fn decode_deltas(bytes: &[u8]) -> Result<Deltas, WireError> {
    let deltas: Option<Vec<DeltaIn>> = unframe(FrameKind::Deltas, bytes)?;
    Ok(match deltas {
        None => Deltas::Gone,
        Some(deltas) => Deltas::Next(deltas.into_iter().map(Delta::from).collect()),
    })
}

#[derive(Serialize, Deserialize)]
struct WireHead {
    cell: [u8; 16],
    revision: (i64, i64),
    root: [u8; 32],
    floor: (i64, i64),
    approved: Option<(i64, i64)>,
}

#[derive(Serialize)]
struct PageOut<'a> {
    head: WireHead,
    parts: &'a [SnapshotPart],
    next: Option<i64>,
}

#[derive(Deserialize)]
struct PageIn {
    head: WireHead,
    parts: Vec<SnapshotPart>,
    next: Option<i64>,
}

#[derive(Serialize)]
struct DeltaOut<'a> {
    cell: [u8; 16],
    revision: (i64, i64),
    prev: (i64, i64),
    at: i64,
    parts: &'a [DeltaPart],
    root: [u8; 32],
}

#[derive(Deserialize)]
struct DeltaIn {
    cell: [u8; 16],
    revision: (i64, i64),
    prev: (i64, i64),
    at: i64,
    parts: Vec<DeltaPart>,
    root: [u8; 32],
}

const fn pair(revision: Revision) -> (i64, i64) {
    (revision.epoch, revision.n)
}

const fn revision((epoch, n): (i64, i64)) -> Revision {
    Revision { epoch, n }
}

impl From<&Head> for WireHead {
    fn from(head: &Head) -> Self {
        Self {
            cell: head.cell,
            revision: pair(head.revision),
            root: head.root.to_bytes(),
            floor: pair(head.floor),
            approved: head.approved.map(pair),
        }
    }
}

impl From<WireHead> for Head {
    fn from(head: WireHead) -> Self {
        Self {
            cell: head.cell,
            revision: revision(head.revision),
            root: Digest::from_bytes(head.root),
            floor: revision(head.floor),
            approved: head.approved.map(revision),
        }
    }
}

impl<'a> From<&'a Delta> for DeltaOut<'a> {
    fn from(delta: &'a Delta) -> Self {
        Self {
            cell: delta.cell,
            revision: pair(delta.revision),
            prev: pair(delta.prev),
            at: delta.at,
            parts: &delta.parts,
            root: delta.root.to_bytes(),
        }
    }
}

impl From<DeltaIn> for Delta {
    fn from(delta: DeltaIn) -> Self {
        Self {
            cell: delta.cell,
            revision: revision(delta.revision),
            prev: revision(delta.prev),
            at: delta.at,
            parts: delta.parts,
            root: Digest::from_bytes(delta.root),
        }
    }
}

/// Something as a frame.
pub(crate) fn frame<T: Serialize>(kind: FrameKind, content: &T) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::from(MAGIC);
    bytes.extend([VERSION, kind.code(), 0, 0, 0, 0]);
    let mut bytes = postcard::to_extend(content, bytes).map_err(|_| WireError::Content)?;
    let length = bytes.len().saturating_sub(HEADER_BYTES);
    if length > PAYLOAD_BYTES_MAX {
        return Err(WireError::Long);
    }
    let length = u32::try_from(length).map_err(|_| WireError::Long)?;
    if let Some(place) = bytes.get_mut(HEADER_BYTES - 4..HEADER_BYTES) {
        place.copy_from_slice(&length.to_be_bytes());
    }
    let hash = blake3::hash(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    Ok(bytes)
}

/// What is in a frame of this kind.
pub(crate) fn unframe<T: DeserializeOwned>(kind: FrameKind, bytes: &[u8]) -> Result<T, WireError> {
    let header = bytes.first_chunk::<HEADER_BYTES>().ok_or(WireError::Short)?;
    let (found, length) = frame_head(header)?;
    let end = HEADER_BYTES + length;
    let rest = bytes.get(end..).ok_or(WireError::Short)?;
    match rest.len() {
        HASH_BYTES => {}
        fewer if fewer < HASH_BYTES => return Err(WireError::Short),
        _ => return Err(WireError::Trailing),
    }
    let framed = bytes.get(..end).ok_or(WireError::Short)?;
    if blake3::hash(framed).as_bytes().as_slice() != rest {
        return Err(WireError::Damaged);
    }
    if found != kind.code() {
        return Err(WireError::Kind);
    }
    let payload = framed.get(HEADER_BYTES..).ok_or(WireError::Short)?;
    match postcard::take_from_bytes::<T>(payload) {
        Ok((content, [])) => Ok(content),
        Ok(_) | Err(_) => Err(WireError::Content),
    }
}

/// The kind's code and the length of the payload.
pub(crate) fn frame_head(header: &[u8; HEADER_BYTES]) -> Result<(u8, usize), WireError> {
    let [a, b, c, version, kind, length @ ..] = *header;
    if [a, b, c] != MAGIC {
        return Err(WireError::Foreign);
    }
    if version != VERSION {
        return Err(WireError::Version(version));
    }
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| WireError::Long)?;
    if length > PAYLOAD_BYTES_MAX {
        return Err(WireError::Long);
    }
    Ok((kind, length))
}

#[cfg(test)]
mod tests;

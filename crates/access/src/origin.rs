//! Whether a page of another site made a browser send a request: asked by the API and the pages before every
//! act, since browsers send cookies and stored credentials along.

/// What a browser says of where a request comes from, as the bytes of its headers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Provenance<'a> {
    /// `Sec-Fetch-Site`.
    pub site: Option<&'a [u8]>,
    /// `Origin`.
    pub origin: Option<&'a [u8]>,
    /// `Host`, or the authority of the request.
    pub host: Option<&'a [u8]>,
}

impl Provenance<'_> {
    /// Whether it was a page of another site. Browsers say so in `Sec-Fetch-Site`, but not to servers without
    /// TLS: there only `Origin` tells. Programs that are no browsers send neither.
    pub fn is_foreign(&self) -> bool {
        if let Some(site) = self.site {
            return !matches!(site, b"same-origin" | b"none");
        }
        let Some(origin) = self.origin else { return false };
        let own = [b"http://".as_slice(), b"https://"]
            .into_iter()
            .find_map(|scheme| origin.strip_prefix(scheme));
        match (own, self.host) {
            (Some(own), Some(host)) => !own.eq_ignore_ascii_case(host),
            // "null" and the like: a page that hides where it is from.
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_and_programs_are_not_foreign() {
        let host = Some(b"acme.example:8420".as_slice());
        let of = |site: Option<&'static str>, origin: Option<&'static str>| {
            let bytes = |text: Option<&'static str>| text.map(str::as_bytes);
            Provenance { site: bytes(site), origin: bytes(origin), host }.is_foreign()
        };
        for (site, origin) in [
            (None, None),
            (Some("same-origin"), None),
            (Some("none"), None),
            (None, Some("http://acme.example:8420")),
            (None, Some("https://ACME.example:8420")),
        ] {
            assert!(!of(site, origin), "{site:?} {origin:?}");
        }
        for (site, origin) in [
            (Some("cross-site"), None),
            (Some("same-site"), None),
            (Some("something-new"), Some("http://acme.example:8420")),
            (None, Some("null")),
            (None, Some("http://acme.example")),
            (None, Some("http://acme.example:8420.evil.example")),
        ] {
            assert!(of(site, origin), "{site:?} {origin:?}");
        }
        assert!(
            Provenance { origin: Some(b"http://a"), ..Provenance::default() }.is_foreign(),
            "no host"
        );
    }
}

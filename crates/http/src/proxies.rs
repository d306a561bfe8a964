//! Which reverse proxies are believed about where a request comes from.
//!
//! Asked for every request. Whatever a header says, an address that no trusted proxy vouches for is
//! never taken: otherwise everybody could choose the address that failed sign-ins count for.

use std::net::{IpAddr, SocketAddr};

use firebell_channels::webhook::Network;
use http::{HeaderMap, HeaderName};

/// Where proxies write down who asked them.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Addresses of the header that are looked at, from its end.
const HOPS_MAX: usize = 16;

/// The networks that trusted proxies are in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// Reads networks such as `10.0.0.0/8`, or single addresses.
    ///
    /// # Errors
    /// A sentence about the first that is none.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        texts.iter().map(|text| Network::parse(text)).collect::<Result<_, _>>().map(Self)
    }

    /// The address a request comes from: the last one on its way that is no trusted proxy's.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let mut told = hops.take(HOPS_MAX).map(address);
        // What cannot be read ends the way that is vouched for.
        told.find(|hop| hop.is_none_or(|hop| !self.trusts(hop))).flatten().unwrap_or(peer)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_address_that_is_no_proxys_is_the_clients() {
        let networks = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"].map(str::to_owned);
        let proxies = Proxies::parse(&networks).unwrap();
        let long = format!("198.51.100.1{}", ", 10.0.0.1".repeat(HOPS_MAX));
        for (peer, lines, client) in [
            // Nobody vouches for what a stranger says.
            ("203.0.113.5", &["198.51.100.1"][..], "203.0.113.5"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("fd00::1", &["2001:db8::1"], "2001:db8::1"),
            // What the client itself has written stands further left.
            ("10.0.0.1", &["127.0.0.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, 192.0.2.7 ,10.1.1.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1", "198.51.100.2, 10.0.0.3"], "198.51.100.2"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            // Nothing that can be relied on: it is the proxy.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.2, 10.0.0.3"], "10.0.0.1"),
            ("10.0.0.1", &[long.as_str()], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, line.parse().unwrap());
            }
            let found = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(found.to_string(), client, "{peer} {lines:?}");
            let alone = Proxies::default().client(peer.parse().unwrap(), &headers);
            assert_eq!(alone, peer.parse::<IpAddr>().unwrap().to_canonical());
        }
        assert!(Proxies::parse(&["10.0.0.0/99".to_owned()]).unwrap_err().contains("10.0.0.0/99"));
    }
}

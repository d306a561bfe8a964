//! Which network addresses a webhook may reach.
//!
//! Customers write webhook addresses, so without this guard they could make the server speak to
//! its own database, to the cloud's metadata service, or to a neighbour. Called for literal
//! addresses before each request and for every resolved name by [`Resolver`], whose answer is
//! what the connection uses: a name cannot change its mind between check and use.

use std::{
    fmt,
    future::Future,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Most addresses of one name that are considered.
const ADDRESSES_MAX: usize = 32;

/// Looks a host name up; the default asks the operating system.
pub(super) type Lookup =
    Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Looked> + Send>> + Send + Sync>;
/// The answer of a [`Lookup`].
pub(super) type Looked = std::io::Result<Vec<IpAddr>>;

/// A range of addresses such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
    }

    const fn v6(head: [u16; 4], prefix: u8) -> Self {
        let [a, b, c, d] = head;
        Self { address: IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)), prefix }
    }

    /// Reads `address/prefix`, or one address alone.
    ///
    /// # Errors
    /// A sentence that names the text and the expected form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is not a network such as 10.20.0.0/16 or fd00::/8");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| fault())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.trim().parse().map_err(|_| fault())?,
            None => bits,
        };
        if prefix > bits { Err(fault()) } else { Ok(Self { address, prefix }) }
    }

    /// Whether the address lies in the range; the two families never match each other.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits(), b.to_bits(), 32, self.prefix),
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                let differ = a.to_bits() ^ b.to_bits();
                differ.checked_shr(128 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn same(a: u32, b: u32, bits: u32, prefix: u8) -> bool {
    (a ^ b).checked_shr(bits - u32::from(prefix)).unwrap_or(0) == 0
}

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// On the public internet.
    Public,
    /// In somebody's own network, this machine included.
    Private,
    /// Metadata services, link-local, multicast, documentation, transition and reserved ranges.
    Special,
}

/// Cloud metadata and host services, wherever they lie.
const METADATA: [Network; 5] = [
    Network::v4(169, 254, 169, 254, 32),
    Network::v4(100, 100, 100, 200, 32),
    Network::v4(168, 63, 129, 16, 32),
    Network::v6([0xfd00, 0x0ec2, 0, 0], 64),
    Network::v6([0xfd20, 0x00ce, 0, 0], 64),
];

/// Loopback, RFC 1918, carrier-grade NAT, unique local.
const PRIVATE: [Network; 6] = [
    Network::v4(10, 0, 0, 0, 8),
    Network::v4(127, 0, 0, 0, 8),
    Network::v4(172, 16, 0, 0, 12),
    Network::v4(192, 168, 0, 0, 16),
    Network::v4(100, 64, 0, 0, 10),
    Network::v6([0xfc00, 0, 0, 0], 7),
];

/// The IANA special-purpose registries, without the private ranges above.
const SPECIAL: [Network; 14] = [
    Network::v4(0, 0, 0, 0, 8),
    Network::v4(169, 254, 0, 0, 16),
    Network::v4(192, 0, 0, 0, 24),
    Network::v4(192, 0, 2, 0, 24),
    Network::v4(192, 88, 99, 0, 24),
    Network::v4(198, 18, 0, 0, 15),
    Network::v4(198, 51, 100, 0, 24),
    Network::v4(203, 0, 113, 0, 24),
    Network::v4(224, 0, 0, 0, 3),
    // IETF assignments with Teredo, documentation twice, 6to4.
    Network::v6([0x2001, 0, 0, 0], 23),
    Network::v6([0x2001, 0x0db8, 0, 0], 32),
    Network::v6([0x3fff, 0, 0, 0], 20),
    Network::v6([0x2002, 0, 0, 0], 16),
    Network::v6([0x5f00, 0, 0, 0], 16),
];

/// All of IPv6 that is handed out as global unicast; whatever is outside needs a reason.
const GLOBAL_UNICAST: Network = Network::v6([0x2000, 0, 0, 0], 3);
/// NAT64 with the well-known prefix: the last 32 bits are the real target.
const NAT64: Network = Network::v6([0x0064, 0xff9b, 0, 0], 96);

fn classify(ip: IpAddr) -> Class {
    let within = |networks: &[Network]| networks.iter().any(|n| n.contains(ip));
    if within(&METADATA) {
        return Class::Special;
    }
    if within(&PRIVATE) || ip.is_loopback() {
        return Class::Private;
    }
    if within(&SPECIAL) {
        return Class::Special;
    }
    let IpAddr::V6(v6) = ip else {
        return Class::Public;
    };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return classify(IpAddr::V4(v4));
    }
    if NAT64.contains(ip) {
        let [.., a, b, c, d] = v6.octets();
        return classify(IpAddr::V4(Ipv4Addr::new(a, b, c, d)));
    }
    if GLOBAL_UNICAST.contains(ip) { Class::Public } else { Class::Special }
}

/// Whether an address lies on the public internet, whatever the operator permits.
pub(super) fn is_public(ip: IpAddr) -> bool {
    classify(ip) == Class::Public
}

/// The operator's permissions.
#[derive(Debug)]
pub(super) struct Guard {
    /// Private networks as a whole.
    pub(super) private: bool,
    /// Lower case, without a final dot.
    pub(super) hosts: Vec<String>,
    pub(super) networks: Vec<Network>,
}

impl Guard {
    /// Whether `host`, which has this address, may be reached.
    fn allows(&self, host: &str, ip: IpAddr) -> bool {
        if self.networks.iter().any(|n| n.contains(ip)) {
            return true;
        }
        match classify(ip) {
            Class::Public => true,
            Class::Private => self.private || self.allows_host(host),
            Class::Special => false,
        }
    }

    fn allows_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.contains(&host)
    }

    /// Checks a host of a URL if it is a literal address; names are checked when resolved.
    pub(super) fn check_literal(&self, host: &str) -> Result<(), Refused> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(ip) if !self.allows(bare, ip) => Err(Refused { host: bare.to_owned() }),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// The target lies where webhooks may not go.
#[derive(Debug, thiserror::Error)]
pub(super) struct Refused {
    host: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The webhook's host {} has an address inside a private or reserved network, which is \
             refused. Use a public host, or ask the operator to list it in \
             webhook.allow_hosts or webhook.allow_networks.",
            crate::text::truncate(&self.host, 80)
        )
    }
}

/// Resolves names for the HTTP client and hands out only addresses that the guard allows.
pub(super) struct Resolver {
    pub(super) guard: Arc<Guard>,
    pub(super) lookup: Lookup,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.guard);
        let host = name.as_str().to_owned();
        let found = (self.lookup)(host.clone());
        Box::pin(async move {
            let found = found.await?;
            let known = !found.is_empty();
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .take(ADDRESSES_MAX)
                .filter(|ip| guard.allows(&host, *ip))
                .map(|ip| SocketAddr::new(ip, 0))
                .collect();
            if allowed.is_empty() && known {
                return Err(Refused { host }.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// The operating system's resolver.
pub(super) fn system_lookup() -> Lookup {
    Arc::new(|host| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allow_private: bool, hosts: &[&str], networks: &[&str]) -> Guard {
        Guard {
            private: allow_private,
            hosts: hosts.iter().map(|&h| h.to_owned()).collect(),
            networks: networks.iter().map(|n| Network::parse(n).unwrap()).collect(),
        }
    }

    const SPECIAL_ONES: &str = "
        0.0.0.0 0.1.2.3 169.254.169.254 169.254.1.1 100.100.100.200 168.63.129.16 192.0.0.8
        192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.1 198.51.100.1 203.0.113.1 224.0.0.1
        239.255.255.250 240.0.0.1 255.255.255.255 :: fe80::1 febf::1 fec0::1 ff02::1
        fd00:ec2::254 fd20:ce::254 ::ffff:169.254.169.254 ::ffff:224.0.0.1 ::127.0.0.1 ::10.0.0.1
        2002:7f00:1:: 2002:808:808::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2
        2001:db8::1 3fff::1 100::1 64:ff9b:1::1 64:ff9b::a9fe:a9fe 5f00::1 4000::1
    ";
    const PRIVATE_ONES: &str = "
        10.0.0.1 10.255.255.255 127.0.0.1 127.255.0.1 172.16.0.1 172.31.255.1 192.168.1.1
        100.64.0.1 100.127.255.1 ::1 fc00::1 fdff::1 ::ffff:127.0.0.1 ::ffff:10.1.2.3
        ::ffff:7f00:1 64:ff9b::7f00:1 64:ff9b::10.0.0.1
    ";
    const PUBLIC_ONES: &str = "
        1.1.1.1 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.0.1 128.0.0.1
        172.15.255.255 172.32.0.1 192.167.0.1 192.169.0.1 223.255.0.1 2606:4700::1111
        2a00::1 ::ffff:8.8.8.8 64:ff9b::808:808 2001:4860::8888
    ";

    #[test]
    fn every_form_of_an_inner_address_is_recognised() {
        for (table, expect) in [
            (SPECIAL_ONES, Class::Special),
            (PRIVATE_ONES, Class::Private),
            (PUBLIC_ONES, Class::Public),
        ] {
            for ip in table.split_whitespace() {
                assert_eq!(classify(ip.parse().unwrap()), expect, "{ip}");
                assert_eq!(is_public(ip.parse().unwrap()), expect == Class::Public, "{ip}");
            }
        }
    }

    #[test]
    fn permissions_open_only_what_they_name() {
        let open = guard(true, &[], &[]);
        assert!(open.check_literal("10.0.0.1").is_ok());
        assert!(open.check_literal("[::1]").is_ok());
        assert!(open.check_literal("169.254.169.254").is_err(), "metadata stays closed");

        let listed = guard(false, &["build.corp"], &["10.1.0.0/16", "fd12::/32"]);
        assert!(listed.check_literal("10.1.2.3").is_ok());
        assert!(listed.check_literal("10.2.0.1").is_err());
        assert!(listed.check_literal("[fd12::5]").is_ok());
        assert!(listed.check_literal("[fd13::5]").is_err());
        assert!(listed.allows("Build.Corp.", "192.168.0.9".parse().unwrap()));
        assert!(!listed.allows("build.corp", "169.254.169.254".parse().unwrap()));
        assert!(!listed.allows("evil.build.corp", "192.168.0.9".parse().unwrap()));
        assert!(guard(false, &[], &["169.254.169.254"]).check_literal("169.254.169.254").is_ok());
        assert!(guard(false, &[], &[]).check_literal("example.org").is_ok());
    }

    #[test]
    fn networks_are_parsed_strictly() {
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "x/8", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(Network::parse(wrong).unwrap_err().contains("10.20.0.0/16"), "{wrong}");
        }
        let all = Network::parse("0.0.0.0/0").unwrap();
        assert!(all.contains("8.8.8.8".parse().unwrap()));
        assert!(!all.contains("::1".parse().unwrap()));
        assert!(Network::parse("::/0").unwrap().contains("2a00::1".parse().unwrap()));
    }
}

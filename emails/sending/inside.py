"""Addresses inside the network, which not everybody may let the server connect to."""

from ipaddress import IPv6Address, ip_address, ip_network

# An IPv4 address within an IPv6 one: RFC 6052 (NAT64), RFC 3056 (6to4).
NAT64 = ip_network("64:ff9b::/96")


class Inside(OSError):
    """The name leads to a loopback, private, link-local or otherwise not public address."""


def is_inside(address: str) -> bool:
    """Whether an IP address, as getaddrinfo() gives it, is no public one."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        within = found.ipv4_mapped or found.sixtofour
        if found in NAT64:
            within = ip_address(int(found) & 0xFFFFFFFF)  # type: ignore[assignment]
        if within:
            found = within
    return not found.is_global or found.is_multicast

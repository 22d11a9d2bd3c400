"""Which addresses anyone on the internet may have.

Source: IANA's registries of special-purpose addresses (RFC 6890), as `ipaddress` has them.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_NOT_PUBLIC_4 = (
    IPv4Network("168.63.129.16/32"),  # Azure's wire server, of public look (its page is named by the address)
    IPv4Network("169.254.0.0/16"),  # link-local, with the metadata service at 169.254.169.254
    IPv4Network("100.64.0.0/10"),  # shared by a carrier's customers (RFC 6598)
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890); parts count as global
    IPv4Network("192.88.99.0/24"),  # relays from 6to4 (RFC 7526)
)
_NOT_PUBLIC_6 = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address inside (RFC 3056, RFC 7526)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637); Python learnt of it late
)
_UNICAST_6 = IPv6Network("2000::/3")
"""The only part of IPv6 that is given out to the public (RFC 4291, IANA)."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""The last four bytes are the IPv4 address that a gateway will call (RFC 6052)."""
_LOOPBACK_6 = IPv6Address("::1")


def is_public(address: Address) -> bool:
    """Whether anyone on the internet may have this address, and no gateway leads from it to another."""
    if isinstance(address, IPv6Address):
        inner = _ipv4_inside(address)
        if inner is None:
            return _within_public_6(address)
        address = inner
    special = address.is_multicast or address.is_reserved or any(address in one for one in _NOT_PUBLIC_4)
    return address.is_global and not special


def _within_public_6(address: IPv6Address) -> bool:
    return (
        address in _UNICAST_6
        and address.is_global
        and not any(address in network for network in _NOT_PUBLIC_6)
    )


def _ipv4_inside(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def text_is_public(text: str) -> bool:
    """Whether this is the text of a public address."""
    address = _address(text)
    return address is not None and is_public(address)


def text_is_loopback(text: str) -> bool:
    """Whether this is the text of an address of this machine itself."""
    address = _address(text)
    return address == _LOOPBACK_6 or (isinstance(address, IPv4Address) and address.is_loopback)

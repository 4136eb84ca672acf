"""Which addresses belong to everybody. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_GIVEN_OUT = IPv6Network("2000::/3")
"""All of IPv6 that is given out for global unicast so far (RFC 4291; IANA's IPv6 address space)."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""Holds an IPv4 address in its last 32 bits (RFC 6052)."""
_NOT_GLOBAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv6Network("3fff::/20"))
"""In IANA's special-purpose registries, but global to the `ipaddress` of Python 3.11."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one host anywhere in the internet: global, unicast, reserved for nothing.

    An IPv6 address that only carries an IPv4 one (mapped, 6to4, NAT64) is judged by what it carries.
    """
    if isinstance(address, IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = IPv4Address(int(address) & 0xFFFF_FFFF)
        if carried is not None:
            return is_public(carried)
        if address not in _GIVEN_OUT:
            return False
    return address.is_global and not address.is_multicast and not any(address in each for each in _NOT_GLOBAL)

"""Only addresses that belong to everybody pass the guard."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.addresses import is_public

# IANA's special-purpose registries: what is not globally reachable, with multicast (RFC 5771, RFC 4291).
NOT_GLOBAL_V4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4"),
]
NOT_GLOBAL_V6 = [
    *("::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/32", "2001:2::/48", "2001:10::/28"),
    *("2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
]


def within(networks):
    """Draw addresses from networks."""
    return st.sampled_from([ip_network(each) for each in networks]).flatmap(
        lambda network: st.integers(0, network.num_addresses - 1).map(lambda number: network[number])
    )


def carried(address: IPv4Address):
    """Every way in which an IPv6 address carries an IPv4 one."""
    number = int(address)
    return st.sampled_from(
        [
            ip_address(f"::ffff:{address}"),
            IPv6Address(int(ip_address("64:ff9b::")) + number),
            IPv6Address((0x2002 << 112) + (number << 80) + 1),
        ]
    )


@given(within(NOT_GLOBAL_V4) | within(NOT_GLOBAL_V6) | within(NOT_GLOBAL_V4).flatmap(carried))
def test_no_address_that_is_not_global_passes(address):
    assert not is_public(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(0, 2**128 - 1).map(IPv6Address))
def test_whatever_passes_is_global_and_unicast(address):
    if is_public(address):
        assert address.is_global or address.is_reserved or address.sixtofour
        assert not address.is_multicast
        assert not address.is_loopback
        assert not address.is_link_local


@given(st.ip_addresses(v=4).flatmap(lambda address: st.tuples(st.just(address), carried(address))))
def test_an_address_in_another_passes_as_what_it_is(pair):
    plain, dressed = pair

    assert is_public(plain) == is_public(dressed)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "192.0.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_hosts_of_the_internet_pass(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "::1", "::", "0.0.0.1", "100.100.100.200"])
def test_what_intruders_ask_for_does_not_pass(address):
    assert not is_public(ip_address(address))

"""Keyrings of databases, as the bot opens them, without what the bot does at its start."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from bot.safety.pseudonyms import Pseudonyms
from bot.storage.keyring import Keyring
from bot.storage.keys import MasterKey
from bot.storage.ties import Ties

KEY = bytes(32)
_IN_MEMORY = WeakKeyDictionary()


def keyring_of(database, key=KEY) -> Keyring:
    """Return the ring of a database; of one in memory, the same each time. Another key than before finds it locked."""
    if database.path is not None:
        return Keyring.open(database.path.with_suffix(".keys"), MasterKey(None, key))
    if database not in _IN_MEMORY:
        _IN_MEMORY[database] = Keyring.open(None, MasterKey()), key
    ring, first = _IN_MEMORY[database]
    if key == first:
        return ring
    other = Keyring.open(None, MasterKey())
    other.lock("Another key.")
    return other


def ties_of(keyring) -> Ties:
    """Return the ties of a ring."""
    return Ties(Pseudonyms(keyring.names))

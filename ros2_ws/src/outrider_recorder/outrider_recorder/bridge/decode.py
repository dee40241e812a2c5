"""Serialised messages into fields, by the definitions that the recording itself carries."""

from __future__ import annotations

from typing import Any

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from outrider_recorder.bridge.tail import Item


class Decoder:
    """Learns each type from its schema once."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._stores: dict[str, Typestore | None] = {}

    def decode(self, item: Item) -> Any | None:
        """Return the message of `item`, or None where its definition or its bytes do not hold together."""
        if item.kind not in self._stores:
            self._stores[item.kind] = self._learn(item)
        store = self._stores[item.kind]
        if store is None:
            return None
        try:
            return store.deserialize_cdr(item.data, item.kind)
        except Exception:  # generated readers fail in many ways on foreign bytes; one message is lost, not the ride
            return None

    @staticmethod
    def _learn(item: Item) -> Typestore | None:
        # One store per type: two recordings of one type name need not agree on what is inside.
        store = get_typestore(Stores.EMPTY)
        try:
            store.register(get_types_from_msg(item.schema, item.kind))
        except Exception:  # the parser raises whatever its grammar met
            return None
        return store

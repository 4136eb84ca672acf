"""What Discord takes."""

from __future__ import annotations

from simcord.components import walk_components


def faults_in(card):
    """Return what Discord would refuse a card for (discord/limits.md)."""
    return faults_of(card.to_components())


def faults_of(components):
    """Return the same for the components of a message that was sent."""
    found = list(walk_components(components))
    texts = [part["content"] for part in found if part["type"] == 10]
    ids = [part["custom_id"] for part in found if part.get("custom_id")]
    faults = []
    if len(found) > 40:
        faults.append(f"{len(found)} components")
    if sum(map(len, texts)) > 4000 or not all(texts):
        faults.append(f"{sum(map(len, texts))} characters in {len(texts)} texts")
    if len(ids) != len(set(ids)) or any(len(each) > 100 for each in ids):
        faults.append(f"custom ids {ids}")
    for part in found:
        if part["type"] == 2 and not 1 <= len(part["label"]) <= 80:
            faults.append(f"label {part['label']!r}")
        if part["type"] == 2 and len(part.get("url") or "") > 512:
            faults.append(f"link {part['url']!r}")
        if part["type"] == 3:
            values = [option["value"] for option in part["options"]]
            labels = [option["label"] for option in part["options"]]
            if not 1 <= len(values) <= 25 or len(set(values)) != len(values) or len(part["placeholder"]) > 150:
                faults.append(f"select {part['custom_id']}")
            faults += [f"option {each!r}" for each in labels + values if not 1 <= len(each) <= 100]
        if part["type"] == 1 and not 1 <= len(part["components"]) <= 5:
            faults.append(f"{len(part['components'])} in a row")
    return faults

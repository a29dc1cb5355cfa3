"""Findings of an examination whose codes the configuration gives their grades."""

from collections.abc import Mapping

from trialtrace.run.instruments.declaration import Item, Scale


def graded_item(words: Mapping[str, float]) -> Item:
    """An item whose codes `grades` names by these words."""
    return Item(min(words.values()), max(words.values()), codes="grades", words=dict(words))


def graded_scale(words: Mapping[str, float], label: str, higher: str | None) -> Scale:
    """The ordinal scale of these words, by the entry's own name."""
    names = {value: word for word, value in words.items()}
    low, high = min(names), max(names)
    return Scale("", "", label, low, high, higher, "ordinal", items=("value",), categories=names)

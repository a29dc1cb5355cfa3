"""One entry of endpoints.yaml can be several endpoints: an instrument has a score a scale."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trialtrace.trial.model import Endpoint

if TYPE_CHECKING:
    from trialtrace.instruments.declaration import Instrument, Item, Scale

_NAMED = ("label", "code", "kind", "labels", "scales")


def expanded(name: str, given: Mapping[str, Any]) -> list[Endpoint]:
    """The endpoints of an entry: itself, or one a scale, named `<entry>_<scale>`.

    A scale without a name bears that of the entry. The code of each is the entry's with the scale's
    suffix; `family` is the entry.
    """
    if given["kind"] != "instrument":
        options = {k: v for k, v in given.items() if k not in ("label", "code", "kind")}
        return [Endpoint(name, given["label"], given["code"], given["kind"], options, name)]
    module = module_of(given)
    made = []
    for scale in _chosen(given):
        options = {key: value for key, value in given.items() if key not in _NAMED}
        options |= {"part": scale.name, "scale": scale.as_option()}
        parents = getattr(module, "PARENTS", ())
        options["made_from"] = [given[key] for key in parents if key in given]
        options["joined"] = list(getattr(module, "joined", lambda _: ())(given))
        whole = f"{name}_{scale.name}" if scale.name else name
        label, code = _label(given, scale, module.INSTRUMENT.title), given["code"] + scale.suffix
        made.append(Endpoint(whole, label, code, scale.kind, options, name))
    return made


def scales_of(given: Mapping[str, Any]) -> "tuple[Scale, ...]":
    """All the scales that an instrument has under these options."""
    module = module_of(given)
    return module.scales(given) if hasattr(module, "scales") else module.INSTRUMENT.scales


def instrument_of(given: Mapping[str, Any]) -> "Instrument":
    """What the instrument of an entry, or of an endpoint's options, declares."""
    return module_of(given).INSTRUMENT


def items_of(given: Mapping[str, Any]) -> "Mapping[str, Item]":
    """The items of an instrument under these options."""
    module = module_of(given)
    return module.items(given) if hasattr(module, "items") else module.INSTRUMENT.items


def item_column(given: Mapping[str, Any], item: str) -> tuple[tuple[str, ...], str | None]:
    """The key that gives an item its column, and the column, or None where nothing does.

    Columns stand under `items`, by a prefix or each by itself, or under `column` for the one item.
    """
    if "items" not in given:
        return ("column",), given["column"]
    if "prefix" in given["items"]:
        return ("items", "prefix"), f"{given['items']['prefix']}{item}"
    return ("items", item), given["items"].get(item)


def given_column(given: Mapping[str, Any], item: str) -> str:
    """The column of an item. Raises KeyError where nothing gives it one, which no check lets by."""
    column = item_column(given, item)[1]
    if column is None:
        raise KeyError(item)
    return column


def scale_of(endpoint: Endpoint) -> "Scale":
    """The scale that an endpoint made from an instrument holds."""
    every = {scale.name: scale for scale in scales_of(endpoint.options)}
    return every[endpoint.options["part"]]


def _chosen(given: Mapping[str, Any]) -> "list[Scale]":
    wanted, every = given.get("scales", "all"), scales_of(given)
    return [scale for scale in every if wanted == "all" or not scale.name or scale.name in wanted]


def _label(given: Mapping[str, Any], scale: "Scale", title: str) -> str:
    if scale.name in given.get("labels", {}):
        return given["labels"][scale.name]
    if scale.name or "label" not in given:
        return f"{given.get('label', title)}: {scale.label}"
    return given["label"]


def module_of(given: Mapping[str, Any]) -> Any:
    """The module of the instrument of an entry, or of an endpoint's options."""
    from trialtrace.instruments.registry import instrument_module

    return instrument_module(given["instrument"])

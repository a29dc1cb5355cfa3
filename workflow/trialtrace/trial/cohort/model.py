"""What cohort.yaml says, as types: levels of rows and quantities, forms and mess as mappings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trialtrace.ground.conditions import columns_of

OTHERWISE = "otherwise"
# Rows of a level, and what is spread over them: more do not fit into the memory of a usual machine.
MOST_ROWS = 50_000_000
# Kinds of quantities, and which options each takes beside level, tag, note, where and printed.
SCORED = ("loads", "correlation")
NUMBER = (*SCORED, "limits", "step", "exact", "check")
KINDS: dict[str, tuple[str, ...]] = {
    "normal": NUMBER,
    "lognormal": NUMBER,
    "weibull": NUMBER,
    "uniform": NUMBER,
    "share": (*SCORED, "among", "known", "check"),
    "choice": (*SCORED, "check"),
    "ordinal": SCORED,
    "spread": ("loads", "check"),
    "pick": SCORED,
    "pattern": (),
    "rule": (),
    "bands": (),
    "linear": ("step", "limits"),
    "product": ("step", "limits"),
    "date": (),
    "days": (),
    "gather": (),
    "running": (),
    "text": (),
}


@dataclass(frozen=True)
class LevelSpec:
    """A level. `labels` maps each label to its day, or to None; `count` is a number or a name."""

    name: str
    of: str | None
    arms: dict[str, int]
    size: int | None
    column: str | None
    labels: dict[str, float | None]
    count: int | str | None
    keep: Mapping[str, Any] | None

    @property
    def dated(self) -> bool:
        return any(day is not None for day in self.labels.values())

    @property
    def own(self) -> list[str]:
        """Quantities that a level has by itself."""
        if self.of is None:
            return ["id", "arm"] if self.arms else ["id"]
        column = self.column or ""
        return [column, f"{column}_day"] if self.dated else [column]


@dataclass(frozen=True)
class Quantity:
    """A quantity: `given` is what stands under its kind, `options` every other key."""

    name: str
    level: str
    kind: str
    given: dict[str, Any]
    tag: str
    where: Mapping[str, Any] | None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def makes(self) -> list[str]:
        """The columns it makes: itself, or the parts of a pattern."""
        return list(self.given["parts"]) if self.kind == "pattern" else [self.name]


@dataclass(frozen=True)
class Cohort:
    """cohort.yaml. `forms` and `mess` stay as they are written."""

    levels: dict[str, LevelSpec]
    quantities: dict[str, Quantity]
    forms: dict[str, Any]
    mess: list[dict[str, Any]]

    @property
    def root(self) -> LevelSpec:
        return next(level for level in self.levels.values() if level.of is None)


def build_cohort(data: dict[str, Any]) -> Cohort:
    """The types of a file that its schema has accepted."""
    levels = {name: level_spec(name, given) for name, given in data["levels"].items()}
    quantities = {name: quantity(name, given) for name, given in data["quantities"].items()}
    return Cohort(levels, quantities, data.get("forms", {}), data.get("mess", []))


def level_spec(name: str, given: dict[str, Any]) -> LevelSpec:
    """The type of a level."""
    labels = given.get("labels", {})
    if not isinstance(labels, dict):
        labels = dict.fromkeys(labels)
    return LevelSpec(
        name,
        given.get("of"),
        given.get("arms", {}),
        given.get("size"),
        given.get("as"),
        labels,
        given.get("count"),
        given.get("keep"),
    )


def quantity(name: str, given: dict[str, Any]) -> Quantity:
    """A quantity of exactly one kind; what else stands there are its options."""
    kind = next(key for key in given if key in KINDS)
    known = ("level", "tag", "where", kind)
    options = {key: value for key, value in given.items() if key not in known}
    tag = given.get("tag", "assumed")
    return Quantity(name, given["level"], kind, given[kind], tag, given.get("where"), options)


def cells(table: Any) -> Iterator[tuple[tuple[tuple[str, str], ...], Any]]:
    """Every leaf of a table {by, is, otherwise}, with the (quantity, value) pairs that lead there.

    The value "otherwise" stands for all others.
    """
    if not isinstance(table, Mapping) or "by" not in table:
        yield (), table
        return
    for value, inner in table["is"].items():
        for path, leaf in cells(inner):
            yield ((table["by"], value), *path), leaf
    if "otherwise" in table:
        for path, leaf in cells(table["otherwise"]):
            yield ((table["by"], OTHERWISE), *path), leaf


def needs(one: Quantity) -> list[tuple[tuple[str | int, ...], str]]:
    """(key, quantity) for everything it is made from, of its own level or of one above.

    The key is the place inside the quantity's mapping. What `gather` takes from a level below is
    told by `gathers`.
    """
    found = [(("where",), name) for name in columns_of(one.where or {})]
    for place, value in _places(one):
        found += [(place, name) for name in _names(value)]
    return list(dict.fromkeys(found))


def gathers(one: Quantity) -> list[str]:
    """The quantities of a level below that `gather` takes."""
    if one.kind != "gather":
        return []
    named = [one.given["of"]] if "of" in one.given else []
    return list(dict.fromkeys([*named, *columns_of(one.given.get("where", {}))]))


def _places(one: Quantity) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Places that name quantities, with a parameter, a table, a list of names or one name."""
    given, kind, options = one.given, one.kind, one.options
    if kind in ("share", "spread"):
        yield (kind,), _bys(given)
    elif kind == "choice":
        for key in ("of", "counts"):
            yield (kind, key), _bys(given.get(key))
        yield (kind, "quota"), given.get("quota", [])
    elif kind == "ordinal":
        yield (kind, "probabilities"), _bys(given["probabilities"])
        yield (kind, "shift"), given.get("shift", 0)
    elif kind == "pattern":
        yield from _places_of_pattern(given)
    elif kind == "rule":
        yield from _places_of_rule(given)
    elif kind == "linear":
        yield (kind, "terms"), list(given["terms"])
    elif kind not in ("gather", "text", "running", "bands"):
        for key, value in given.items():
            if key not in ("between", "ordered", "times"):
                yield (kind, key), value
    else:
        yield (kind, "of"), given["of"] if kind != "gather" else []
    yield ("loads",), list(options.get("loads", {}))
    yield ("known", "loads"), list(options.get("known", {}).get("loads", {}))
    for key, value in options.get("limits", {}).items():
        yield ("limits", key), value
    yield ("exact",), _bys(options.get("exact"))
    for position, margin in enumerate(options.get("among", ())):
        yield ("among", position), [margin["of"], *_bys(margin["margin"])]


def _places_of_pattern(given: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield ("pattern", "of"), given["of"]
    for name, part in given["parts"].items():
        yield ("pattern", "parts", name, "share"), _bys(part.get("share"))


def _places_of_rule(given: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for position, case in enumerate(given["cases"]):
        yield ("rule", "cases", position, "when"), columns_of(case["when"])
        yield ("rule", "cases", position, "is"), _column(case["is"])
    yield ("rule", "otherwise"), _column(given.get("otherwise"))


def _column(outcome: Any) -> list[str]:
    return [outcome["column"]] if isinstance(outcome, Mapping) else []


def _bys(table: Any) -> list[str]:
    """The quantities that choose in a table, at any depth."""
    return list(dict.fromkeys(name for path, _ in cells(table) for name, _ in path))


def _names(value: Any) -> list[str]:
    """The quantities that a parameter, or a list of names, names."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        inner = [_names(leaf) for _, leaf in cells(value)]
        return [*_bys(value), *(name for names in inner for name in names)]
    return list(value) if isinstance(value, list) else []

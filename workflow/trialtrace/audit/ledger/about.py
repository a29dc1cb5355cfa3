"""What the claims of a ledger and of claims.yaml are about: their names against each other."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from trialtrace.audit.ledger.design import check_designs
from trialtrace.audit.ledger.texts import NOT_AT_HAND
from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import did_you_mean, one_of

ALL = "all"
"""Every group together, or every group compared with every other."""
FREE = ("visit", "category", "stratum", "fact", "split")
_NAMED = (("group", "groups"), ("population", "populations"), ("outcome", "outcomes"))


def check_about(document: Document) -> None:
    """Groups, populations, outcomes and further names that claims and populations have."""
    _spelt_alike(document)
    groups = document.names("groups") or []
    known = {section: document.names(section) or [] for _, section in _NAMED}
    _scales(document)
    check_designs(document)
    for name, given in document.entries("groups"):
        for position, group in enumerate(given.get("of", ())):
            among = [one for one in groups if not (document.get("groups", one) or {}).get("of")]
            known_name(document, ("groups", name, "of", position), group, among, "groups")
    for name, given in document.entries("populations"):
        for group in given.get("sizes", {}):
            known_name(document, ("populations", name, "sizes", group), group, groups, "groups")
        for position, group in enumerate(given.get("only", ())):
            known_name(document, ("populations", name, "only", position), group, groups, "groups")
    for stratum, sizes in document.entries("strata", "sizes"):
        for group in sizes:
            known_name(document, ("strata", "sizes", stratum, group), group, groups, "groups")
    for name, given in document.entries("outcomes"):
        if "part_of" in given:
            where = ("outcomes", name, "part_of")
            known_name(document, where, given["part_of"], known["outcomes"], "outcomes")
    for name, given in document.entries("claims"):
        _placed(document, name, given)
        about = given.get("about", {})
        for key, section in _NAMED:
            if key in about:
                names = [*known[section], *([ALL] if key == "group" else [])]
                known_name(document, ("claims", name, "about", key), about[key], names, section)
        if "level" in about and not 0 < Decimal(about["level"]) < 1:
            at = ("claims", name, "about", "level")
            document.add(at, found=tell(about["level"]), expected="a level between 0 and 1")
        looks = _looks(document)
        if looks and "look" in about:
            known_name(document, ("claims", name, "about", "look"), about["look"], looks, "looks")
        compared = about.get("compare", ())
        for position, group in enumerate(() if compared == ALL else compared):
            place = ("claims", name, "about", "compare", position)
            known_name(document, place, group, groups, "groups")
        _interaction(document, name, about.get("versus", ()), compared, groups)


def _interaction(
    document: Document, name: str, pair: Sequence[str], compared: Sequence[str], groups: list[str]
) -> None:
    """The two pairs of an interaction are of four groups."""
    for position, group in enumerate(pair):
        at: Path_ = ("claims", name, "about", "versus", position)
        known_name(document, at, group, groups, "groups")
    if pair and (compared == ALL or len(compared) != 2 or set(compared) & set(pair)):
        document.add(
            ("claims", name, "about", "versus"),
            found=tell(list(pair)),
            expected="two groups beside the two others of compare",
        )


def _looks(document: Document) -> list[str]:
    """The looks that the levels of all designs name."""
    return [
        look
        for section in ("registered", "reported")
        for _, given in document.entries(section)
        for part in given.get("alpha", {}).get("parts", ())
        for look in part.get("looks", {})
    ]


def _scales(document: Document) -> None:
    """A scale has the least value first, and items are of whole numbers."""
    for name, given in document.entries("outcomes"):
        scale = given.get("scale", {})
        ends = [Decimal(scale[end]) for end in ("from", "to") if end in scale]
        if len(ends) == 2 and ends[0] >= ends[1]:
            text = f"from {scale['from']} to {scale['to']}"
            document.add(("outcomes", name, "scale"), found=text, expected="the least value first")
        if "items" in given and not given.get("whole"):
            document.add(
                ("outcomes", name, "items"),
                found="items of an outcome that is not declared whole",
                expected="`whole: true` beside it",
            )


def _placed(document: Document, name: str, entry: Mapping[str, object]) -> None:
    """A claim has a place, unless the text of its paper was not at hand."""
    if "place" not in entry and document.get("papers", str(entry["from"]), "text") != NOT_AT_HAND:
        document.add(
            ("claims", name),
            found="no place",
            expected="where it is printed, such as abstract or table 2",
            do="where the paper's text was not at hand, say so: `text: not_at_hand` of the paper",
        )


def _spelt_alike(document: Document) -> None:
    """Names that nothing declares, and that differ in blanks or capital letters only."""
    for key in FREE:
        uses: dict[str, list[tuple[Path_, str]]] = {}
        for path, name in _free_names(document, key):
            uses.setdefault(re.sub(r"\s+", "", name.casefold()), []).append((path, name))
        for same in uses.values():
            spelt = Counter(name for _, name in same)
            usual = spelt.most_common(1)[0][0]
            first = next(path for path, name in same if name == usual)
            for path, name in same:
                if name != usual:
                    document.add(
                        path,
                        found=tell(name),
                        do=f'write "{usual}", or this there too',
                        expected=f'one spelling; it is "{usual}" in {document.place(first)}',
                    )


def _free_names(document: Document, key: str) -> Iterator[tuple[Path_, str]]:
    """(place, name) of what a ledger calls its visits, or another `key` of its claims."""
    for name, given in document.entries("outcomes"):
        for position, visit in enumerate(given.get("visits", ()) if key == "visit" else ()):
            yield ("outcomes", name, "visits", position), visit
    for name, given in document.entries("claims"):
        if isinstance(data := given.get("about", {}).get(key), str):
            yield ("claims", name, "about", key), data


def known_name(document: Document, place: Path_, name: str, names: list[str], section: str) -> None:
    """Tell of a name that is not among those of the section."""
    if name not in names:
        document.add(
            place,
            found=f'"{name}"',
            expected=f"one of {section}: {one_of(names)}",
            do=did_you_mean(name, names),
        )

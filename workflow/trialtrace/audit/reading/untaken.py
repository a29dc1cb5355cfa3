"""What of a paper no claim of a ledger holds, by table and section, and a table told anew."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trialtrace.audit.files.file import LARGEST
from trialtrace.audit.reading.decisions import Data, free, mapping, place_of, written
from trialtrace.audit.reading.draft import Draft, draft
from trialtrace.audit.reading.item import Left
from trialtrace.audit.reading.paper import ReadPaper, Table
from trialtrace.base.config.compose import compose
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.grouping import grouped
from trialtrace.base.paths import Project

_CELLS = re.compile(r"(?:, page \d+)?, row (\d+), column ([\d, ]+)$")


@dataclass(frozen=True)
class Untaken:
    """Numbers of one table or section; `claims` is how many the ledger has of it."""

    place: str
    left: tuple[Left, ...]
    claims: int

    def __str__(self) -> str:
        many = len(self.left)
        whole = f"{many} numbers not" if many > 1 else "a number not"
        whole = whole if self.claims else f"all its {many} numbers not" if many > 1 else whole
        whys = Counter(one.why for one in self.left).most_common(3)
        return f"{self.place}: {whole} taken up ({'; '.join(why for why, _ in whys)})"


def untaken(left: Iterable[Left], claims: Mapping[str, Mapping[str, object]]) -> list[Untaken]:
    """What is left, tables of which nothing is taken first, then those of which most is left."""
    taken = {cell for claim in claims.values() for cell in cells_of(str(claim.get("place", "")))}
    own = [one for one in left if not cells_of(one.place) or not cells_of(one.place) & taken]
    counts = Counter(place_of(claim) for claim in claims.values())
    places = grouped(own, lambda one: one.place.partition(",")[0])
    made = [Untaken(name, tuple(ones), counts[name]) for name, ones in places.items()]
    return sorted(made, key=lambda one: ("table" not in one.place, one.claims > 0, -len(one.left)))


def cells_of(place: str) -> set[tuple[str, int, int]]:
    """The cells of a table that a place names, counted from 0."""
    found = _CELLS.search(place)
    if found is None:
        return set()
    columns = found[2].split(", ")
    return {(place.partition(",")[0], int(found[1]) - 1, int(at) - 1) for at in columns}


def take_up(at: Project, path: Path, paper: ReadPaper, form: Mapping[str, str]) -> Draft:
    """Read a table (`of`) once more below the heads that a person typed ("head.0" and further) and
    a `caption`, and write the claims that this gives into the ledger, unconfirmed."""
    place = form.get("of", "")
    document = compose(at, path, LARGEST)
    if document.problems:
        raise ProblemsError(document.in_order())
    tables = [_with_heads(table, form) if table.name == place else table for table in paper.tables]
    made = draft(replace(paper, tables=tuple(tables)))
    data = document.data
    before = mapping(data, "claims")
    known = {cell for claim in before.values() for cell in cells_of(str(claim.get("place", "")))}
    new = {
        name: claim
        for name, claim in made.claims.items()
        if place_of(claim) == place and not cells_of(str(claim["place"])) & known
    }
    if not new:
        left = Counter(one.why for one in made.left if one.place.partition(",")[0] == place)
        why = "".join(f"; {count}: {text}" for text, count in left.most_common(3))
        raise UserError(
            Problem(
                f'"{place}"',
                found=f"below these heads no number more is read{why}",
                expected='heads such as "Training (n=27): mean (SD)" and "Difference (95% CI)"',
            )
        )
    names = {part: _named(mapping(data, part), getattr(made, part)) for part in _PARTS}
    claims = {free(before, name): _renamed(claim, names) for name, claim in new.items()}
    used = repr(claims)
    after: dict[str, Mapping[str, Data]] = {"claims": {**before, **claims}}
    for part in _PARTS:
        own = mapping(data, part)
        more = {names[part][key]: entry for key, entry in getattr(made, part).items()}
        more = {key: one for key, one in more.items() if key not in own and f"'{key}'" in used}
        after[part] = {**own, **more}
    written(document, path, after)
    return made


_PARTS = ("groups", "outcomes")


def _with_heads(table: Table, form: Mapping[str, str]) -> Table:
    heads = max(1, table.heads)
    typed = [form.get(f"head.{at}", text).strip() for at, text in enumerate(table.rows[0])]
    blank = [("",) * len(typed)] * (heads - 1)
    rows = (tuple(typed), *blank, *table.rows[heads:])
    return replace(table, rows=rows, heads=heads, caption=form.get("caption", table.caption))


def _named(own: Mapping[str, Data], new: Mapping[str, Data]) -> dict[str, str]:
    """By the names of a new draft those of the ledger: of the same label, else a free one."""
    labels = {str(entry.get("label")): key for key, entry in own.items()}
    return {key: labels.get(str(one.get("label"))) or free(own, key) for key, one in new.items()}


def _renamed(claim: Mapping[str, object], names: Mapping[str, Mapping[str, str]]) -> Data:
    """A claim with the ledger's names; what it is linked `with` is left out."""
    about: Data = {**mapping(claim, "about")}
    for key, part in (("group", "groups"), ("compare", "groups"), ("outcome", "outcomes")):
        if isinstance(value := about.get(key), list):
            about[key] = [names[part].get(one, one) for one in value]
        elif value is not None:
            about[key] = names[part].get(str(value), str(value))
    made = {key: value for key, value in claim.items() if key != "with"}
    return {**made, "about": about} if about else made

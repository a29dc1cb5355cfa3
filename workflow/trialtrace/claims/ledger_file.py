"""A ledger file on its own: read strictly, held to its schema, and its names to each other."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trialtrace.claims.ledger import ALL, Ledger
from trialtrace.claims.make_ledger import ledger
from trialtrace.claims.printed import parse
from trialtrace.config.compose import Document, Path_
from trialtrace.config.definitions import at_definitions
from trialtrace.config.files import read_document
from trialtrace.config.schema import tell
from trialtrace.errors import Problem, ProblemsError, UserError, did_you_mean, one_of
from trialtrace.paths import Project

MOST_CLAIMS = 10_000
LARGEST = 8 << 20
FREE = ("visit", "category", "stratum", "fact", "split")
_NAMED = (("group", "groups"), ("population", "populations"), ("outcome", "outcomes"))


def read_ledger(at: Project, path: Path) -> Ledger:
    """The ledger in a file. Raises UserError with every mistake, each with its line and key."""
    document = read_document(at, path, "ledger", LARGEST)
    check_about(document)
    claims = dict.fromkeys(document.names("claims") or ())
    papers = document.names("papers") or []
    for name, given in document.entries("claims"):
        _links(document, name, given, claims, papers)
        try:
            parse(given["printed"], words=True)
        except UserError as error:
            problem = error.problems[0]
            document.add(("claims", name, "printed"), found=problem.found,
                         expected=problem.expected, do=problem.do)  # fmt: skip
    if len(claims) > MOST_CLAIMS:
        document.problems.append(
            Problem(document.shown, found=f"{len(claims)} claims",
                    expected=f"at most {MOST_CLAIMS} in one file")
        )  # fmt: skip
    if document.problems:
        raise ProblemsError(at_definitions(document.in_order(), [document]))
    return ledger(document.data)


def check_about(document: Document) -> None:
    """Groups, populations, outcomes and further names that claims and populations have."""
    _spelt_alike(document)
    groups = document.names("groups") or []
    known = {section: document.names(section) or [] for _, section in _NAMED}
    for name, given in document.entries("populations"):
        for group in given.get("sizes", {}):
            _known(document, ("populations", name, "sizes", group), group, groups, "groups")
        for position, group in enumerate(given.get("only", ())):
            _known(document, ("populations", name, "only", position), group, groups, "groups")
    for stratum, sizes in document.entries("strata", "sizes"):
        for group in sizes:
            _known(document, ("strata", "sizes", stratum, group), group, groups, "groups")
    for name, given in document.entries("claims"):
        about = given.get("about", {})
        for key, section in _NAMED:
            if key in about:
                names = [*known[section], *([ALL] if key == "group" else [])]
                _known(document, ("claims", name, "about", key), about[key], names, section)
        compared = about.get("compare", ())
        for position, group in enumerate(() if compared == ALL else compared):
            place = ("claims", name, "about", "compare", position)
            _known(document, place, group, groups, "groups")


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
                    document.add(path, found=tell(name), do=f'write "{usual}", or this there too',
                                 expected=f'one spelling; it is "{usual}" in '
                                 f"{document.place(first)}")  # fmt: skip


def _free_names(document: Document, key: str) -> Iterator[tuple[Path_, str]]:
    """(place, name) of what a ledger calls its visits, or another `key` of its claims."""
    for name, given in document.entries("outcomes"):
        for position, visit in enumerate(given.get("visits", ()) if key == "visit" else ()):
            yield ("outcomes", name, "visits", position), visit
    for name, given in document.entries("claims"):
        if isinstance(found := given.get("about", {}).get(key), str):
            yield ("claims", name, "about", key), found


def _links(
    document: Document, name: str, given: dict[str, Any], names: dict[str, None], papers: list[str]
) -> None:
    _known(document, ("claims", name, "from"), given["from"], papers, "papers")
    for position, other in enumerate(given.get("with", ())):
        if other == name or other not in names:
            place = ("claims", name, "with", position)
            _known(document, place, other, [one for one in names if one != name], "claims")


def _known(document: Document, place: tuple, name: str, names: list[str], section: str) -> None:
    if name not in names:
        document.add(place, found=f'"{name}"', expected=f"one of {section}: {one_of(names)}",
                     do=did_you_mean(name, names))  # fmt: skip

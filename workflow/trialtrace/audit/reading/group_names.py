"""What a person says of the groups of a ledger: what they are called, and which are one.

A paper calls a group otherwise in its tables than in its text, and a reader takes a head for one.
"""

import copy
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from trialtrace.audit.files.file import LARGEST
from trialtrace.audit.reading.arms import ALL
from trialtrace.audit.reading.decisions import Data, mapping, of_group, state_of, written
from trialtrace.audit.reading.item import NO_GROUPS
from trialtrace.base.config.compose import Document, compose
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project

_NAMING = ("group", "compare", "versus")


def state_of_groups(data: Mapping[str, object]) -> str:
    """What changes where a group or a claim does."""
    groups, claims = mapping(data, "groups"), mapping(data, "claims")
    return state_of(groups, groups) + state_of(claims, claims)


def numbers_of(claims: Mapping[str, Mapping[str, object]], group: str) -> int:
    """How many claims name a group."""
    return sum(group in set(_named(mapping(claim, "about"))) for claim in claims.values())


def _named(about: Mapping[str, object]) -> Iterator[str]:
    for key in _NAMING:
        value = about.get(key, ())
        yield from value if isinstance(value, list) else [str(value)]


def name_groups(at: Project, path: Path, form: Mapping[str, str]) -> None:
    """Write what a form says of the groups into a ledger: "label.GROUP" what it is called,
    "same.GROUP" the group that it is too, or `all` where it is everyone.

    A comparison of two that are one now is left without groups, in doubt. Raises UserError where
    the ledger is another than was seen (`state`), where a group is to be one that goes itself,
    where one that stays would have no name, or the name or key of another, where a confirmed claim
    compares two that would be one, where another section than `populations` names a group that
    goes, and where the file is in a form that cannot be changed.
    """
    document = compose(at, path, LARGEST)
    if document.problems:
        raise ProblemsError(document.in_order())
    if form.get("state") != state_of_groups(document.data):
        raise _refusal(document, "other groups or claims than were looked at", "look once more")
    groups = copy.deepcopy(mapping(document.data, "groups"))
    same = {key: to for key in groups if (to := form.get(f"same.{key}", "").strip())}
    for key, to in same.items():
        if to in same or to not in {*groups, ALL}:
            raise _refusal(
                document,
                f'"{key}" as the same as "{to}", which is no group that stays',
                "name the one that stays for each of the others",
            )
    kept = {key: entry for key, entry in groups.items() if key not in same}
    typed = {key: label.strip() for key in kept if (label := form.get(f"label.{key}")) is not None}
    typed = {key: label for key, label in typed.items() if label != groups[key].get("label")}
    for key, label in typed.items():
        kept[key]["label"] = label
    for key, label in typed.items():
        others = [(other, str(one.get("label"))) for other, one in kept.items() if other != key]
        if not label or label.casefold() in map(str.casefold, chain(*others)):
            told = f'"{label}" as the name of "{key}", which is that of another'
            found = told if label else f'"{key}" without a name'
            raise _refusal(document, found, "name it otherwise, or say that it is the same")
    claims = copy.deepcopy(mapping(document.data, "claims"))
    for name, claim in claims.items():
        own = str(mapping(claim, "about").get("group"))
        was = str(mapping(mapping(document.data, "groups"), own).get("label", ""))
        if was and str(claim.get("label")).endswith(f", {was}"):
            now = str(mapping(groups, same.get(own, own)).get("label", ""))
            claim["label"] = of_group(str(claim["label"]), was, now)
        _rename(document, name, claim, same)
    populations = copy.deepcopy(mapping(document.data, "populations"))
    for population in populations.values():
        _resize(population, same)
    rest = {
        key: value
        for key, value in document.data.items()
        if key not in ("groups", "claims", "populations")
    }
    for key in same:
        held = {"groups": kept, "populations": populations, **rest}
        for section, value in held.items():
            if _holds(value, key):
                raise _refusal(
                    document, f'"{key}" in `{section}` too', "say there first what it is now"
                )
    after = {"groups": kept, "claims": claims, "populations": populations}
    written(document, path, {key: one for key, one in after.items() if key in document.data})


def _rename(document: Document, name: str, claim: Data, same: Mapping[str, str]) -> None:
    """Put the groups that stay in the place of those that go."""
    about = mapping(claim, "about")
    for key in _NAMING:
        value = about.get(key)
        if isinstance(value, list):
            now: list[object] = list(dict.fromkeys(same.get(str(one), one) for one in value))
            if now != value and (len(now) < len(value) or ALL in now):
                if "unconfirmed" not in claim:
                    raise _refusal(
                        document,
                        f'a comparison in "{name}" of groups that would be one',
                        "correct or take out that claim first",
                    )
                claim["unconfirmed"] = f"{claim['unconfirmed']}; {NO_GROUPS}"
                del about[key]
            else:
                about[key] = now
        elif isinstance(value, str) and value in same:
            about[key] = same[value]
    if not about and "about" in claim:
        del claim["about"]


def _resize(population: Data, same: Mapping[str, str]) -> None:
    """The sizes of a population by the groups that stay, which keep their own; everyone is none."""
    sizes = population.get("sizes")
    if isinstance(sizes, dict):
        for key, to in same.items():
            size = sizes.pop(key, None)
            if size is not None and to != ALL:
                sizes.setdefault(to, size)
        if not sizes:
            del population["sizes"]
    only = population.get("only")
    if isinstance(only, list):
        now = list(dict.fromkeys(same.get(str(one), one) for one in only))
        population |= {"only": now}
        if ALL in now:
            del population["only"]


def _holds(value: object, group: str) -> bool:
    """Whether a name of a section, a value or a member of a list is that of a group."""
    if isinstance(value, Mapping):
        return any(key == group or _holds(one, group) for key, one in value.items())
    return any(_holds(one, group) for one in value) if isinstance(value, list) else value == group


def _refusal(document: Document, found: str, do: str) -> UserError:
    return UserError(Problem(document.shown, found=found, do=do))

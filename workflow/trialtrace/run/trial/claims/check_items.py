"""`items` of claims.yaml: every name exists, and an item that nothing covers says so; and of whom a
claim is by its own words."""

from collections.abc import Mapping
from typing import Any

from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files

Given = dict[str, Any]
"""An entry of the file, as written."""
COVERS = ("endpoints", "variables", "claims", "settings", "checks", "absent")


def check_items(files: Files) -> None:
    document = files.claims
    for name, given in document.entries("items"):
        path = ("items", name)
        if not set(COVERS) & set(given):
            found = "an item that nothing covers"
            do = "write in `absent` what is not covered, and why"
            document.add(path, found, f"one of {one_of(COVERS)}", do=do)
        for position, setting in enumerate(given.get("settings", ())):
            if files.trial.data is not None and not _holds(files.trial.data, setting):
                expected = "a key that trial.yaml has"
                document.add((*path, "settings", position), f'"{setting}"', expected)


def _holds(data: object, setting: str) -> bool:
    for word in setting.split("."):
        if not isinstance(data, Mapping) or word not in data:
            return False
        data = data[word]
    return True


def check_arms_meant(files: Files, name: str, inputs: Given) -> None:
    """A printed number is about the arm, or the arms, that recompute it."""
    about, selects = inputs.get("about", {}), inputs.get("is", {})
    compare = selects.get("compare", {})
    pairs = [("group", about.get("group"), selects.get("group"))]
    if isinstance(about.get("compare"), list) and compare:
        arms = sorted(compare[side] for side in ("of", "to") if side in compare)
        pairs.append(("compare", sorted(about["compare"]), arms))
    names = {*(files.arms or ()), "all"}
    for key, said, computed in pairs:
        named = {computed} if isinstance(computed, str) else {*(computed or ())}
        # A name that is none is told where it stands.
        if said and computed and said != computed and named <= names:
            files.claims.add(
                ("claims", name, "about", key),
                f"{tell(said)}, while claims.{name}.is.{key} is of {tell(computed)}",
                "the same in both",
                do="look in the paper which is meant, and mend the other",
            )

"""`items` of claims.yaml: every name exists, and an item that nothing covers says so."""

from collections.abc import Mapping

from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known

COVERS = ("endpoints", "variables", "claims", "settings", "checks", "absent")


def check_items(files: Files) -> None:
    document = files.claims
    offered = {
        "endpoints": (_endpoints(files), "an endpoint of endpoints.yaml"),
        "variables": (files.subject_variables, "a variable of subjects"),
        "claims": (document.names("claims"), "a claim"),
        "checks": (files.cleaning.names("checks"), "a check of cleaning.yaml"),
    }
    for name, given in document.entries("items"):
        path = ("items", name)
        known(
            document, (*path, "from"), given["from"], document.names("papers"), "a paper of papers"
        )
        if not set(COVERS) & set(given):
            document.add(
                path,
                found="an item that nothing covers",
                expected=f"one of {one_of(COVERS)}",
                do="write in `absent` what is not covered, and why",
            )
        for word, (names, what) in offered.items():
            for position, one in enumerate(given.get(word, ())):
                known(document, (*path, word, position), one, names, what)
        for position, setting in enumerate(given.get("settings", ())):
            if files.trial.data is not None and not _holds(files.trial.data, setting):
                document.add(
                    (*path, "settings", position),
                    found=f'"{setting}"',
                    expected="a key that trial.yaml has",
                )


def _endpoints(files: Files) -> list[str] | None:
    """Scales and whole entries; None where an instrument is not sound."""
    scales, entries = files.endpoint_names, files.endpoints.names()
    return None if scales is None or entries is None else [*scales, *entries]


def _holds(data: object, setting: str) -> bool:
    for word in setting.split("."):
        if not isinstance(data, Mapping) or word not in data:
            return False
        data = data[word]
    return True

"""Variables made from another one of the subjects, against that one."""

from collections.abc import Mapping
from itertools import pairwise

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.errors import one_of
from trialtrace.run.trial.check_labels import code_is_missing, exchanged
from trialtrace.run.trial.context import MADE, NUMERIC, Files, known, known_code, told_kind
from trialtrace.run.trial.model import Variable


def check_groups(files: Files) -> None:
    """What is made is of a variable that is there; groups take each of its values once."""
    document = files.trial
    groups = [name for key in MADE for name in document.names("subjects", key) or ()]
    declared = [name for name in files.subject_variables or () if name not in groups]
    for key in MADE:
        for name, given in document.entries("subjects", key):
            path = ("subjects", key, name)
            if not known(document, (*path, "of"), given["of"], declared, "a variable of subjects"):
                continue
            variable = files.subject_variable(given["of"])
            if "codes" in given:
                _codes(files, path, given["codes"], variable)
                continue
            if "from" in given:
                _rising(files, path, given["from"])
            _number(files, path, given["of"], variable, by="from" if "from" in given else "as")


def _rising(files: Files, path: Path_, points: Mapping[str, float]) -> None:
    for (before, lower), (name, upper) in pairwise(points.items()):
        if not lower < upper:
            files.trial.add(
                (*path, "from", name),
                found=f"{upper:g}, and {lower:g} of {before} before it",
                expected="values in rising order",
            )


def _number(files: Files, path: Path_, name: str, variable: Variable | None, *, by: str) -> None:
    if variable is None or not variable.kind:
        return
    if variable.kind not in NUMERIC or variable.choices:
        what, do = "functions", None
        if by == "from":
            what, do = "groups by `from`", "give `codes` for the groups of codes"
        files.trial.add(
            (*path, "of"),
            found=f"{name}, a column of {told_kind(variable)}",
            expected=f"a number, as {what} are of one",
            do=do,
        )


def _codes(
    files: Files, path: Path_, groups: Mapping[str, str | list[str]], variable: Variable | None
) -> None:
    taken: dict[str, str] = {}
    for name, codes in groups.items():
        for code in [codes] if isinstance(codes, str) else codes:
            place = (*path, "codes", name)
            if code in taken:
                files.trial.add(
                    place, found=f"{tell(code)}, which is also in {taken[code]}", expected="it once"
                )
            taken.setdefault(code, name)
            known_code(files.trial, place, code, variable)
            code_is_missing(files, files.trial, place, code, variable)
    if variable is not None:
        for code, other in exchanged(taken, variable.choices):
            files.trial.add(
                (*path, "codes", taken[code]),
                found=f"{tell(code)}, which {files.dictionary_shown} (line {variable.row}, "
                f"{variable.name}) calls {tell(variable.choices[code])}: the group {taken[other]}",
                expected=f"the codes of {taken[code]}",
                do="find out which of the two files is right, and mend the other",
            )
    if lacking := [code for code in (variable.choices if variable else ()) if code not in taken]:
        files.trial.add(
            (*path, "codes"),
            found=f"no group of {one_of(map(tell, lacking))}",
            expected="every choice of the dictionary in a group",
        )

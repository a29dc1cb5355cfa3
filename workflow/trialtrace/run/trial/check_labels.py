"""Codes of arms, of sexes and for missing against what the dictionary calls them.

Two files say what a code is: trial.yaml, or cleaning.yaml, and the labels of the dictionary. Where
they contradict each other every effect may have the other sign, so neither is believed.
"""

from collections.abc import Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import structure
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.label_words import means_missing, sex_meant, words_of
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.design import Arm

CONTROL = ("control",)
# What a label says beside the name of an arm.
OF_AN_ARM = {"arm", "group", "gruppe", "groupe", "grupo"}
WORDS_FOR_MISSING = "unknown, not done, missing"

Arms = Mapping[str, Arm]
Words = tuple[str, ...]


def labels_of_arms(files: Files, variable: Variable) -> None:
    """No code of an arm has the label of another arm."""
    arms = _arms(files)
    said = {code: _said(code, label) for code, label in variable.choices.items()}
    for name, other in _exchanged(arms, said):
        code = arms[name].code
        right = [tell(each) for each, words in said.items() if _is(words, name, arms)]
        _contradicts(
            files,
            ("design", "arms", name, "code"),
            (code, variable),
            f"which {{}} calls {tell(variable.choices[code])}: that is the arm {other}",
            ", there ".join([f"the code of {arms[name].label}", *right[:1]]),
        )


def _arms(files: Files) -> Arms:
    """The arms of trial.yaml that are sound."""
    return {name: structure(Arm, given) for name, given in files.trial.entries("design", "arms")}


def _exchanged(arms: Arms, said: Mapping[str, set[Words]]) -> list[tuple[str, str]]:
    """(arm, the arm whose label its code has). A label that is only like another's counts where it
    is so of two arms: "Control" can be short for much."""
    same: list[tuple[str, str]] = []
    like: list[tuple[str, str]] = []
    for name, arm in arms.items():
        words = said.get(arm.code)
        if words is None or _is(words, name, arms):
            continue
        others = [other for other in arms if other != name]
        if named := [other for other in others if _is(words, other, arms)]:
            same.append((name, named[0]))
        elif not _alike(words, name, arms):
            like += [(name, other) for other in others if _alike(words, other, arms)][:1]
    return same + like if len(same) + len(like) > 1 else same


def _said(code: str, label: str) -> set[Words]:
    """The words of a label; and those without its code, or "arm", beside them: "B: Placebo"."""
    words, first = words_of(label), words_of(code)
    plain = tuple(word for word in words if word not in OF_AN_ARM)
    return {words, plain[len(first) :] if plain[: len(first)] == first else plain} - {()}


def _called(name: str, arms: Arms) -> list[Words]:
    """The words by which trial.yaml calls an arm."""
    arm = arms[name]
    called = [words_of(arm.label), words_of(name), CONTROL if arm.control else ()]
    return [words for words in called if words]


def _is(words: set[Words], name: str, arms: Arms) -> bool:
    return bool(words & set(_called(name, arms)))


def _alike(words: set[Words], name: str, arms: Arms) -> bool:
    """Whether all words of a label are among those of an arm, or the other way round."""
    pairs = [(set(one), set(other)) for one in words for other in _called(name, arms)]
    return any(one <= other or other <= one for one, other in pairs)


def labels_of_sexes(files: Files, variable: Variable) -> None:
    """No code of a sex has a word for the other."""
    codes: Mapping[str, str] = files.trial.get("subjects", "sex", "codes") or {}
    for sex, code in codes.items():
        meant = sex_meant(variable.choices.get(code, ""))
        if sex in ("F", "M") and meant not in (None, sex):
            _contradicts(
                files,
                ("subjects", "sex", "codes", sex),
                (code, variable),
                f"which {{}} calls {tell(variable.choices[code])}",
                f"the code of {'female' if sex == 'F' else 'male'}",
            )


def _contradicts(
    files: Files, place: Path_, of: tuple[str, Variable], found: str, expected: str
) -> None:
    code, variable = of
    files.trial.add(
        place,
        found=f"{tell(code)}, {found.format(_place(files, variable))}",
        expected=expected,
        do="find out which of the two files is right, and mend the other",
    )


def _place(files: Files, variable: Variable) -> str:
    return f"{files.dictionary_shown} (line {variable.row}, {variable.name})"


def codes_for_missing(files: Files, table: str, given: Mapping[str, list[str]]) -> None:
    """No code for missing is an answer of the dictionary, an arm or a sex.

    In the column of the arm one that is no arm's says who has none, such as "screened".
    """
    columns, meant = files.columns(table) or {}, _meanings(files, table)
    of_arms = _columns_of_arms(files, table)
    for name, codes in given.items():
        choices = columns[name].choices if name in columns and name not in of_arms else {}
        for position, code in enumerate(codes):
            told = meant.get((name, code))
            if told is None and code in choices and not means_missing(choices[code]):
                told = f"which {_place(files, columns[name])} calls {tell(choices[code])}"
            if told:
                files.cleaning.add(
                    ("tables", table, "missing", name, position),
                    found=f"{tell(code)}, {told}",
                    expected="a code that stands for nothing else",
                    do="take it out here; or out of the choices in dictionary.csv, or give it "
                    f"there a word for missing as its label ({WORDS_FOR_MISSING})",
                )


def _columns_of_arms(files: Files, table: str) -> set[str]:
    """The columns of a table that hold the arm."""
    elsewhere = files.trial.get("subjects", "arm") or {}
    columns = [(files.trial.get("tables", table) or {}).get("arm")]
    columns += [elsewhere["column"]] if elsewhere.get("table") == table else []
    return {column for column in columns if column}


def _meanings(files: Files, table: str) -> dict[tuple[str, str], str]:
    """(column, code) of a table -> what trial.yaml says that it is."""
    arms = _arms(files)
    meant = {
        (column, code): f"which trial.yaml has as the code of the arm {name}"
        for column in _columns_of_arms(files, table)
        for name, arm in arms.items()
        for code in arm.codes
    }
    sex = files.trial.get("subjects", "sex")
    if sex and table == files.subjects_table:
        meant |= {
            (sex["column"], code): f"which trial.yaml has as the code of the sex {name}"
            for name, code in sex["codes"].items()
            if name != "U"
        }
    return meant

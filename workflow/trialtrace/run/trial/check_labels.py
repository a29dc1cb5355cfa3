"""Codes of arms, sexes, visits and groups, and for missing, against what other files call them.

Two files say what a code is: the one that uses it, and the labels of the dictionary. Where they
contradict each other every effect may have the other sign, so neither is believed.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import Problem
from trialtrace.run.trial.context import Files, repeated
from trialtrace.run.trial.label_words import means_missing, sex_meant, words_of
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.file import Arm

CONTROL = ("control",)
# What a label says beside the name of an arm.
OF_AN_ARM = {"arm", "group", "gruppe", "groupe", "grupo"}
WORDS_FOR_MISSING = "unknown, not done, missing"

Arms = Mapping[str, Arm]
Words = tuple[str, ...]


def labels_of_arms(files: Files, variable: Variable) -> None:
    """No code of an arm has the label of another arm, and no two arms have one label."""
    arms = _arms(files)
    for name, first, _ in repeated({name: words_of(arm.label) for name, arm in arms.items()}):
        files.trial.add(
            ("design", "arms", name, "label"),
            f"{tell(arms[name].label)}, which is also the label of {first}",
            "a label of its own",
            do="say in each label what the other arm does not have",
        )
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
        elif not _same(words, name, arms):
            like += [(name, other) for other in others if _same(words, other, arms)][:1]
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


def _same(words: set[Words], name: str, arms: Arms) -> bool:
    """Whether all words of a label are among those of an arm, or the other way round."""
    pairs = [(set(word), set(other)) for word in words for other in _called(name, arms)]
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


def labels_of_codes(
    files: Files, document: Document, path: Path_, labels: Mapping[str, str], variable: Variable
) -> None:
    """No code of visits or places has in the dictionary the label of another of them."""
    for code, other in exchanged(labels, variable.choices):
        text = f"which {{}} calls {tell(variable.choices[code])}: "
        text += f"that is the label of {tell(other)} here"
        expected = f"one meaning of the code; here it is {tell(labels[code])}"
        _contradicts(files, (*path, code), (code, variable), text, expected, document)


def exchanged(labels: Mapping[str, str], others: Mapping[str, str]) -> list[tuple[str, str]]:
    """(code, other code) where the other list calls a code by the label of another code."""
    own = {code: words_of(label) for code, label in labels.items()}
    said = {code: words_of(label) for code, label in others.items()}
    return [
        (code, other)
        for code in own
        for other in own
        if said.get(code) and said[code] != own[code] and said[code] == own[other]
    ]


def labels_of_groups(files: Files) -> None:
    """No group is called by the label of another arm than that of its name."""
    arms = {name: arm["label"] for name, arm in files.trial.entries("design", "arms")}
    groups = {name: one.get("label", "") for name, one in files.claims.entries("groups")}
    for group, arm in exchanged(arms, groups):
        files.claims.add(
            ("groups", group, "label"),
            f"{tell(groups[group])}, the label of the arm {arm} in trial.yaml, design.arms.{arm}",
            f"what the paper calls the arm {group}, {tell(arms[group])} there",
            do="name the group by the arm that it is",
        )


def columns_of_visits(files: Files, path: Path_, visits: Mapping[str, Variable]) -> None:
    """Columns of one value at several visits have one list of choices, and no label of a column is
    that of another's visit; `visits` maps the label of each to its column."""
    first = next(iter(visits.values()), None)
    for variable in visits.values():
        if first and (table := exchanged(first.choices, variable.choices)):
            code = table[0][0]
            text = f"which {{}} calls {tell(variable.choices[code])}"
            expected = (
                f"one meaning; {files.field_line(first)} calls it {tell(first.choices[code])}"
            )
            _contradicts(files, path, (code, variable), text, expected, files.endpoints)
    names = {label: set(words_of(label)) for label in visits}
    said = {label: set(words_of(variable.label)) for label, variable in visits.items()}
    wrong = [
        (label, other)
        for label in visits
        for other in visits
        if names[other] <= said[label] and not names[label] <= said[label] and names[other]
    ]
    for label, other in wrong if len(wrong) > 1 else ():
        text = f"which {{}} calls {tell(visits[label].label)}: that is the visit {tell(other)}"
        of, expected = (visits[label].name, visits[label]), f"a column of {tell(label)}"
        _contradicts(files, path, of, text, expected, files.endpoints)


def fields_of_one_name(files: Files) -> list[Problem]:
    """Fields of one name in two forms that give the same labels to other codes."""
    first: dict[str, Variable] = {}
    problems = []
    for columns in files.dictionary.values():
        for name, variable in columns.items():
            other = first.setdefault(name, variable)
            same = sorted(other.choices.values()) == sorted(variable.choices.values())
            for code, _ in exchanged(other.choices, variable.choices) if same else ():
                problems.append(
                    Problem(
                        files.field_place(variable, "choices"),
                        found=f"{tell(code)} is {variable.choices[code]}",
                        expected=f"{other.choices[code]}, as in {files.field_line(other)}",
                        do="find out which of the two is right, and mend the other; where both "
                        f"are, word the labels of {variable.table} otherwise",
                    )
                )
    return problems


def crossed_labels(files: Files) -> list[Problem]:
    """No two codes of a column are each the beginning of what the other is called; those of arms
    and of sexes are held against trial.yaml."""
    problems = []
    sex = files.trial.get("subjects", "sex", "column")
    for table, columns in files.dictionary.items():
        elsewhere = {sex, *columns_of_arms(files, table)}
        for variable in (one for name, one in columns.items() if name not in elsewhere):
            for one, other in _crossed(variable.choices):
                called = [tell(variable.choices[code]) for code in (one, other)]
                problems.append(
                    Problem(
                        files.field_place(variable, "choices"),
                        found=f"{tell(one)} is {called[0]}, and {tell(other)} is {called[1]}",
                        expected="labels of their own codes",
                        do="exchange the two labels; where they are right, word them otherwise",
                    )
                )
    return problems


def _crossed(choices: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of codes of which each begins the label of the other alone; of single letters only
    where there are no others."""
    said = {code: label.casefold() for code, label in choices.items() if code.isalpha()}
    for one, other in combinations(said, 2):
        whole = len(choices) == 2 or min(len(one), len(other)) > 1
        ways = ((one, other), (other, one), (one, one), (other, other))
        begins = [said[of].startswith(code.casefold()) for of, code in ways]
        if whole and begins == [True, True, False, False]:
            yield one, other


def _contradicts(
    files: Files,
    place: Path_,
    of: tuple[str, Variable],
    text: str,
    expected: str,
    document: Document | None = None,
) -> None:
    code, variable = of
    found = f"{tell(code)}, {text.format(files.field_line(variable))}"
    do = "find out which of the two is right, and mend the other"
    (document or files.trial).add(place, found, expected, do=do)


def code_is_missing(
    files: Files, document: Document, path: Path_, code: str, variable: Variable | None
) -> None:
    """No code to which another file gives a meaning is one for missing in cleaning.yaml."""
    missing = files.cleaning.get("tables", variable.table, "missing") if variable else None
    if variable is None or code not in (missing or {}).get(variable.name, ()):
        return
    place = f"cleaning.yaml, tables.{variable.table}.missing.{variable.name}"
    found = f"{tell(code)}, which {place} takes for missing: no cell has it after cleaning"
    expected = "a code that stands for one thing"
    document.add(path, found, expected, do="take it out of one of the two")


def codes_for_missing(
    files: Files, table: str, texts: Mapping[str, list[str] | dict[str, str]]
) -> None:
    """No code for missing is an answer of the dictionary, an arm or a sex.

    In the column of the arm one that is no arm's says who has none, such as "screened".
    """
    columns, meant = files.columns(table) or {}, _meanings(files, table)
    of_arms = columns_of_arms(files, table)
    for name, codes in texts.items():
        choices = columns[name].choices if name in columns and name not in of_arms else {}
        for position, code in enumerate(codes):
            data = meant.get((name, code))
            if data is None and code in choices and not means_missing(choices[code]):
                data = f"which {files.field_line(columns[name])} calls {tell(choices[code])}"
            if data:
                files.cleaning.add(
                    (
                        "tables",
                        table,
                        "missing",
                        name,
                        code if isinstance(codes, Mapping) else position,
                    ),
                    f"{tell(code)}, {data}",
                    "a code that stands for nothing else",
                    do="take it out here; or out of the choices in dictionary.csv, or give it "
                    f"there a word for missing as its label ({WORDS_FOR_MISSING})",
                )


def columns_of_arms(files: Files, table: str) -> set[str]:
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
        for column in columns_of_arms(files, table)
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

"""Which arm is the control: told, asked for, or by the words of the arms, by what they have and by
their doses."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, permutations

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.values import WHOLE_CODE
from trialtrace.run.drafting.arms import DUMMY, NUMBER, tells_assignment, tells_begin
from trialtrace.run.drafting.decided import Decided, none_of
from trialtrace.run.drafting.names import CONTROL, LATER_ON, flat, is_dose, vocabulary
from trialtrace.run.drafting.outcomes import is_number, levels
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import folded, parts
from trialtrace.run.trial.label_words import SURE_CONTROL

# Whether a patient has the treatment, in words: who has not is the control.
HAS = re.compile(r"y|yes|true|with|ja|oui|s[ií]|sim|tak|mit|avec", re.IGNORECASE)
HAS_NOT = re.compile(r"n|no|not|false|without|nein|non|nej|nei|n[aã]o|nie|ohne|sans", re.IGNORECASE)
# Letters of two arms: control or placebo, and treatment, experimental, intervention, verum, drug.
# One alone says nothing: C beside S may be the combination.
LETTERS = ({"c", "t"}, {"c", "e"}, {"c", "i"}, {"p", "t"}, {"p", "v"}, {"p", "d"})
# One treatment beside what adds another to it.
ALONE = re.compile(r".*\b(only|alone|mono(therapy)?)\b.*|.*[a-z]Only|.*[a-z]Alone", re.IGNORECASE)
COMBINED = re.compile(r".*\b(combin\w*|combo|both|plus|and|with)\b.*|.*[+&].*", re.IGNORECASE)
# Beside these "con" may be concentric, continuous, constant or what speaks against, and "uc" be
# ulcerative colitis.
CONTRARY = re.compile(r"ecc|pro\b|int|var|inc|dis|alt|fix|iso|cyc|bol|pul|seq|cd\b", re.IGNORECASE)
# Without each of several things that other arms have: "no reminders nor chatbot".
NEITHER = re.compile(r"(no|neither|without) (?!.*\b(but|with)\b)[^,;]+\b(nor|or) .+", re.IGNORECASE)
# A control beside another treatment that is only compared as well, in two words at most.
PLACEBO = re.compile(r"(?!active)(\w+ )?(placebo|sham|vehicle)( \w+)?", re.IGNORECASE)
COMPARED = re.compile(r".*\b(standard|reference|comparator|[ck]onventional)\b.*", re.IGNORECASE)
# A column of 0 and 1 that is called so, whatever number is behind, has 1 of who had it.
HAD_IT = {*vocabulary("treat treated treatment trt tx drug intervention")}
# Two treatments that a label names, without codes: of 0 and 1 either may be which.
OF_TWO = re.compile(
    r"[^\d=]*\b(?!no\b|not\b)[a-z]{4,}( \([^)]*\))? (and|or|vs\.?|versus) [a-z]{4,}\b[^\d=]*",
    re.IGNORECASE,
)
# What is called so of two things of one kind is the control: regular oil, ordinary toothpaste.
USUAL = {"regular", "ordinary", "normal", "plain", "existing", "current", "old"}
AND = r"\s*(?:[+&/]|\b(?:and|plus|with|und|et)\b)\s*"
# What stands in brackets behind a name that it shortens: (CP).
SHORT = re.compile(r"\s*\(\w+\)$")
CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
DOSE = re.compile(r"\D*?(\d+(?:[.,]\d+)?) ?(?:[munµk]?g|ml|iu|u|%).*", re.IGNORECASE)
# How much of a course somebody took, by a name or a label.
EXPOSURES = {"sess", "session", "sessions", "modules", "logins", "lessons", "attended", "sitzungen"}
# Who took what was offered, as the whole of a name; shares of who did in an arm that was offered
# nothing, and in the other.
TAKEN = {"tried", "uptake", "took", "taken", "received", "attended", "enrolled"}
FEW_TOOK, MANY_TOOK = 0.03, 0.2
BARE_CONTROL = re.compile(r"p|no|old", re.IGNORECASE)


def _controls(column: Column, arms: Mapping[str, tuple[str, str]]) -> tuple[list[str], bool]:
    """The arms that may be the control, and whether it is beyond doubt that the only one is."""
    words = {n: [flat(CAMEL.sub(" ", each)) for each in arm] for n, arm in arms.items()}
    if not column.name:
        # Columns of an outcome: what their names share is of it.
        shared = set.intersection(*({*parts(code)} for _, code in arms.values()))
        rest = {n: [w for w in parts(code) if w not in shared] for n, (_, code) in arms.items()}
        words = {n: [*each, " ".join(rest[n])] for n, each in words.items()}
    said = [name for name, each in words.items() if any(map(CONTROL.fullmatch, each))]
    if not said and not any(map(CONTRARY.match, chain(*words.values()))):
        said = [
            name for name, each in words.items() if {"con", "uc"} & {one.casefold() for one in each}
        ]
    # What every other arm has as well, and none of a drug of which the others have some.
    bits = {
        name: {*re.split(AND, SHORT.sub("", label.lower()))} for name, (label, _) in arms.items()
    }
    common = [
        name
        for name, own in bits.items()
        if all(own < bits[other] for other in arms if other != name)
    ]
    neither = [name for name in words if any(map(NEITHER.fullmatch, words[name]))]
    if (
        len(neither) == 1
        and len(arms) > 2
        and not any(map(SURE_CONTROL.fullmatch, chain(*words.values())))
    ):
        return neither, True
    lone = [name for name in said if PLACEBO.fullmatch(words[name][0])]
    if len(lone) == 1 < len(said) and all(
        COMPARED.fullmatch(words[name][0]) and not SURE_CONTROL.fullmatch(words[name][0])
        for name in said
        if name not in lone
    ):
        return lone, True
    if said:
        common = common if {*common} <= {*said} else []
        return common or said, len(common or said) == 1
    labels = {name: each[0].lower() for name, each in words.items()}
    # The name of what a control has may head the column: placebo, yes or no. Words of 0 and 1 that
    # no file says are ours.
    ours = column.type == "yesno" and not column.given
    bare = ours or all(label == code for label, code in arms.values())
    # Yes and no; or "was offered the account", if not.
    had = any(HAS.fullmatch(label) or " " in label for label in labels.values())
    if len(arms) == 2 and not ours and had:
        without = [name for name, label in labels.items() if HAS_NOT.fullmatch(label)]
        if without and not CONTROL.fullmatch(folded(column.name)):
            return without, True
    # Who was not assigned, or treated, by a column of 0 and 1 that says so.
    of_it = [word for word in parts(column.name) if len(word) > 1 and not word.isdecimal()]
    text = column.label if column.label != column.name else ""
    of_two = OF_TWO.fullmatch(text) and not any(map(CONTROL.fullmatch, parts(text)))
    said_so = (of_it != [] and {*of_it} <= HAD_IT and not of_two) or tells_assignment(column)
    if bare and said_so and {code for _, code in arms.values()} == {"0", "1"}:
        return [name for name, (_, code) in arms.items() if code == "0"], True
    alone = [name for name, each in words.items() if any(map(ALONE.fullmatch, each))]
    if len(alone) == 1 and all(
        any(map(COMBINED.fullmatch, each)) for name, each in words.items() if name not in alone
    ):
        return alone, True
    usual = [name for name in words if _is_usual(name, words)]
    if len(usual) == 1:
        return usual, True
    doses = _doses(column, arms)
    nothing = [name for name, dose in doses.items() if dose == 0 and len(doses) == len(arms)]
    if len(common or nothing) == 1:
        return common or nothing, True
    # A, B and P: nobody who letters treatments leaves out those between.
    letters = {*labels.values()}
    if letters == {"p", *"abcdef"[: len(arms) - 1]}:
        return [name for name, label in labels.items() if label == "p"], True
    if letters in LETTERS:
        return [name for name, label in labels.items() if label in ("c", "p")], True
    if letters == {"t", "r"} and column.constant_within is False:
        # Test and reference, of treatments that patients have in turn.
        return [name for name, label in labels.items() if label == "r"], True
    if ours and DUMMY.search(column.label):
        return [], False
    if tells_begin(column):
        return [name for name, each in words.items() if any(map(LATER_ON.fullmatch, each))], False
    return [name for name, arm in arms.items() if any(map(BARE_CONTROL.fullmatch, arm))], False


def _is_usual(name: str, words: Mapping[str, Sequence[str]]) -> bool:
    """Whether an arm has in the usual form what all others have in another: regular oil beside fish
    oil."""
    each = {one: parts(texts[0]) for one, texts in words.items()}
    first, *rest = each[name] or [""]
    return first in USUAL and bool(rest) and all(own[-len(rest) :] == rest for own in each.values())


def _doses(column: Column, arms: Mapping[str, tuple[str, str]]) -> dict[str, float]:
    """The doses that arms are called by; bare numbers in a column of doses, unless they count from
    0 or 1 on, as codes do."""
    labels = {name: label for name, (label, _) in arms.items()}
    if is_dose(column.name) and all(map(NUMBER.fullmatch, labels.values())):
        numbers = {name: float(label.replace(",", ".")) for name, label in labels.items()}
        counted = sorted(numbers.values())
        first = counted[0]
        return {} if counted == [first + n for n in range(len(counted))] else numbers
    told = {name: DOSE.fullmatch(label) for name, label in labels.items()}
    return {name: float(n[1].replace(",", ".")) for name, n in told.items() if n}


def by_word(table: Table, arms: Mapping[str, tuple[str, str]]) -> tuple[str, str, bool]:
    """The code of the one arm of which a text says that controls received it, with a sentence, and
    whether that may be of other controls: not where the same sentence names all other arms too."""
    said = table.evidence
    texts = {code: label.casefold() for label, code in arms.values()}
    beside = {code: said.get(f"control.beside.{text}") for code, text in texts.items()}
    for code, text in texts.items():
        why = said.get(f"control.group.{text}")
        if why and all(one == why for other, one in beside.items() if other != code):
            return code, why, False
    found = [
        (code, said[key]) for code, text in texts.items() if (key := f"control.{text}") in said
    ]
    return (*found[0], True) if len(found) == 1 else ("", "", True)


def without_exposure(table: Table, arm: Column) -> tuple[str, str]:
    """The code of the one of two arms without a number in every column of how much of a course
    patients took (sessions, lessons), which most of the other have, or in which next to nobody
    tried or received it, of yes and no; with a sentence. Nothing where there is no such column."""
    if not arm.name or len(levels(arm)) != 2 or arm.constant_within is False:
        return "", ""
    named = [
        one.name
        for one in table.columns
        if is_number(one) and one.blank and {*parts(one.name), *parts(one.label)} & EXPOSURES
    ]
    took = {one.name for one in table.columns if {*levels(one)} == {*"01"} and took_it(one.name)}
    if not (named or took) or table.rows > MOST_ROWS:
        return "", ""
    n, filled = Counter[str](), Counter[tuple[str, str]]()
    names = [*named, *sorted(took)]
    for code, *cells in cells_of(table, [arm.name, *names]):
        n[code] += 1
        filled.update(
            (code, name)
            for name, cell in zip(names, cells, strict=True)
            if cell and (name not in took or cell == "1")
        )
    for code, other in permutations(levels(arm)):
        most = {one: n[code] * FEW_TOOK * (one in took) for one in names}
        found = [
            one
            for one in names
            if filled[code, one] <= most[one]
            and filled[other, one] > n[other] * (MANY_TOOK if one in took else 0.5)
        ]
        if found and not any(filled[other, one] <= most[one] < filled[code, one] for one in names):
            tell = [f"{filled[code, one]} of {n[code]} have {one}" for one in found]
            return (
                code,
                f"{'; '.join(tell)}, of the others {filled[other, found[0]]} of {n[other]}.",
            )
    return "", ""


def took_it(name: str) -> bool:
    """Whether a name is that of who took what was offered, and of nothing else that was taken."""
    return {*parts(name)} <= TAKEN and bool(parts(name))


def control_of(
    column: Column,
    arms: Mapping[str, tuple[str, str]],
    decided: Decided,
    told: tuple[str, str] = ("", ""),
    by_text: bool = False,
) -> str:
    """The name of the control arm; where words do not tell it, the one with the code that is `told`
    by the data, with a sentence, or `by_text`, which may speak of other controls and is asked.
    Raises UserError where what was told is no arm."""
    likely, sure = _controls(column, arms)
    first, by_data = told
    against = bool(first) and all(label == code for label, code in arms.values())
    against &= [arms[name][1] for name in likely] == ["0"] != [first]
    if first and (not sure or against):
        likely, sure = (
            [name for name, (_, code) in arms.items() if code == first],
            not (by_text or against),
        )
    counts, choices = dict(column.values), []
    # Of two that read so a placebo, then the one of more patients: the other may be mistyped.
    rows = {name: counts.get(code, 0) for name, (_, code) in arms.items() if name in likely}
    placebo = {name for name in rows if "placebo" in arms[name][0].casefold()}
    ranked = sorted(arms, key=lambda name: (name not in placebo, -rows.get(name, -1)))
    # Labels that do not go with the codes found may be those of another coding.
    odd = [code for _, code in arms.values() if not counts.get(code)]
    said = any(label.casefold() != code.casefold() for label, code in arms.values())
    odd += [code for label, code in arms.values() if said and label == code and code.isdecimal()]
    doubt = f" Code {one_of(odd)} has a label and no row, or rows and no label." if odd else ""
    for name in ranked:
        label, code = arms[name]
        reads = "It reads like a control."
        if label == code == "0" and not against:
            reads = f"By its name {column.name} is 1 of who had it, and 0 of who had not."
        reads = reads if code != first else by_data
        why = reads if name in likely else "Nothing tells what it is."
        choices.append((code, f"{label}, {counts.get(code, 0)} rows. {why}{doubt}"))
    place = ("trial.yaml", "design.arms")

    def read(text: str) -> str:
        asked = {text.casefold(), WHOLE_CODE.sub(r"\1", text)}
        for name, (label, code) in arms.items():
            if asked & {name, label.casefold(), code.casefold()}:
                return name
        codes = (code for _, code in arms.values())
        raise none_of("control", text, codes, f"an arm of column {column.name}: ")

    sure = sure and not odd
    name = decided.choose("control", "Which arm is the control?", choices, place, read, sure)
    decided.told.update({"control": arms[name][1]} if "control" in decided.told else {})
    return name

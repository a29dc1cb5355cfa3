"""A column of which its file, or a description beside it, says what it is; held against its cells.

Where both agree, what is said is taken. Where they do not, the cells are: a draft has to run on
them, and what was said stands in the evidence, with how many cells are against it.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.column_types import (
    Kind,
    inferred,
    missing_words,
    no_code,
    reads,
    told_missing,
)
from trialtrace.run.drafting.described import Described, code_lacks
from trialtrace.run.drafting.names import SPECIAL_MISSING, not_known
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.trial.label_words import means_missing

MISSING = re.compile(r"(missing|unknown) (status|values?|data|outcome|answer)", re.IGNORECASE)
CODED = ("radio", "dropdown", "yesno", "truefalse", "checkbox")
NUMERIC = ("integer", "number")
Told = tuple[tuple[str, str], ...]


def declared(name: str, tally: Tally, about: Described, sign: str) -> Kind:
    """What a column holds, by what is said of it and by its cells."""
    unknown = [
        code
        for code, label in about.choices
        if not_known(label)
        or MISSING.fullmatch(label)
        or SPECIAL_MISSING.fullmatch(code)
        # NA = not assessed, but not NA = North America; -9 = refused, but not 3 = refused.
        or (not_known(code) and means_missing(label))
        or code_lacks(code, label, dict(about.choices))
    ]
    if not about.type:
        # A convention lists codes that this file need not have.
        absent = [code for code in unknown if code not in tally.values]
        choices = tuple(choice for choice in about.choices if choice[0] not in absent)
        about = replace(about, choices=choices)
        unknown = [code for code in unknown if code not in absent]
    beyond = [code for code in about.beyond if code in tally.values]
    missing = tuple(sorted({*about.missing, *unknown, *beyond}))
    rest = tally.without(missing) if missing and tally.exact else tally
    if about.type:
        kind = _typed(name, rest, about, sign)
    elif about.choices:
        kind = _labelled(name, rest, about, missing, sign)
    else:
        kind = inferred(name, rest, sign)
    if not missing:
        return kind
    labels = dict(about.choices)
    said = [code for code in missing if code not in beyond]
    codes = [f"{code} ({labels[code]})" if labels.get(code) else code for code in said]
    told = [f"{about.by} says that {one_of(codes)} is missing."] if said else []
    if beyond:
        n = sum(tally.values[code] for code in beyond)
        text = f"{about.by} does not list {one_of(beyond)} ({n} cell{'s' * (n != 1)}), which "
        alone = len(beyond) == 1
        told.append(text + ("looks like a code" if alone else "look like codes") + " for missing.")
    because = " ".join([*(text for key, text in kind.also if key == "missing_codes"), *told])
    others = [one for one in kind.also if one[0] != "missing_codes"]
    return replace(
        kind,
        missing=tuple(sorted({*kind.missing, *missing})),
        also=(*others, ("missing_codes", because)),
    )


def _labelled(name: str, tally: Tally, about: Described, missing: Sequence[str], sign: str) -> Kind:
    """By labels of codes that the file itself has."""
    labelled = dict(about.choices)
    words = tuple(word for word in missing_words(tally) if word not in labelled)
    unlabelled = [text for text in tally.values if text not in labelled and text not in words]
    if tally.present and not labelled.keys() & tally.values.keys():
        kind = inferred(name, tally, sign)
        # Of codes for missing alone there is nothing to hold against the others.
        labelled = {code: label for code, label in labelled.items() if code not in missing}
        if not labelled:
            return kind
        told = f"{about.by} has labels of {one_of(list(labelled))}, and no cell holds one of them."
        return replace(kind, also=(*kind.also, ("contradiction", told)))
    if (
        tally.exact
        and len(unlabelled) <= max(1, len(labelled))
        and not any(map(no_code, [*labelled, *unlabelled]))
    ):
        choices = [
            (code, " ".join(label.replace("|", "/").split()) or code)
            for code, label in about.choices
            if code not in missing
        ]
        choices += [(text, text) for text in sorted(unlabelled)]
        why = f"{about.by} has labels of the codes"
        why += f", but not of {one_of(sorted(unlabelled))}." if unlabelled else "."
        also = told_missing(words, ())
        return Kind(type="radio", choices=tuple(choices), missing=words, why=why, also=also)
    kind = inferred(name, tally, sign)
    return replace(kind, why=f"{kind.why} {about.by} has labels of some of them alone.")


def _typed(name: str, tally: Tally, about: Described, sign: str) -> Kind:
    """By the field of a dictionary."""
    said = Kind(
        type=about.type,
        validation=about.validation,
        choices=about.choices,
        low=about.low,
        high=about.high,
        why=f"{about.by} says so.",
    )
    if not tally.present:
        return said
    if about.type in CODED:
        return _coded(name, tally, about, said, sign)
    if about.validation in NUMERIC:
        return _number(name, tally, about, said, sign)
    if about.validation.startswith("date"):
        return _day(name, tally, about, said, sign)
    return said


def _coded(name: str, tally: Tally, about: Described, said: Kind, sign: str) -> Kind:
    """Codes of the dictionary, its labels in their place, or something else."""
    codes = dict(about.choices)
    words = tuple(word for word in missing_words(tally) if word not in codes)
    absent = told_missing(words, ())
    others = sorted(text for text in tally.values if text not in codes and text not in words)
    if not others and tally.exact:
        return replace(said, missing=words, also=absent)
    if tally.exact and _are_labels(others, codes.values()):
        labels = list(dict.fromkeys(" ".join(label.split()) for label in codes.values() if label))
        return Kind(
            type="radio",
            choices=tuple((label, label) for label in labels),
            missing=words,
            why=f"The cells hold labels where {about.by} has codes.",
            also=(
                *absent,
                (
                    "labels",
                    f"{about.by} lists the codes {one_of(list(codes))}; the cells hold their "
                    "labels. Export raw data to have the codes.",
                ),
            ),
        )
    cells = sum(tally.values[text] for text in others)
    against = (
        f"{cells} of {tally.present} cells hold {one_of([repr(text) for text in others], 5)}, "
        f"which {about.by} does not list."
    )
    if tally.exact and 2 * cells <= tally.present and not any(map(no_code, others)):
        added = (*about.choices, *((text, text) for text in others))
        kind = "radio" if about.type in ("yesno", "truefalse", "checkbox") else about.type
        also = (*absent, ("contradiction", against))
        return replace(said, type=kind, choices=added, missing=words, also=also)
    return _by_cells(name, tally, sign, against)


def _are_labels(texts: Sequence[str], labels: Iterable[str]) -> bool:
    """Whether all cells hold labels, or "Yes" and the like of a field of two."""
    known = {" ".join(label.split()) for label in labels}
    return bool(texts) and all(" ".join(text.split()) in known for text in texts)


def _number(name: str, tally: Tally, about: Described, said: Kind, sign: str) -> Kind:
    numbers = tally.comma if sign == "," else tally.point
    if not reads(numbers, tally):
        wrong = numbers.misfits.total()
        some = f"{wrong} of {tally.present}" if numbers.possible else "many"
        return _by_cells(name, tally, sign, f"{about.by} says {about.validation}; {some} are none.")
    kind = inferred(name, tally, sign)
    if kind.type == "yesno" and not (about.low or about.high):
        return replace(kind, why=f"{about.by} says {about.validation}; all cells are 0 or 1.")
    if about.validation == "integer" and not numbers.whole:
        slider = about.type == "slider"
        word = "slider" if slider else "integer"
        against = f"{about.by} says {word}; {numbers.fractions} cells have decimals."
        return replace(
            said,
            # A run reads whole numbers of a slider alone.
            type="text" if slider else about.type,
            validation="number",
            missing=kind.missing,
            also=(("contradiction", against),),
        )
    low, high = _float(about.low), _float(about.high)
    outside = _outside(tally, numbers.sign, low, high, kind.missing)
    also = [one for one in kind.also if one[0] == "missing_codes"]
    if outside:
        text = (
            f"{outside} cells lie outside {about.low or 'no bound'} to {about.high or 'no bound'}"
        )
        also.append(("range", f"{text}, the bounds that {about.by} has."))
    return replace(said, missing=kind.missing, also=tuple(also))


def _outside(
    tally: Tally, sign: str, low: float | None, high: float | None, missing: Sequence[str]
) -> int:
    """Cells beyond the bounds; of a column with very many values, of those that were kept."""
    if low is None and high is None:
        return 0
    count = 0
    for text, cells in tally.values.items():
        value = _float(text.replace(sign, "."))
        if value is None or text in missing:
            continue
        if (low is not None and value < low) or (high is not None and value > high):
            count += cells
    return count


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _day(name: str, tally: Tally, about: Described, said: Kind, sign: str) -> Kind:
    """A date in the order that is said, which reads ISO dates too; else in one that fits."""
    order = about.validation.rpartition("_")[2]
    timed = about.validation.startswith("datetime")
    days = (tally.moments if timed else tally.days).get(order)
    kind = inferred(name, tally, sign)
    if days is None or days.misfits:
        if not kind.validation.startswith("date"):
            wrong = days.misfits.total() if days is not None and days.possible else "many"
            against = f"{about.by} says {about.validation}; {wrong} of {tally.present} are none."
            return _by_cells(name, tally, sign, against)
        if kind.orders and order not in kind.orders and kind.orders != ("ymd",):
            against = f"{about.by} says {about.validation}, which does not fit."
            return _by_cells(name, tally, sign, against)
    iso = kind.validation.endswith("_ymd")
    orders = ("ymd",) if iso else (order,)
    low, high = (_day_of(one) for one in (about.low, about.high))
    return replace(said, low=low, high=high, missing=kind.missing, orders=orders)


def _day_of(bound: str) -> str:
    """A bound that is a day; REDCap takes words such as today too."""
    try:
        return datetime.date.fromisoformat(bound).isoformat()
    except ValueError:
        return ""


def _by_cells(name: str, tally: Tally, sign: str, against: str) -> Kind:
    kind = inferred(name, tally, sign)
    return replace(kind, also=(*kind.also, ("contradiction", against)))

"""What a file, or a description beside it, says of a column itself: nothing here is a guess."""

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from trialtrace.run.trial.label_words import means_missing

# Codes in the words of a label: "placebo (1), drug (2)", "0=no; 1=yes".
_BEHIND = re.compile(r"\s*\((-?[0-9]{1,3})\)")
_BEFORE = re.compile(r"(?<![\w.])(-?[0-9]{1,3})\s*[=:]\s*(?=[^\W\d])")
# A dash only where codes count: 1-dead / 2-dependent / 3-recovered; no 6-month visit.
_DASHED = re.compile(r"(?:^|(?<=[\s(/,;|]))([0-9]{1,2})\s*[-–]\s*(?=[^\W\d])")
_OR_NEXT = re.compile(r"[\s/,;|]+([0-9]{1,2})$")
_BETWEEN = r"(?:[\s,;|/]|\b(?:and|or|und|et|y|vs|versus)\b)+"
# What somebody had, behind the words that say so: whether a man received aspirin (1) or none (0).
_HAD = re.compile(
    r".*\b(?:receiv(?:ed|es|ing)|(?:was|were) given|got|(?:assigned|allocated|randomi[sz]ed) to|"
    r"enrolled in(?:to)?|treated with)\s+(?:the |an? )?(?=\w)",
    re.IGNORECASE,
)
_WHOLE = re.compile("-?[0-9]{1,3}")
# Behind the last code: "1 = yes. Primary outcome"; "(0 = no, 1 = yes), primary outcome".
_ROLE = re.compile(
    r"(?:\.\s+(?=.*\b(?:outcome|end ?point)\b)|"
    r"[)\],;]+\s*(?=(?:the )?(?:primary|main|secondary) (?:outcome|end ?point)\b))(.*)",
    re.IGNORECASE,
)
# What codes behind the others say besides words for missing: questionnaire not returned.
_LACKING = re.compile(
    r"(?:.*\b(?:questionnaire|form|diary|test|item|sheet|sample|scan|visit)s? )?(?:was |were )?"
    r"(?:not|never) (?:yet )?(?:returned|sent back|completed|filled in|done|made|provided|measured|"
    r"assessed|assessable|evaluated|evaluable|answered|given back|attended|available|valid)\b.*|"
    r"(?:left )?(?:blank|empty)|skipped|invalid(?: (?:answer|value|data))?|(?:.*\b)?missing\b.*|"
    r"lost\b.*|(?:has )?withdr(?:ew|awn)\b.*|drop(?:ped|s)?[ -]?outs?\b.*|"
    r"(?:fragebogen )?nicht (?:zur(?:ü|ue)ck\w*|ausgef(?:ü|ue)llt|auswertbar|abgegeben)|"
    r"(?:questionnaire )?non (?:rendu|retourné|rempli|évaluable|évalué|recueilli|répondu)e?",
    re.IGNORECASE,
)
# Who left is no missing value where the others say who lives: censored.
_LEFT = re.compile(r"lost|withdr|drop", re.IGNORECASE)
_STATE = re.compile(r"\b(?:dead|died|deaths?|deceased|alive|surviv\w+|censor\w+)\b", re.IGNORECASE)
# Nor is no response beside a partial one.
_NONE_OF = re.compile(r"no (\w{5})\w*", re.IGNORECASE)
# Codes that no scale has: -9, 99; and one that has, if not behind the others: 1, 2, 9.
_OUTSIDE, _LAST = re.compile(r"-\d{1,4}|([789])\1+"), ("7", "8", "9")
_THEN = re.compile(
    r"\bif (?P<of>\w[\w. ]{0,30}?)\s*=\s*(?P<code>-?[0-9]{1,3}),?\s+then\s+"
    r"(?:(?:it|they|he|she) )?(?P<what>.+?)(?=[,.;\n]|\s+if\s|$)",
    re.IGNORECASE,
)
# A further code with its label, behind one.
_FURTHER = re.compile(r"\s*[;,|]\s*[\"'`]?-?\w{1,12}[\"'`]?\s*[=:].*$", re.DOTALL)
# Between a value and what it stands for: 0 = control, 0 == "control", 1 - control, 0 for control,
# 0 if smoking, C (indicating control).
_MEANS = (
    r"(?:\s*(?:==?|:)\s*[\"']?|\s+[-–]\s+|"
    r"\s+\(?(?:for|if|when|denot(?:es|ing)|indicat(?:es|ing)|mean(?:s|ing))\s+)"
)
# What stands before the first of labels that have their value behind: with levels for relapse (R).
_LED = re.compile(r".*\b(?:is|are|was|levels (?:for|of))\s+", re.IGNORECASE)
# Behind a number that is no code: 4 weeks, 2 or more.
_NO_LABEL = (
    r"(?!(?:weeks?|wks?|months?|mo|days?|d|hours?|hrs?|h|min(?:ute)?s?|sec(?:ond)?s?|years?|yrs?|y|"
    r"wochen?|monate?|tagen?|jahren?|stunden?|mg|g|kg|ml|l|cm|mm|points?|times|doses?|tablets?|"
    r"patients|of|or|and|to|in|on|at|per|und|oder|bis|et|ou)\b)"
)
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_EDGES = re.compile(rf"^{_BETWEEN}|{_BETWEEN}$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Described:
    """A column by its own file or by a data dictionary. `by` names which, as in "the dictionary".

    `choices` are labels of codes; `missing` codes that are declared missing, `stated` those that
    are said to be so in all columns, `beyond` those of cells behind what is listed, which look as
    if they were. `type` and what follows are those of a field of a data dictionary, `given` is its
    row, by our column names. `format` is that of a statistical package, as the file spells it.
    """

    by: str = ""
    label: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    unit: str = ""
    type: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    identifier: bool = False
    field: str = ""
    form: str = ""
    format: str = ""
    given: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Compared:
    """What a call of analysis code compares: columns of outcomes, of a time with the `status` of
    how it ended and the code of the `event`, the columns `by` which it does, and where it is."""

    outcomes: tuple[str, ...]
    by: tuple[str, ...]
    place: str
    status: str = ""
    event: str = ""


NOTHING = Described()
Codes = tuple[tuple[str, str], ...]


def merged(said: Described, own: Described | None) -> Described:
    """What a description says, and of what it does not say the file's own words."""
    if own is None:
        return said
    return dataclasses.replace(
        said,
        label=said.label or own.label,
        choices=said.choices or own.choices,
        unit=said.unit or own.unit,
        missing=own.missing or said.missing,
        format=own.format or said.format,
    )


def with_codes(about: Described) -> Described:
    """The description with the labels of codes that stand in its label, and what is left of it."""
    text = about.label.strip()
    marks = [*_BEFORE.finditer(text)]
    if dashed := not marks and _counted([mark[1] for mark in _DASHED.finditer(text)]):
        marks = [*_DASHED.finditer(text)]
    if len(marks) > 1:
        head = text[: marks[0].start()].rstrip()
        ends = [*(mark.start() for mark in marks[1:]), len(text)]
        labels = [text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]
        if head[-1:] in ("(", "["):
            labels[-1] = re.sub(r"[)\]][\s.]*$", "", labels[-1])
    else:
        marks = [*_BEHIND.finditer(text)]
        first = text.find(":") + 1 if marks and 0 < text.find(":") < marks[0].start() else 0
        head, starts = text[:first], [first, *(mark.end() for mark in marks)]
        labels = [text[start : mark.start()] for start, mark in zip(starts, marks, strict=False)]
        if re.search(r"\w", text[starts[-1] :]):
            return about
        if labels and (had := _HAD.match(labels[0])):
            head, labels[0] = f"{head} {had[0]}", labels[0][had.end() :]
    choices = {mark[1]: _EDGES.sub("", one) for mark, one in zip(marks, labels, strict=True)}
    whole = len(choices) == len(labels) > 1 and all(map(str.strip, choices.values()))
    if about.choices or about.type or not whole:
        return about
    if dashed:
        if len({*choices.values()}) < len(choices):
            return about
        choices = dict(_each(choices))
    return dataclasses.replace(about, label=head.strip(" :([-,"), choices=tuple(choices.items()))


def code_lacks(code: str, label: str, labels: Mapping[str, str]) -> bool:
    """Whether a code of a list stands for a value that is not there, as it is called so and no
    further step of the others: -9, 99, or 9 beside 1 and 2."""
    if not (means_missing(label) or _LACKING.fullmatch(label.strip(" .")) is not None):
        return False
    others = [one for one in labels if one != code and not means_missing(labels[one])]
    if (of := _NONE_OF.fullmatch(label)) and any(
        of[1].lower() in labels[one].lower() for one in others
    ):
        return False
    if _LEFT.match(label) and any(_STATE.search(labels[one]) for one in others):
        return False
    return bool(_OUTSIDE.fullmatch(code)) or is_behind(code, others)


def is_behind(code: str, others: Collection[str]) -> bool:
    """Whether a code looks like one for missing behind these others, which are whole numbers."""
    numbers = [int(one) for one in others if _WHOLE.fullmatch(one)]
    if not numbers or len(numbers) < len(others):
        return False
    if _OUTSIDE.fullmatch(code):
        return int(code) > max(numbers) or int(code) < 0 <= min(numbers)
    return code in _LAST and int(code) > max(numbers) + 1


def codes_beyond(cells: Collection[str], listed: Collection[str]) -> tuple[str, ...]:
    """The codes of cells that look like ones for missing behind those that are listed, where no
    other cell lies outside of these."""
    numbers = [int(one) for one in listed if _WHOLE.fullmatch(one)]
    if len(numbers) < max(2, len(listed)):
        return ()
    whole = [one for one in cells if _WHOLE.fullmatch(one) or _OUTSIDE.fullmatch(one)]
    outside = [one for one in whole if not min(numbers) <= int(one) <= max(numbers)]
    found = tuple(sorted(one for one in outside if is_behind(one, listed)))
    return found if len(found) == len(outside) else ()


def with_missing(about: Described) -> Described:
    """The description with the codes of its label that stand for what is missing, where the rest of
    it lists none or the ends of a scale: satisfaction 1 to 5, 8 = does not know."""
    found = [
        (mark, re.split(r"[,;.()]", about.label[mark.end() :])[0])
        for mark in _BEFORE.finditer(about.label)
    ]
    labels = {mark[1]: words for mark, words in found}
    none = [one for one in labels if means_missing(labels[one])]
    if len(none) < len(labels):
        none = [one for one in labels if code_lacks(one, labels[one], labels)]
    if about.type or about.choices or not none:
        return about
    end = found[0][0].start() if len(none) == len(found) else len(about.label)
    head = about.label[:end].strip(" ;:,.([-")
    missing = tuple(dict.fromkeys([*about.missing, *none]))
    return dataclasses.replace(about, label=head or about.label, missing=missing)


def with_values(
    text: str, values: Collection[str]
) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """What stands before the labels of most of these values, and these, where a text gives each
    behind a value or before it: A = control; B = drug, or male = 1, female = 0. Labels of codes
    that no cell has are left out."""
    if len(values) < 2:
        return None
    known = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    value = rf"(?<![\w.-])(?:[\"'`]|\((?=(?:{known})\)))?({known})[\"'`)]?"
    before = [*re.finditer(rf"{value}{_MEANS}(?=[^\W\d])", text)]
    if 0 < len(before) == len(values) - 1:
        # The last one without a word of its own: 0 denoting censoring and 1 death.
        rest = re.compile(rf"\b(?:and|or)\s+{value},?\s+(?=[^\W\d])")
        told = {one[1] for one in before}
        before += [one for one in rest.finditer(text, before[-1].end()) if one[1] not in told]
    behind = [*re.finditer(rf"([^\W\d][^=;,]*?)\s*=\s*[\"'`]?({known})(?!\w|\.\d)", text)]
    # Event time (status=1); no reaction (PASS), of words alone.
    column = r"\w+\s*=\s*" if all(map(_WHOLE.fullmatch, values)) else r"(?:\w+\s*=\s*)?"
    closed = [*re.finditer(rf"([^\W\d][^()=;,]*?)\s*\({column}({known})\)", text)]
    bracketed = [(mark[2], _LED.sub("", mark[1])) for mark in closed]
    # 'P' (placebo) or 'V' (verum)
    noted = [*re.finditer(rf"(?<![\w.-])[\"'`]?({known})[\"'`]?\s*\(([^\W\d][^()]*)\)", text)]
    # 'C'ontrol, 'F'riend or (P)et: the value begins the word.
    begun = [*re.finditer(rf"(?<!\w)[\"'`(\[]({known})[\"'`)\]]([a-z]{{2,}})\b", text)]
    whole = [(mark[1], mark[1] + mark[2]) for mark in begun]
    # 0 no, 1 yes: of every value one, and nothing else of the kind.
    bare = [
        *re.finditer(
            r"(?:^|(?<=[,;:(/|–-])|(?<=\bor)|(?<=\band)|(?<=\bcoded)|(?<=\bcoded as))\s*[\"'`]?"
            rf"({known}|\d{{1,3}})[\"'`]?\s+"
            rf"{_NO_LABEL}([^\W\d][^,;()/|=]*?)(?=\s*(?:[,;)/|]|\.?$|\b(?:or|and)\b))",
            text,
        )
    ]
    each = [mark[1] for mark in bare]
    there = sorted({*values} - {*codes_beyond(values, each)})
    bare = bare if sorted(each) == there and max(map(len, there)) < 3 else []
    # 0/1 = control/drug: as many labels as codes, in their order.
    of_codes, of_words = (
        rf"((?:{known})(?:\s*/\s*(?:{known}))+)",
        r"([^\W\d][^/;,()=]*(?:/[^/;,()=]+)+)",
    )
    listed = [*re.finditer(rf"(?<![\w./]){of_codes}\s*[=:]\s*{of_words}", text)][:1]
    lists = [[re.split(r"\s*/\s*", part) for part in mark.groups()] for mark in listed]
    paired = [[*zip(*pair, strict=True)] for pair in lists if len(pair[0]) == len(pair[1])]
    ends = [*(mark.start() for mark in before[1:]), len(text)]
    said = [(mark[1], text[mark.end() : end]) for mark, end in zip(before, ends, strict=False)]
    plain = [(mark[2], mark[1]) for mark in behind]
    shown = [(mark[1], mark[2]) for mark in noted]
    spaced = [(mark[1], mark[2]) for mark in bare]
    every = (
        (before, said),
        (closed, bracketed),
        (behind, plain),
        (noted, shown),
        (begun, whole),
        (bare, spaced),
    )
    for marks, pairs in (*every, *((listed, pairs) for pairs in paired)):
        codes = {code for code, _ in pairs}
        if len(pairs) == len(codes) > max(1, len(values) // 2):
            head = text[: marks[0].start()].rstrip().removesuffix("either")
            if marks is behind and pairs[0][1].count("(") > pairs[0][1].count(")"):
                # Arm of the trial (drug=1, control=0).
                led, _, label = pairs[0][1].rpartition("(")
                head, pairs = f"{head} {led}(".lstrip(), [(pairs[0][0], label), *pairs[1:]]
            edge = " .)]" if head[-1:] in ("(", "[") else " .\"'"
            labels = [
                _ARTICLE.sub("", _EDGES.sub("", _FURTHER.sub("", label))).rstrip(edge)
                for _, label in pairs
            ]
            if (role := _ROLE.search(labels[-1])) is not None:
                head = f"{head.strip(' ;:,.([-')}, {role[1]}".strip(",. ")
                labels[-1] = labels[-1][: role.start()]
            inside = head.count("(") > head.count(")")
            labels = [_closed(label, inside) for label in labels]
            made = tuple(zip([code for code, _ in pairs], labels, strict=True))
            return head.strip(" ;:,.([-"), made
    return None


def _closed(label: str, inside: bool) -> str:
    """A label without brackets that close what it did not open; of labels that stand `inside` of
    brackets none of what is behind these."""
    open_ = 0
    for at, mark in enumerate(label):
        open_ += {"(": 1, ")": -1}.get(mark, 0)
        if open_ < 0 and inside:
            return label[:at].rstrip()
    return label.rstrip(")" * (label.count(")") - label.count("(")))


def by_rules(name: str, text: str, values: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Labels of the codes of a column, in the order of their numbers, by rules of some of them: if
    tg=0, then the claimant was enrolled in the control group; nothing without any."""
    said = {rule["code"]: _HAD.sub("", rule["what"]).strip() for rule in _THEN.finditer(text)}
    if not {*said} & {*values} or not all(map(_WHOLE.fullmatch, values)):
        return ()
    return tuple((code, said.get(code, f"{name} {code}")) for code in sorted(values, key=int))


def rules_in(text: str, values: Mapping[str, Collection[str]]) -> Iterator[tuple[str, int, Codes]]:
    """Columns of which a text has such rules for every code, with the place of the first."""
    rules: dict[str, list[re.Match[str]]] = {}
    for rule in _THEN.finditer(text):
        rules.setdefault(rule["of"], []).append(rule)
    for name, own in rules.items():
        codes = values.get(name, ())
        if codes and {*codes} <= {rule["code"] for rule in own} and len({*own}) == len(codes):
            said = "\n".join(rule[0] for rule in own)
            yield name, own[0].start(), by_rules(name, said, codes)


def _each(choices: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Codes with their labels; a number at the end of one has the next: 8 or 9 - missing."""
    texts = [*choices.values()]
    for (code, label), after in zip(choices.items(), [*texts[1:], ""], strict=True):
        yield code, _OR_NEXT.sub("", label)
        if (match := _OR_NEXT.search(label)) and match[1] not in choices:
            yield match[1], _OR_NEXT.sub("", after)


def _counted(codes: Sequence[str]) -> bool:
    """Whether three codes or more count from 0 or 1, whatever stands behind them."""
    first = int(codes[0]) if codes else -1
    return first in (0, 1) and [*map(int, codes[:3])] == [first, first + 1, first + 2]


def described_units(units: Mapping[str, str]) -> dict[str, Described]:
    """Columns by the unit that stands below their name."""
    return {name: Described(by="The row of units", unit=unit) for name, unit in units.items()}

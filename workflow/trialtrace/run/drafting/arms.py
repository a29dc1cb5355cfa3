"""Which columns may be the arm: few levels, the name or the levels of one, one arm a subject."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.keys import Load, joined
from trialtrace.run.drafting.names import (
    ARM_PARTS,
    ARMS,
    AT_ONCE,
    FIRST,
    LATER_ON,
    NO_ARM_PARTS,
    NOT_RANDOMISED,
    PERIODS,
    SEQUENCES,
    SIDES,
    SURE_ARMS,
    THEN,
    TREATED,
    VISIT_PARTS,
    VISITS,
    flat,
    is_dose,
    name_words,
    rank,
    rank_of_arm,
    speaks_of,
    tells_parameter,
    unit_of,
    vocabulary,
)
from trialtrace.run.drafting.names import TIMES as UNITS_OF_TIME
from trialtrace.run.drafting.profile import Column, without_heading
from trialtrace.run.tables.measures import folded, parts
from trialtrace.run.trial.label_words import SURE_CONTROL

MOST_ARMS = 8
# Of a column with the name of an arm, such as that of a plan of several factors: so many are asked.
MOST_NAMED = 24
# The smallest arm, as a share of the largest.
BALANCED = 0.4
# A level in at most this share of rows may be another one, mistyped.
SELDOM = 0.03
# The least score of a candidate: what speaks for an arm is added up, what speaks against it taken.
LEAST = 2.0
# The smaller half of so many rows, by which two levels are those of a lot.
SPLIT, FEWEST_SPLIT = 0.48, 200
NAMED, LABELLED, SPOKEN, TREATMENTS, EVEN, TWO = 4.0, 3.0, 2.0, 2.0, 1.0, 0.5
VARIES, CROSSED, ORDER = 3.0, 1.0, 4.0
# Pairs of a subject and a level, of all there could be.
WHOLLY_CROSSED = 0.9
MOST_CROSSED = 4
# What SDTM tells of a record: its number, its category, its term.
OF_ROWS = re.compile("[A-Z]{2}(SEQ|S?CAT|TERM|DECOD|STAT|POS|LOC|[A-Z0-9]{1,2}FL|TPT(NUM)?|NRIND)")
# Periods that each treatment is given in, in the mean, where it is not a step of all patients.
CHANGING = 1.5
# Who is ill beside who is not: no arms. "Normal saline" and "healthy diet" are treatments.
CASES = {"case", "cases", "patient", "patients", "fall", "cas", "caso", "casos"}
TYPICAL = re.compile(
    r"(typical|typically|neurotypical|healthy|normal|normally|normative)( (controls?|groups?|"
    r"samples?|people|persons?|subjects?|participants?|volunteers?|individuals?|children|adults|siblings?|"
    r"donors?|readers?|developing|development|hearing|sighted))*",
    re.IGNORECASE,
)
# Nobody need be asked where so much speaks for a column, and for any other so much less.
SURE, AHEAD = 4.0, 1.0
# The name of one code in a label that does not list all: dose (0=placebo).
SAID = re.compile(r"(?<![\w./])(-?[0-9]{1,3})\s*=\s*([^\W\d][\w ]*)")
NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
LABELS = re.compile(
    r"\barm\b.*\b(?:and|or|vs\.?|versus)\b.*\barm\b|"
    r"treatment arm|study arm|treatment group|allocat|randomly (?!select|sampl|chosen)\w+ed\b|"
    # What somebody had at randomisation, or before it, is no arm.
    r"treatment at randomi[sz]|(?<!at )(?<!before )(?<!after )(?<!since )(?<!to )"
    r"(?<!post )(?<!post-)(?<!nach )randomi[sz]|"
    r"actual treatment|planned treatment|test (and|or|versus|vs\.?|/) reference|"
    r"behandlungs(arm|gruppe)|bras de|braccio|brazo de|behandelarm",
    re.IGNORECASE,
)
# Who was assigned to what; none of what came after it, and of no group, which codes may be any of.
BY_LABEL = re.compile(
    r"(?!.*\b(after|since|before|until|from|number|date|time|preferred|guessed)\b)(.* )?"
    r"(assign(ed|ment)|allocat(ed|ion)|randomi[sz](ed|ation)) to "
    r"(?!((the|a|an|which|what|study|treatment) )*(groups?|arms?|conditions?|cohorts?)\b).*|"
    # "Coded 1 if the subject was (randomly) prompted to watch".
    r"(?!.*\b(after|since|before|until|group|arm)\b).*\b(was|were) randomly "
    r"(?!select|sampl|chosen)\w+ed\b.*|"
    # "Student won voucher", "won the lottery".
    r"(\w+ )?(won|winner of) (a |the )?(voucher|lottery|raffle|scholarship)( lottery)?|"
    r"lottery (winner|winning)|.*\b(ever )?(selected|chosen|drawn) to (attend|receive|get|use)\b.*|"
    # "Name of the condition to which the participant was assigned".
    r".*\bto which (the |a |an |each )?\w+ (was|were|is|are) (\w+ly )?"
    r"(assigned|allocated|randomi[sz]ed)",
    re.IGNORECASE,
)
# A label that says so of the one lot: "technique by randomisation", "Randomised group".
LED = re.compile(r"[a-z]\d")
GLUED = re.compile(r"[a-z]{2,}treatments?", re.IGNORECASE)
FIRST_LOT = re.compile(
    r"\w+ at (the )?first randomi[sz]ation|randomi[sz](ed|ation) (group|arm|treatment)|"
    r"(treatment|study|group|arm) (allocation|assignment)|(treatment|study|trial) arm|"
    r"treatment group|"
    r"(?!.*\b(not|strat\w*|before|after|since|time|date|number|year)\b)"
    r".*\b(by (randomi[sz]ation|lot)\b.*|allocated)",
    re.IGNORECASE,
)
BOTH = re.compile(r"\s*[+&]\s*")
# What somebody took of what it was assigned, by the rest of its name or label.
TOOK = set(vocabulary("received receipt taken took actual got enrolled enrollment uptake"))
OF_LOT = set(vocabulary("assigned assignment allocated allocation randomised randomized"))
# What a lot gave, and what came of it.
DRAWN = re.compile(r"\b(allocated|assigned|randomi[sz]ed|intention to treat|itt)\b")
HANDED = re.compile(
    r"\b(as (given|received|treated|taken|delivered)|(actual|actually)|received|per protocol|"
    r"(was|were) (given|received|taken))\b"
)
SMALL = set(vocabulary("to in of the a an was were is random randomly"))
# A treatment by its name alone: EMO treatment, type of treatment; none before, and no end of one.
OF_TREATMENT = re.compile(
    r"(type of |kind of |the )?(?!(prior|previous|past|earlier|other|any|concomitant|further|"
    r"second|completed|stopped|discontinued|received|after|before|during|end|post|pre|on|off|under)\b)"
    r"(\w+ )?(treatment|therapy|treatment indicator)",
    re.IGNORECASE,
)


# What a column of 0 and 1 is called that a model takes for a level of another; no double dummy.
DUMMY = re.compile(r"(?<!double[ -_])\bdumm(?:y|ies)\b", re.IGNORECASE)
# Levels that are visits: 1 month, time 0, week 4, baseline.
OF_TIME = re.compile(
    r"(baseline|screening|follow[-_ ]?up)|"
    r"(time|visit|visite|day|week|month|year|tag|woche|monat|mese|mes|mois)[-_ ]?\d+|"
    r"\d+[-_ ]?(min|h|hours?|d|days?|w|wks?|weeks?|m|mo|months?|y|years?|mesi|meses|mois|wochen)",
    re.IGNORECASE,
)


# Levels of what is called a treatment, and is when it was measured.
BEFORE_AFTER = re.compile(r"baseline|screening|before|after|pre|post|follow[-_ ]?up", re.IGNORECASE)


@dataclass(frozen=True)
class Arms:
    """Candidates, the best first, with how much speaks for each; whether the first is beyond doubt
    by its own column; and sentences, by `arm` for the first and `arm.rx` for each."""

    weights: Mapping[str, float]
    sure: bool
    evidence: Mapping[str, str]


def arms_of(
    columns: Sequence[Column], subject: Sequence[str], constant: Mapping[str, bool], load: Load
) -> Arms:
    """The candidates of a table."""
    why: dict[str, str] = {}
    weights: dict[str, float] = {}
    doubted: set[str] = set()
    period = _period_of(columns, constant)
    stems = Counter(column.name.rstrip("0123456789") for column in columns)
    for column in columns:
        if not _may_be_arm(column) or tells_treatments(column, columns):
            continue
        if _is_dummy(column, columns, load):
            continue
        score, evidence, doubt = _score(without_heading(column, columns))
        if constant.get(column.name) is False and (order := _in_order_of(column, columns)):
            score += NAMED
            evidence.append(f"its levels are the letters of {order}")
        seldom = [text for text, n in column.values if n <= SELDOM * column.rows]
        if seldom:
            evidence.append(f"{one_of(seldom)} stands in few rows, and may be mistyped")
        stem = column.name.rstrip("0123456789")
        if stem != column.name and stems[stem] > 1:
            # One of several drawn after another, or of blocks.
            score, doubt = score - EVEN, True
        doubt = doubt or column.distinct > MOST_ARMS
        if constant.get(column.name) is False:
            times = _crossed(subject[0], column, load) if _may_cross(column) else 0.0
            if times:
                # No step compares treatments of which a patient has each in several rows.
                often = times > 1 and rank_of_arm(column.name) is None
                less = CROSSED * (not named_arm(column.name)) + CROSSED * often
                score = max(score, LEAST + CROSSED) - less
                evidence.append("subjects have all levels, as in a crossover")
                evidence.extend(["each in several rows"] if often else [])
            elif period and named_arm(column.name) and _changes(subject[0], column, period, load):
                score = max(score, LEAST + CROSSED)
                evidence.append("each period of a subject has another, as in a crossover")
            elif score >= LEAST:
                score -= VARIES
                evidence.append("it varies within subjects")
                doubt = True
        if column.mostly_lacking:
            # Those of whom it is not known may never have been randomised, which is asked.
            score, doubt = min(score, LEAST), True
            evidence.append(f"{column.blank} of {column.rows} rows have none")
        if score < LEAST:
            continue
        weights[column.name] = score
        if doubt:
            doubted.add(column.name)
        why[f"arm.{column.name}"] = f"It has {column.distinct} levels; {'; '.join(evidence)}."
    ranked = dict(sorted(weights.items(), key=lambda item: -item[1]))
    first = next(iter(ranked), "")
    if first:
        why["arm"] = f"{first}: {why[f'arm.{first}']}"
    else:
        why["arm"] = "No column of few levels has the name or the levels of an arm."
    return Arms(ranked, bool(first) and first not in doubted, why)


def _is_dummy(column: Column, columns: Sequence[Column], load: Load) -> bool:
    """Whether a column of 0 and 1 is a dummy, by name or label, of another that is named an arm,
    each level of which has one value of it: g1 of group."""
    if {text for text, _ in column.values} != {"0", "1"} or not any(
        map(DUMMY.search, (flat(column.name), column.label))
    ):
        return False
    for one in columns:
        if one.name != column.name and rank_of_arm(one.name) is not None and _may_be_arm(one):
            marks = load([one.name, column.name])
            if len(np.unique(joined([marks[one.name], marks[column.name]]))) == one.distinct:
                return not DUMMY.search(f"{flat(one.name)} {one.label}")
    return False


def tells_assignment(column: Column) -> bool:
    """Whether a name or a label says that a column tells who was assigned to a treatment, and
    who was not: vitaminA_assigned, "Assignment to Training"; no group_assigned."""
    labelled = column.label != column.name and BY_LABEL.fullmatch(flat(column.label))
    *what, last = parts(column.name) or [""]
    named = last in ("assigned", "allocated") and not {*what} & {*ARMS, *ARM_PARTS}
    return bool(labelled or named)


def tells_begin(column: Column) -> str:
    """What the levels of a column are where one is at once and the other later: when a treatment
    begins, or `early` and late, which may be of patients."""
    told = dict(column.choices)
    texts = [flat(told.get(code, code)).casefold() for code, _ in column.values]
    for one, other in (texts, texts[::-1]) if len(texts) == 2 else ():
        soon, later = AT_ONCE.fullmatch(one), LATER_ON.fullmatch(other)
        if soon and later:
            return "early" if soon[1] or later[1] else "begin"
    return ""


def tells_taken(column: Column, arm: Column) -> bool:
    """Whether a column tells who took what the arm assigned: vitaminA_received beside
    vitaminA_assigned, "Enrollment in Training" beside "Assignment to Training"."""
    pairs = ((column.name, arm.name), (column.label, arm.label))
    words = [({*parts(one)} - SMALL, {*parts(other)} - SMALL) for one, other in pairs]
    return any(
        own & TOOK and drawn & OF_LOT and own - TOOK == drawn - OF_LOT != set()
        for own, drawn in words
    )


def drawn_and_given(column: Column, other: Column) -> bool:
    """Whether one column is labelled as what was allocated, and another as what was given of it."""
    drawn, given = (f"{flat(one.label)} {flat(one.name)}".lower() for one in (column, other))
    return bool(
        DRAWN.search(drawn)
        and not HANDED.search(drawn)
        and HANDED.search(given)
        and not DRAWN.search(given)
    )


def named_arm(name: str) -> bool:
    """Whether a name is that of an arm and of no other group."""
    return rank(name, ARMS[:SURE_ARMS]) is not None


def _may_be_arm(column: Column) -> bool:
    """Whether a column has few levels; numbers with decimals are codes under the name of an arm."""
    named = named_arm(column.name)
    if "date" in column.evidence or column.validation.startswith("date"):
        return False
    labels = dict(column.choices)
    texts = [labels.get(text, text) for text, _ in column.values]
    if texts and all(map(BEFORE_AFTER.fullmatch, texts)):
        return False
    if not named and all(map(OF_TIME.fullmatch, texts)):
        return False
    few = 2 <= column.distinct <= (MOST_NAMED if named else MOST_ARMS)
    # -0.5 and 0.5 of groups, as models centre them.
    centred = column.distinct == 2 and rank_of_arm(column.name) is not None
    coded = named or centred or is_dose(column.name) or column.validation != "number"
    return few and (named or not column.mostly_lacking) and coded


def tells_treatments(column: Column, columns: Sequence[Column]) -> bool:
    """Whether levels are which treatments a patient had, or their order, in the letters of columns
    of numbers: AB, AC and BC beside vasA, vasB and vasC; or which of columns of their names was
    first."""
    if named_in_levels(column, columns):
        return True
    texts = [re.sub(r"[\W_]+", "", text).upper() for text, _ in column.values]
    if len(texts) < 2 or not all(
        text.isalpha() and 1 < len(text) == len({*text}) for text in texts
    ):
        return False
    letters: dict[str, set[str]] = {}
    for one in columns:
        if one.validation in ("integer", "number") and len(one.name) > 1:
            letters.setdefault(one.name[:-1], set()).add(one.name[-1].upper())
    return {*"".join(texts)} in letters.values()


def named_in_levels(column: Column, columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns of numbers whose names are the levels of another, of which treatment somebody had
    first: vitamin and placebo beside first; nothing without one for each level."""
    told = {dict(column.choices).get(text, text).casefold() for text, _ in column.values}
    names = [one.name for one in columns if one.validation in ("integer", "number")]
    found = tuple(name for name in names if name.casefold() in told)
    return found if len(found) == len(told) > 1 else ()


def _in_order_of(column: Column, columns: Sequence[Column]) -> str:
    """The column of the orders of treatments whose letters are the levels of another: T and R of
    TRTR."""
    letters = {text.upper() for text, _ in column.values}
    orders = (
        other.name
        for other in columns
        if len(letters) > 1 and other.name != column.name and 1 < other.distinct <= MOST_ARMS
        if all(re.fullmatch("[A-Za-z]{2,6}", text) for text, _ in other.values)
        if all({*text.upper()} == letters for text, _ in other.values)
    )
    return next(orders, "")


def tells_order(column: Column) -> bool:
    """Whether the levels of a column are orders of treatments: drug first and placebo first, AB and
    BA, drug-placebo and placebo-drug."""
    told = dict(column.choices)
    texts = [folded(told.get(code, code)) for code, _ in column.values]
    if not 2 <= len(texts) <= MOST_ARMS or "NO" in texts:
        return False
    bare = [re.sub(r"[\W_]+", " ", text) for text in texts]
    if all(map(FIRST.fullmatch, bare)):
        return True
    letters = all(re.fullmatch("[A-Z]{2,4}", text) for text in texts)
    if letters:
        return _are_orders([[*text] for text in texts])
    whole = [text.lower().strip() for text in texts]
    # One letter before all of them names the order: r10-40 and r40-10.
    led = len({text[:1] for text in whole}) == 1 and all(LED.match(text) for text in whole)
    each = [whole, *([[text[1:] for text in whole]] * led)]
    return any(_are_orders([THEN.split(text) for text in texts]) for texts in each)


def _are_orders(orders: Sequence[Sequence[str]]) -> bool:
    """Whether these are the same treatments, two or more, in several orders."""
    each = {frozenset(order) for order in orders}
    return len(each) == 1 and len(next(iter(each))) > 1 and len({*map(tuple, orders)}) > 1


def as_codes(column: Column) -> Column:
    """A candidate whose numbers are codes, such as 0.5 and -0.5, or doses, in the order of the
    numbers; two labels differ by more than a mark."""
    codes = [code for code, _ in column.values]
    unit = unit_of(column.name, column.label) if is_dose(column.name) else ""
    measured = column.validation == "number" or any(code.startswith("-") for code in codes)
    labelled = any(code != label for code, label in column.choices)
    bare = not column.choices or unit
    if labelled or not (measured or unit) or not bare or len(codes) < column.distinct:
        return column
    if not all(map(NUMBER.fullmatch, codes)):
        return column
    codes.sort(key=lambda code: float(code.replace(",", ".")))
    unit = f" {unit}" if unit else ""
    choices = tuple((code, re.sub("^-", "minus ", code) + unit) for code in codes)
    return replace(column, type="radio", validation="", choices=choices, low="", high="")


def with_said_codes(column: Column) -> Column:
    """A candidate of codes alone with the names that its label gives some of them: 0=placebo."""
    said = {mark[1]: mark[2].strip() for mark in SAID.finditer(column.label)}
    codes = [code for code, _ in column.values]
    bare = all(code == label for code, label in column.choices)
    numbers = all(map(NUMBER.fullmatch, codes)) and not any("," in code for code in codes)
    if not (bare and numbers and {*codes} & {*said}) or len(codes) < column.distinct:
        return column
    known = [code for code, _ in column.choices] or sorted(codes, key=float)
    choices = tuple((code, said.get(code, f"{column.name} {code}".lower())) for code in known)
    return replace(column, type="radio", validation="", choices=choices, low="", high="")


def without_unrandomised(column: Column) -> Column:
    """A candidate without the levels of those who were never randomised, which are missing."""
    known = [*(code for code, _ in column.choices), *(text for text, _ in column.values)]
    told = dict(column.choices)
    out = [
        code
        for code in dict.fromkeys(known)
        if NOT_RANDOMISED.fullmatch(code) or NOT_RANDOMISED.fullmatch(told.get(code, ""))
    ]
    left = column.distinct - sum(code in dict(column.values) for code in out)
    return without_levels(column, out, "were in no arm") if out and left >= 2 else column


def without_levels(column: Column, out: Sequence[str], what: str) -> Column:
    """The column with some of its levels as missing codes, and a sentence on their rows."""
    cells = sum(count for code, count in column.values if code in out)
    why = f"Those of {', '.join(out)} ({cells} rows) {what}."
    left = column.distinct - sum(code in dict(column.values) for code in out)
    return replace(
        column,
        choices=tuple(choice for choice in column.choices if choice[0] not in out),
        values=tuple(value for value in column.values if value[0] not in out),
        missing_codes=(*column.missing_codes, *out),
        blank=column.blank + cells,
        distinct=left,
        evidence={**column.evidence, "missing_codes": why},
    )


def _may_cross(column: Column) -> bool:
    """Whether a column that varies within subjects may be a treatment: no visit, no parameter, and
    no number of their rows."""
    if speaks_of(column.name, VISITS, VISIT_PARTS) or tells_parameter(column.name):
        return False
    if OF_ROWS.fullmatch(column.name):
        return False
    return rank_of_arm(column.name) is not None or column.distinct <= MOST_CROSSED


def _crossed(subject: str, column: Column, load: Load) -> float:
    """In how many rows a subject has a level, where nearly all have every level, else 0."""
    marks = load([subject, column.name])
    subjects, levels = (len(np.unique(marks[one])) for one in (subject, column.name))
    pairs = len(np.unique(joined([marks[subject], marks[column.name]])))
    return column.rows / pairs if pairs >= WHOLLY_CROSSED * subjects * levels else 0.0


def _period_of(columns: Sequence[Column], constant: Mapping[str, bool]) -> str:
    """The column of the periods of subjects, of no other treatment."""
    named = (
        column.name
        for column in columns
        if name_words(column.name) & PERIODS and not named_arm(column.name)
    )
    return next((name for name in named if constant.get(name) is False), "")


def _changes(subject: str, column: Column, period: str, load: Load) -> bool:
    """Whether no subject has a level in two rows, nearly all have several levels, some of those
    that are compared, and a period has several: no dose that rises in all at once."""
    marks = load([subject, column.name, period])
    pairs, turns = (
        len(np.unique(joined([marks[one], marks[column.name]]))) for one in (subject, period)
    )
    times = np.unique(marks[subject], return_counts=True)[1]
    in_turn = turns >= CHANGING * column.distinct
    return pairs == column.rows and in_turn and bool(np.mean(times > 1) >= WHOLLY_CROSSED)


def _score(column: Column) -> tuple[float, list[str], bool]:
    """How much speaks for a column, what, and whether it could as well be another group."""
    evidence: list[str] = []
    score, doubt = 0.0, True
    named, words = rank_of_arm(column.name), set(parts(column.name))
    halves = column.distinct == 2 and column.rows >= FEWEST_SPLIT
    # Many patients in halves were drawn by lot.
    even = halves and min(n for _, n in column.values) >= SPLIT * column.rows
    if named is not None and not tells_assignment(column):
        score += NAMED - (NAMED / 2 if named >= SURE_ARMS else named / len(ARMS))
        evidence.append("its name is that of an arm")
        doubt = named >= SURE_ARMS
        if doubt and even:
            doubt, score = False, score + TWO
        if FIRST_LOT.fullmatch(flat(column.label)):
            score, doubt = score + EVEN, False
            evidence.append("its label is that of an arm")
    elif tells_assignment(column):
        score += NAMED
        evidence.append("it tells who was assigned to what")
        doubt = False
    elif named_arm(re.sub(r"[\W_]*\d+$", "", column.name)):
        score += LABELLED
        evidence.append("its name is that of an arm, and a number")
        doubt = False
    elif LABELS.search(column.label):
        score += LABELLED
        evidence.append("its label is that of an arm")
        doubt = not FIRST_LOT.fullmatch(flat(column.label))
    elif column.label != column.name and OF_TREATMENT.fullmatch(flat(column.label)):
        score += SPOKEN
        evidence.append("its label is that of a treatment")
    elif (words & set(ARM_PARTS) or GLUED.fullmatch(column.name)) and not words & {*NO_ARM_PARTS}:
        score += SPOKEN
        evidence.append("its name speaks of an arm")
        if even and not words & (SIDES | PERIODS):
            doubt, score = False, score + TWO
    ordered = tells_order(column)
    if name_words(column.name) & SEQUENCES:
        score -= ORDER
        evidence.append("its name is that of a sequence of treatments")
    elif ordered:
        score -= ORDER
        evidence.append("its levels are orders of treatments, as of a crossover")
    levels = [*(text for text, _ in column.values), *(label for _, label in column.choices)]
    flats = [flat(level).casefold() for level in levels]
    # One word alone may be a dose: normal and high.
    two = column.distinct == 2
    ill = two and any(one in CASES or (" " in one and TYPICAL.fullmatch(one)) for one in flats)
    if ill:
        evidence.append("its levels read like who is ill and who is not, which nobody draws")
    elif not ordered and ({"new", "old"} <= {*flats} or any(map(TREATED.search, flats))):
        score += TREATMENTS
        doubt = doubt and named is None
        evidence.append("its levels read like treatments")
    elif tells_begin(column) == "begin":
        score += TREATMENTS
        evidence.append("its levels say when a treatment begins")
    if any(map(SURE_CONTROL.fullmatch, flats)) and not (ordered or ill or words & {*NO_ARM_PARTS}):
        # Nothing else of a file has a placebo; a second such column is a rival.
        score += EVEN
        doubt = False
    if any(NOT_RANDOMISED.fullmatch(level) for level in levels):
        score -= EVEN
        evidence.append("a level is of those who were not randomised")
    counts = [count for _, count in column.values]
    if counts and min(counts) >= BALANCED * max(counts):
        score += EVEN
        evidence.append(f"they are balanced ({', '.join(map(str, counts))} rows)")
    score += TWO * two
    joint = [each for each in map(BOTH.split, flats) if len(each) > 1 and {*each} <= {*flats}]
    if any(SURE_CONTROL.fullmatch(text) for each in joint for text in each):
        # Placebo + Drug, beside Placebo and Drug: what somebody had in turn.
        doubt = True
        evidence.append("a level joins a control with another")
    doubt = doubt or bool(words & {*UNITS_OF_TIME})
    return (min(score, LEAST), evidence, True) if ill else (score, evidence, doubt)

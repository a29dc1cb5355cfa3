"""The design of a draft: one treatment a patient, several of one, or one of a whole site."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from trialtrace.base.errors import UserError, one_of, wrong
from trialtrace.run.drafting.arms import tells_order
from trialtrace.run.drafting.clusters import (
    clustered,
    groups_of_one_arm,
    in_steps,
    in_two_stages,
    matched,
    nearly_clustered,
    numbered_in_arms,
    numbered_within,
    of_several_arms,
    other_arms,
)
from trialtrace.run.drafting.column_types import no_code
from trialtrace.run.drafting.decided import Decided, column_of, none_of
from trialtrace.run.drafting.keys import in_order
from trialtrace.run.drafting.names import (
    BETWEEN_TREATMENTS,
    PARAMETERS,
    PERIODS,
    SEQUENCES,
    SIDES,
    SITES,
    flat,
    name_words,
    rank,
)
from trialtrace.run.drafting.outcomes import BEFORE, MEAN, NO, label_of, levels
from trialtrace.run.drafting.profile import SOURCE_ROW, Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import parts

PARALLEL, CROSSOVER, WITHIN, CLUSTER = "parallel", "crossover", "within_subject", "cluster"
KINDS = (PARALLEL, CROSSOVER, WITHIN, CLUSTER)
# Arms are compared as in a parallel design, and a second factor is told.
FACTORIAL = "factorial"
MOST_PLACES, MOST_NAMED = 8, 4
# Of the rows of a period those of the rarest treatment, to those of the most frequent.
AS_OFTEN = 0.9
PATIENTS = "patients"
# What the same is done again is called.
TRIALS = {"trial", "attempt", "repeat", "repetition", "replicate", "rep", "reading", "run", "try"}
# A label of the period of a crossover, whatever the column is called.
OF_PERIOD = re.compile(r"(the )?(treatment |study )?period\b(?! of)", re.IGNORECASE)
NUMBERED = re.compile(r"(.*[^0-9])([0-9])")
SECOND = re.compile(
    r"\b(second|2nd|later) (stage )?(randomi[sz]|assign|allocat|lot\b)|"
    r"\bre ?(randomi[sz]|assigned)|\brerand|\b(rand|randomi[sz]ation|trt|treatment|arm) ?2\b",
    re.IGNORECASE,
)
WITHOUT_ROWS = (
    "leave out who was not randomised by --where COLUMN=VALUE, or mend these rows in a copy of the "
    "file"
)
# What patients had while they had none of the treatments.
UNTREATED = re.compile(
    rf"none|nothing|off|no (drug|treatment|therapy)|{BETWEEN_TREATMENTS.pattern}", re.IGNORECASE
)


class SeveralRowsError(UserError):
    """Patients have several rows of a treatment; `alone` are the conditions that leave one of
    each, with how many patients have it: the levels beside one of no treatment, the first periods,
    then what was last, and last of all rows before treatment."""

    def __init__(self, error: UserError, alone: Mapping[str, str], treated: Mapping[str, str]):
        super().__init__(error.problems[0])

        def rank_of(condition: str) -> tuple[bool, bool, int]:
            codes = condition.partition("=")[2]
            before = bool({*parts(codes)} & BEFORE)
            return before, "," not in codes, -[*alone].index(condition)

        self.alone = {**treated, **{one: alone[one] for one in sorted(alone, key=rank_of)}}


@dataclass(frozen=True)
class Design:
    """What was randomised. `place` is the column that tells the periods or sides of a patient
    apart, `sequence` that of who begins with which treatment, `starts` its codes with those of the
    first treatment; `cluster` is the column of the groups that were randomised, `joined` those that
    it is made of where they are numbered within arms; `columns` are those of an outcome under each
    treatment, `steps` those of clusters and periods of a stepped wedge. `several` says of how many
    rows of each treatment of a patient the mean is taken, nothing where it has one; it is
    `doubtful` where nobody said so."""

    kind: str = PARALLEL
    place: str = ""
    sequence: str = ""
    starts: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    joined: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    several: str = ""
    doubtful: bool = False

    @property
    def own_treatment(self) -> bool:
        """Whether a patient has several treatments."""
        return self.kind in (CROSSOVER, WITHIN)


def design_of(
    table: Table, subject: str, arm: Column, decided: Decided, beside: Table | None = None
) -> Design:
    """The design that the rows show: told, or a guess wherever it is another than parallel;
    `beside` has a row of each patient of a crossover.

    Raises UserError where patients have several treatments, and not each of them once.
    """
    data = decided.told.get("design", "")
    if data and data not in (*KINDS, FACTORIAL):
        raise none_of("design", data, (*KINDS, FACTORIAL))
    if not arm.name:
        ordered = [one.name for one in table.columns if _orders(levels(arm), one)]
        kind = CROSSOVER if CROSSOVER in data or (ordered and not data) else WITHIN
        why = (
            "Each patient has a column for each treatment; nothing tells in which order they came."
        )
        if ordered:
            why = f"Each patient has a column for each treatment; {one_of(ordered)} tells in which "
            why += "order they came, which is used where each period has a row of its own."
        decided.guess("design", ("trial.yaml", "design.kind"), kind, why)
        return Design(kind, columns=levels(arm))
    if arm.constant_within is False:
        means = decided.told.get("kind") == MEAN
        made, why = several_treatments(table, subject, arm, means, beside)
    else:
        units = numbered_within(table, subject, arm)
        cluster, why = (units[0], units[2]) if units else clustered(table, subject, arm)
        made = (
            Design(CLUSTER, cluster=cluster, joined=units[1] if units else ())
            if cluster
            else Design()
        )
    doubt, steps = in_steps(table, arm) if made.kind == PARALLEL else ("", ())
    made, asked = replace(made, steps=steps), {"design", "cluster"} & decided.told.keys()
    doubt = "" if data else doubt
    if not (asked or doubt) and made.kind == PARALLEL:
        if doubt := again_drawn(table, arm) or in_two_stages(table, subject, arm):
            doubt += f" --design {PARALLEL} takes it so."
        elif doubt := nearly_clustered(table, subject, arm):
            doubt += f": {WITHOUT_ROWS}, and --design {CLUSTER}; else patients are taken for "
            doubt += "independent."
    if (noted := table.evidence.get("crossover")) and not (asked or doubt or made.own_treatment):
        doubt = f"{noted} Rows of {arm.name} have one treatment of each patient: where it is the "
        doubt += "order of several, a column with the treatment of each row is the arm. "
        doubt += f"--design {made.kind} takes the draft as it is."
    if doubt:
        decided.guess("design", ("trial.yaml", "design.kind"), made.kind, doubt, blinds=True)
        return made
    said = "cluster" in decided.told or (data == CLUSTER and made.kind == PARALLEL)
    if said or (data in ("", FACTORIAL) and made.kind == PARALLEL):
        made = _as_clusters(table, subject, arm, decided, said)
        if data == PARALLEL and made.kind == CLUSTER:
            fault = f"{made.cluster}, beside --design {PARALLEL}, which has no clusters"
            way = f"leave one of them out; of two factors in clusters: --design {FACTORIAL}"
            raise wrong("--cluster", fault, "a design with clusters", way)
        data = made.kind if data in ("", FACTORIAL) else data
    elif data == FACTORIAL:
        # Arms are compared as in a design of one factor, by the clusters that the rows show.
        data = "" if made.kind == CLUSTER else PARALLEL
    if data and data != made.kind:
        within = {data, made.kind} == {CROSSOVER, WITHIN}
        if not within and (data, made.kind) != (PARALLEL, CLUSTER):
            fault = f"{data}, and rows of a design of kind {made.kind}"
            mend = None
            if data in (CROSSOVER, WITHIN):
                mend = f"{arm.name} is the same in all rows of a patient: add a column with the "
                mend += "treatment of each row, one row of each patient and treatment, and name "
                mend += "it: --arm COLUMN"
            raise wrong("--design", fault, made.kind, mend)
        return replace(made, kind=data, sequence="", starts={}, cluster="")
    place = ("trial.yaml", "design.kind")
    if not data and made.kind != PARALLEL:
        decided.guess("design", place, made.kind, why, made.doubtful)
    if made.kind == PARALLEL and not asked and (pairs := matched(table, subject, arm)):
        why = f"Each value of {pairs} has a patient of each arm: the draft takes them for "
        why += f"independent. To compare within them: --subject {pairs} --design {WITHIN}"
        visits = subject != SOURCE_ROW and (subject,) not in table.keys
        why += ", with one visit by --where." if visits else "."
        why += f" --design {PARALLEL} takes them as they are."
        decided.guess("pairs", place, PARALLEL, why, blinds=True)
    return made


def again_drawn(table: Table, arm: Column) -> str:
    """A sentence on the columns that may be of a second randomisation: called as the arm is, with
    the next number, or said to be one; nothing without any."""
    own = NUMBERED.fullmatch(arm.name)
    found = [
        one.name
        for one in table.columns
        if one.name != arm.name and 2 <= one.distinct <= MOST_PLACES
        if SECOND.search(f"{flat(one.name)} {flat(one.label)}")
        or (own and one.name == f"{own[1]}{int(own[2]) + 1}")
    ]
    # What each arm has one level of tells the arm.
    rows = cells_of(table, [arm.name, *found]) if found and table.rows <= MOST_ROWS else []
    arms = {row[0] for row in rows}
    found = [n for at, n in enumerate(found, 1) if len({(r[0], r[at]) for r in rows}) > len(arms)]
    why = f"{one_of(found)} may be of a second randomisation, of those who were left: the draft "
    return f"{why}compares the arms of {arm.name}, whatever was drawn after it." if found else ""


def _as_clusters(table: Table, subject: str, arm: Column, decided: Decided, said: bool) -> Design:
    """Groups that were randomised, where somebody `said` that some were: which is asked where that
    is not told. Else those that are numbered from 1 on in every arm may be the same in all, or
    others, which no file shows: of sites, within which patients are randomised, it is told, of
    rooms and the like asked. Raises UserError where no column, or not the one told, has groups of
    one arm each."""
    known, place = (arm, subject), ("trial.yaml", "design.kind")
    columns = [one for one in table.columns if one.name not in (arm.name, subject)]
    within = {one.name: n for one in columns if (n := numbered_in_arms(table, one, known))}
    groups = {
        one.name: n
        for one in (columns if said else ())
        if (n := len(groups_of_one_arm(table, one, known, arm.distinct + 1)))
    } | within

    def read(name: str) -> Design:
        if name == "none":
            return Design()
        column = column_of([table], name, "cluster")[1]
        if column.name in within:
            parts = (arm.name, column.name)
            return Design(CLUSTER, cluster="_".join(parts), joined=parts)
        if column.name not in groups:
            fault = f"{column.name}, {column.distinct} values, some of which have several arms "
            fault += "or one row each"
            fault += f": {odd}" if (odd := other_arms(table, column, arm)) else ""
            need = "groups of patients of which each has one arm"
            raise wrong("--cluster", fault, need, WITHOUT_ROWS if odd else None)
        return Design(CLUSTER, cluster=column.name)

    if said:
        if not groups and "cluster" not in decided.told:
            fault = f"{CLUSTER}, and no column of {table.name} whose groups have one arm each"
            need = "a column that tells the groups apart which were randomised"
            mend = "add it to the export, and name it: --cluster COLUMN"
            raise wrong("--design", fault, need, mend)
        choices = [
            (name, f"All patients of each of its {n} values have the same arm.")
            for name, n in groups.items()
        ]
        words = "Which column has the groups that were randomised?"
        return decided.choose("cluster", words, choices, place, read, len(choices) == 1)
    name = min(within, key=lambda one: rank(one, SITES) is not None, default="")
    same = f"{name} counts from 1 in every arm: the same places, in which patients were randomised?"
    if not name or rank(name, SITES) is not None:
        if name:
            decided.guess("cluster", place, "none", f"{same} Else --cluster {name}.")
        return Design()
    anew = f"Numbered anew in each arm: {groups[name]} of them were randomised as wholes."
    words = f"Is {name} 1 of one arm the same as {name} 1 of another? none where it is"
    return decided.choose("cluster", words, [("none", same), (name, anew)], place, read, False)


def _orders(treatments: Sequence[str], column: Column) -> bool:
    """Whether a column tells the order of treatments: by its name, or by their initials, HL and LH
    of HiFiber and LoFiber."""
    letters = sorted(treatment[0].upper() for treatment in treatments)
    own = levels(column)
    told = {label_of(column, code).casefold() for code in own}
    named = bool(name_words(column.name) & SEQUENCES) or told == {*map(str.casefold, treatments)}
    initials = len(own) > 1 and all(sorted(one.upper()) == letters for one in own)
    return named or initials or tells_order(column)


def several_treatments(
    table: Table, subject: str, arm: Column, means: bool, beside: Table | None = None
) -> tuple[Design, str]:
    """Periods or sides of a patient, each with another treatment; where `means` were told, trials
    of each treatment too, though some level would leave one row of each. The sequence may stand in
    a table `beside`, of the patients."""
    place = _place(table, subject, arm.name)
    sequences = _sequences(table, arm)
    names = [subject, arm.name, place, *sequences, *(others := _pairs(table, sequences))]
    # A run leaves copies in every column out by a key of the patients.
    left_out = "copies" in table.evidence and subject in (*table.keys, ())[0]
    every = [*names, *(one.name for one in table.columns if left_out and one.name not in names)]
    rows = cells_of(table, every) if subject != SOURCE_ROW and table.rows <= MOST_ROWS else []
    rows = [row for row in rows if row[0] and row[1]]
    rows = [row[: len(names)] for row in (dict.fromkeys(rows) if left_out else rows)]
    times = Counter(row[:2] for row in rows)
    repeated = means or _are_repeats(_one_row_each(table, subject, arm))
    if several := _several_rows(table, subject, arm, times, repeated):
        why = f"{len({who for who, _ in times})} patients have several of {arm.distinct} "
        why += f"treatments, and {several}. "
        why += "Treatments are compared by the means of these; in which order they came is left "
        why += "out of account."
        if not means and repeated:
            why += f" --kind {MEAN} takes them so; one row of each: --where "
            why += f"{' or --where '.join(_one_row_each(table, subject, arm))}."
        place = table.arm_of.by[0] if table.arm_of else arm.name
        made = Design(CROSSOVER, place, several=several)
        return replace(made, doubtful=repeated and not means), why
    if not rows or max(times.values()) > 1:
        fault = f"{arm.distinct} different values, which varies within patients"
        mend, treated = "name another column: --arm COLUMN", dict[str, str]()
        if again := [at for at, n in times.items() if n > 1]:
            fault += f"; of {len(again)} patients' treatments there are several rows"
            fault += ", as in a replicated crossover" if min(times.values()) > 1 else ""
            often = {code for _, code in again}
            once = [code for code in levels(arm) if code not in often]
            mend = "where it is the arm, give an export with one row of each patient and treatment"
            if alone := _one_row_each(table, subject, arm):
                kept = [f"--where {one} keeps {n}" for one, n in alone.items()]
                mend += f" ({' or '.join(kept)}; --kind mean takes the mean of all)"
            mend += ": of trials or periods their mean, of what is compared as a ratio that of the "
            mend += "logarithms; else name another: --arm COLUMN"
            if 1 < len(once) < arm.distinct:
                remaining = f"{arm.name}={','.join(once)}"
                mend = (
                    f"--where {remaining} leaves rows of the other levels out, if they are no "
                    f"treatment; {mend}"
                )
                if all(UNTREATED.fullmatch(label_of(arm, code)) for code in often):
                    treated[remaining] = (
                        f"{len({who for who, code in times if code in once})} patients"
                    )
        if not means and _several_rows(table, subject, arm, times, True):
            mend = f"--kind mean compares the means of the rows of each; {mend}"
        copies = "" if left_out else table.evidence.get("copies")
        mend = (instead := copies or _one_period(table, subject, arm)) or mend
        if odd := of_several_arms(table, subject, arm.name):
            fault = f"{odd}, as where an id stands for two patients"
            mend = "give each patient an id of its own in a copy of the file, or leave them out"
        need = "the same in all rows of a patient, or each treatment of a patient in one row"
        need += " (a period, a side)"
        error = wrong(f"the arm, column {arm.name} of {table.name}", fault, need, mend)
        alone = {} if instead or odd else _one_row_each(table, subject, arm)
        treated = {} if instead or odd else treated
        raise SeveralRowsError(error, alone, treated) if alone or treated else error
    codes = {code for _, code in times}
    whole = Counter(who for who, _ in times)
    both = sum(n == len(codes) for n in whole.values())
    why = f"{both} of {len(whole)} patients have each of {len(codes)} treatments once, told apart "
    why += f"by {place}."
    if 2 * both < len(whole):
        own: dict[str, list[str]] = defaultdict(list)
        for who, code in sorted(times):
            own[who].append(code)
        shared = Counter(two for had in own.values() for two in combinations(had, 2))
        pairs = [shared[two] for two in combinations(sorted(codes), 2)]
        why = f"{len(whole)} patients have some of {len(codes)} treatments each, none twice, told "
        why += f"apart by {place}, as in incomplete blocks. Two treatments are compared in those "
        why += f"who had both, {min(pairs)} to {max(pairs)} of them; the rest is left out of that "
        why += "comparison, which a model of all patients and periods would use."
    if not is_period(table.column(place)) and (place != arm.name or len(codes) == 2):
        return Design(WITHIN, place), f"{why} Its name is none of a period."
    if beside and not sequences:
        sequences = _sequences(beside, arm)
        theirs = [*sequences, *(others := _pairs(beside, sequences))]
        known = {who: rest for who, *rest in cells_of(beside, [beside.subject[0], *theirs])}
        rows = [(*row[:3], *known[row[0]]) for row in rows if row[0] in known]
    sequence, starts = _sequence([*sequences, *others], rows, [*codes])
    if sequence:
        why += f" {sequence} tells with which they begin."
    elif sequences or len(codes) > 2:
        what = " and ".join([one_of(sequences)] * bool(sequences) + ["the periods"])
        why += f" {what} are left out of account: steps for them take two treatments, in the order "
        why += "that the rows have."
    else:
        why += " No column tells the sequence: periods are left out of account. One with the order "
        why += "of each patient's treatments (AB, BA) in the export has them."
    if first := _had_by_all(rows):
        rest = ",".join(code for code in levels(arm) if code != first)
        why += f" All had {first} in the same period, and nothing else in it, as in a run-in: no "
        why += f"lot gave it. --where {arm.name}={rest} leaves it out."
    return Design(CROSSOVER, place, sequence, starts, doubtful=bool(first)), why


def _had_by_all(rows: Sequence[tuple[str, ...]]) -> str:
    """The one of several treatments that all patients had in one period, in which nobody had
    another, where the others changed places."""
    periods: dict[str, set[str]] = defaultdict(set)
    for _, code, period, *_ in rows:
        periods[code].add(period)
    alone = [code for code, own in periods.items() if len(own) == 1]
    others = {period for code, own in periods.items() if code not in alone for period in own}
    first = alone[0] if len(alone) == 1 and len(periods) > 2 else ""
    return first if first and not periods[first] & others else ""


def _several_rows(
    table: Table, subject: str, arm: Column, times: Mapping[tuple[str, ...], int], means: bool
) -> str:
    """How many rows each treatment of a patient has, where it has several, as trials of an
    experiment or days of a period, and patients have several treatments; of a replicated crossover
    (ABB and BAA) where every period has all treatments as often. Nothing of visits, of which one
    is to be chosen, of a stepped wedge, of ids that stand for two, of parameters, and of
    treatments of which patients have one row, beside others."""
    again = [code for (_, code), n in times.items() if n > 1]
    each = Counter(who for who, _ in times)
    beside = {name for key in table.keys if len(key) == 2 and subject in key for name in key}
    beside -= {subject, arm.name}
    periods = [name for name in sorted(beside) if is_period(table.column(name))][:1]
    if means and not all(_in_turn(table, arm, name) for name in periods):
        # Days of an experiment in one patient (ABAB): a person says that their mean is meant.
        periods = []
    if (
        2 * sum(n > 1 for n in each.values()) < len(each)
        or 2 * len(again) < len(times)
        or rank(arm.name, PARAMETERS) is not None
        or {*again} < {*levels(arm)}
        or not all(_in_turn(table, arm, name) for name in periods)
        or (not (periods or means) and _one_row_each(table, subject, arm))
        or _one_period(table, subject, arm)
        or of_several_arms(table, subject, arm.name)
    ):
        return ""
    least, most = min(times.values()), max(times.values())
    said = f"{least} to " * (least < most) + f"{most} rows of each patient and treatment"
    for name in periods:
        said += f" in periods told apart by {name}, each of which has all treatments as often "
        said += "(of what is compared as a ratio give the logarithms"
        alone = [*_one_row_each(table, subject, arm)][:1]
        said += "".join(f"; --where {one} leaves one row each" for one in alone) + ")"
    return said


def _are_repeats(alone: Mapping[str, str]) -> bool:
    """Whether all that would leave one row of each treatment are numbers of trials of the same."""
    names = {text.partition("=")[0] for text in alone}
    return bool(names) and all(name_words(name) & TRIALS for name in names)


def _in_turn(table: Table, arm: Column, period: str) -> bool:
    """Whether every period has all treatments, each as often, so that what a period does to all is
    in the mean of none."""
    n = Counter(row for row in cells_of(table, [arm.name, period]) if all(row))
    own = [[n[code, one] for code in levels(arm)] for one in {two for _, two in n}]
    return all(min(each) >= AS_OFTEN * max(each) for each in own)


def _one_period(table: Table, subject: str, arm: Column) -> str:
    """How the patients of a stepped wedge are compared as those of one period, that with the most
    clusters of each arm and one row of each patient; nothing elsewhere."""
    cluster, time = in_steps(table, arm)[1] or ("", "")
    rows = cells_of(table, [subject, cluster, arm.name, time]) if cluster else []
    best, n = "", 0
    for step in sorted({row[3] for row in rows}):
        own = [row for row in rows if row[3] == step]
        each = Counter(code for _, code in {row[1:3] for row in own})
        least = min(each[code] for code in levels(arm))
        if len({row[0] for row in own}) == len(own) and least > n:
            best, n = step, least
    mend = "it is a stepped wedge, or a crossover of clusters, whose periods no draft models; the "
    mend += f"clusters of one period ({n} or more of each arm) are compared by --arm {arm.name} "
    return f"{mend}--where {time}={best} --design {CLUSTER} --cluster {cluster}" if best else ""


def _one_row_each(table: Table, subject: str, arm: Column) -> dict[str, str]:
    """Conditions that leave patients one row of each of their treatments, and how many patients: a
    level of a column that varies within them, or the first periods, as many as there are
    treatments."""
    found, everybody = dict[str, str](), len({*cells_of(table, [subject])})
    for column in table.columns:
        codes = sorted(levels(column), key=in_order)
        if column.name in (subject, arm.name) or column.constant_within is not False:
            continue
        first = [codes[: arm.distinct]] if is_period(column) and len(codes) > arm.distinct else []
        cells = cells_of(table, [subject, arm.name, column.name]) if len(codes) > 1 else []
        for some in (*first, *([code] for code in codes)):
            rows = [row[:2] for row in cells if row[2] in some and row[1]]
            several = Counter(who for who, _ in rows)
            if (
                rows
                and len({*rows}) == len(rows)
                and 2 * len(several) >= everybody
                and 2 * sum(n > 1 for n in several.values()) > len(several)
            ):
                n = f"{len(several)} of {everybody} patients"
                found[f"{column.name}={','.join(some)}"] = n
    return dict([*found.items()][:MOST_NAMED])


def _place(table: Table, subject: str, arm: str) -> str:
    """The column that with the patient tells rows apart; the arm where no other does."""
    beside = [
        table.column(name)
        for key in table.keys
        if len(key) == 2 and subject in key
        for name in key
        if name not in (subject, arm) and 1 <= len(levels(table.column(name))) <= MOST_PLACES
    ]
    known = [one for one in beside if is_period(one) or is_side(one)]
    named = [
        column
        for column in table.columns
        if column.constant_within is False
        and 2 <= len(levels(column)) <= MOST_PLACES
        and (is_side(column) or set(parts(column.name)) & {"period", "phase"})
    ]
    return next((one.name for one in [*known, *named, *beside]), arm)


def is_period(column: Column) -> bool:
    """Whether a column tells the periods of a crossover, by its name or its label."""
    said = column.label != column.name and OF_PERIOD.match(flat(column.label))
    return bool(name_words(column.name) & PERIODS or said)


def is_side(column: Column) -> bool:
    """Whether a column tells sides of a patient, by its name: eye, ear, knee; no yes or no."""
    answers = any(NO.fullmatch(label_of(column, code)) for code in levels(column))
    return bool(name_words(column.name) & SIDES) and not answers


def _sequences(table: Table, arm: Column) -> list[str]:
    """The columns of who has which treatments in which order."""
    treatments = [label_of(arm, code) for code in levels(arm)]
    return [
        column.name
        for column in table.columns
        if column.constant_within is not False
        and len(levels(column)) > 1
        and _orders(treatments, column)
        # What no list of choices can hold, as A,B, no step takes.
        if not any(map(no_code, levels(column)))
    ]


def _pairs(table: Table, sequences: Sequence[str]) -> list[str]:
    """Further columns of two values, the same in all rows of a patient, of whatever name."""
    return [
        column.name
        for column in table.columns
        if column.constant_within is not False
        and len(levels(column)) == 2
        and column.name not in sequences
        if not any(map(no_code, levels(column)))
    ]


def _sequence(
    sequences: Sequence[str], rows: Sequence[tuple[str, ...]], codes: Sequence[str]
) -> tuple[str, dict[str, str]]:
    """A column of who begins with which of two treatments, and its codes with the first one."""
    if len(codes) != 2 or len({row[2] for row in rows}) != 2:
        return "", {}
    first: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row[0] not in first or in_order(row[2]) < in_order(first[row[0]][2]):
            first[row[0]] = row
    for at, name in enumerate(sequences, start=3):
        starts: dict[str, set[str]] = defaultdict(set)
        for row in first.values():
            if row[at]:
                starts[row[at]].add(row[1])
        one = {code: next(iter(arms)) for code, arms in starts.items() if len(arms) == 1}
        if len(one) == len(starts) == 2 and len(set(one.values())) == 2:
            return name, one
    return "", {}


def by_treatment(table: Table) -> Table:
    """The table as the rows of one treatment have it: a patient has one."""
    return replace(
        table,
        columns=tuple(
            replace(column, constant_within=None) if column.constant_within is False else column
            for column in table.columns
        ),
    )


def patients_beside(table: Table, subject: str, design: Design, names: Sequence[str]) -> Table:
    """A table of the patients from the rows of one with their treatments, which has the arm.

    It has what is the same in all rows of a patient. `names` are those of all tables.
    """
    kept = tuple(
        column
        for column in table.columns
        if column.name in (subject, design.sequence) or column.constant_within
    )
    name = PATIENTS if PATIENTS not in names else f"{table.name}_{PATIENTS}"[:40]
    whole = table.of or table.name
    where = {one.name: table.kept[one.name] for one in kept if one.name in table.kept}
    made = replace(table, name=name, of=whole, columns=kept, keys=(), arm=(), visit=(), arm_of=None)
    return replace(made, kept=where)

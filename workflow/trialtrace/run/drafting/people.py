"""Who the patients are: age, sex, site and what else the baseline table may show."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trialtrace.base.errors import wrong
from trialtrace.run.drafting import control
from trialtrace.run.drafting.arms import tells_treatments
from trialtrace.run.drafting.assignment import same_groups, tells_arm
from trialtrace.run.drafting.changes import changes, filled_copies
from trialtrace.run.drafting.clusters import of_clusters
from trialtrace.run.drafting.decided import Decided, column_of
from trialtrace.run.drafting.design import FACTORIAL
from trialtrace.run.drafting.draft import GROUPS, Draft, of_one_arm
from trialtrace.run.drafting.flagged import BASE, NUMBER
from trialtrace.run.drafting.keys import said_subject
from trialtrace.run.drafting.likely_outcome import (
    FILLED,
    FLAG,
    after_start,
    again,
    has_later,
    is_alike,
    items_of,
    measured_stem,
    of_patients,
    was_before,
)
from trialtrace.run.drafting.names import (
    OF_A_THING,
    ROW_NUMBERS,
    SEX,
    SITES,
    SUBJECTS,
    UNITS,
    rank,
    vocabulary,
)
from trialtrace.run.drafting.outcomes import (
    BEFORE,
    MEASURE,
    REPEATED,
    belongs,
    is_coded,
    is_number,
    label_of,
    levels,
    numbers_rows,
    of_analysis,
    tells_unit,
    usable,
)
from trialtrace.run.drafting.parameters import later_alone
from trialtrace.run.drafting.profile import Column
from trialtrace.run.drafting.questions import Ask
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.drafting.times import (
    is_recorded_time,
    is_time,
    is_watched,
    may_be_until,
    pairs,
    tells_deaths,
)
from trialtrace.run.drafting.visits import before_of, own_before
from trialtrace.run.tables.contracts import ADTTE, BDS, OCCDS
from trialtrace.run.tables.measures import AGES, NOT_IT, folded, other_age, parts, plain
from trialtrace.run.trial.label_words import sex_meant

# What a step calls the endpoint's own value before.
OWN_BASELINE = "baseline"
MOST_VARIABLES, MOST_LEVELS, LONGEST = 12, 8, 8
# Who took what was offered or changed arms, as a whole name; patients an arm that a share is of.
TAKEN_UP = set(vocabulary("takeup take up crossed crossover over switched"))
FEWEST_OF_ARM = 20
# Letters at the end of what was before and after: pretest and posttest.
SAME_END = 4
TAKEN = {
    *("STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "ARM", "TRT01P", "SYNTHFL"),
    *("ITTFL", "SITE"),
    # As a covariate `baseline` is the endpoint's own; records have columns of their own.
    *("BASELINE", *(column.name for one in (BDS, ADTTE, OCCDS) for column in one.columns)),
}
# Of what an age may be that is not that at the start: of when something began, or ended.
SAID_EVENTS = {"stopped", "onset", "diagnosis", "death", "died", "menarche", "discharge"}
OF_EVENTS = {"stop", "end", "ended", "start", "started", "diag", "dx", "first", "last", "menopause"}
OF_EVENTS |= SAID_EVENTS
MONTHS = {"months": "months", "mths": "months", "weeks": "weeks", "wks": "weeks", "days": "days"}


@dataclass(frozen=True)
class People:
    """Columns of the subjects' table by what they are; `variables` are by their short names, and
    `left_out` are columns that may be later than randomisation, with the word that says so."""

    age: tuple[str, str] | None
    sex: tuple[str, Mapping[str, str]] | None
    site: str | None
    variables: Mapping[str, str]
    left_out: Mapping[str, str]

    def named(self, column: str) -> str:
        """What a step calls a column: age, sex, the site, or the short name of a variable."""
        roles = {"age": self.age and self.age[0], "sex": self.sex and self.sex[0]}
        for role, own in {**roles, "site": self.site}.items():
            if column == own:
                return role
        return next(
            (name for name, variable in self.variables.items() if variable == column), column
        )

    @property
    def shown(self) -> list[str]:
        """The variables of the baseline table."""
        own = [name for name in ("age", "sex", "site") if getattr(self, name)]
        return [*own, *self.variables]


def people(draft: Draft) -> People:
    """Read out of names, and of what is the same in all rows of a patient."""
    used = {draft.arm.name, draft.subject[draft.home.name], draft.visit[draft.home.name]}
    used |= {name for one in (draft.primary, *draft.others) for name in one.names} | draft.later
    used -= {*_before(draft)}
    home = draft.home
    used |= home.joined_numbers
    used |= {one.name for one in home.columns if tells_arm(one, home, draft.arm)}
    used |= {
        one.name
        for one in home.columns
        if tells_treatments(one, home.columns) or _copies(one, draft)
    }
    told = {draft.design.sequence, draft.design.cluster, *draft.covariates}
    factors = factors_of(draft)
    used |= factors | {*draft.design.steps}
    used |= {
        one.name
        for one in home.columns
        for name in factors & {each.name for each in home.columns}
        if is_coded(one) and same_groups(home, name, one.name)
    }
    # A step takes the sequence, also of a column that is called as arms are, and further factors.
    used -= {draft.design.sequence, *draft.covariates}
    free = [
        one
        for one in draft.home.columns
        if one.name not in used and (_describes(one) or one.name in told)
    ]
    beside, items = [one.name for one in draft.home.columns], items_of(draft.home.columns)
    free = [one for one in free if one.name in told or not items.get(one.name)]
    ends = _may_end(draft) | _taken_up(draft, free)
    later = {
        one.name: why
        for one in free
        if one.name not in told
        and not _is_age(one)
        and (why := after_start(one, beside) or ends.get(one.name, ""))
    }
    alone = later_alone(home, draft.visit[home.name], draft.arm.name)
    names = {one.name for one in free} & alone.keys() - {*told}
    texts = {
        name: f"the change from {first} to {last}" if last else f"{first} on another scale"
        for name, (first, last) in changes(home).items()
    }
    later |= {name: why for name, why in texts.items() if name not in {*told, *later}}
    later |= {name: f"its values are at {alone[name]} alone" for name in names}
    apart = of_one_arm(home, draft.arm)
    later |= dict.fromkeys(apart & {one.name for one in free} - {*told}, "one arm alone has values")
    copies = filled_copies(home, apart)
    copies = {name: of for name, of in copies.items() if name not in {*told, *later}}
    later |= {name: f"{of}, filled where that has no value" for name, of in copies.items()}
    later |= _tell_presence(draft, [one for one in free if one.name not in later], {*later})
    later |= _may_be_outcomes(draft, free, {*told, *later}, {*later, *draft.later})
    free = [one for one in free if one.name not in later]
    analysed = {name for one in (draft.primary, *draft.others) for name in one.names}
    later |= {
        one.name: "it may be an outcome"
        for one in draft.home.columns
        if one.name in draft.later - analysed - told and _describes(one)
    }
    age = next((one for one in free if _is_age(one)), None)
    sex = next((made for one in free if (made := _sex(one)) is not None), None)
    site = next((one.name for one in free if rank(one.name, SITES) is not None), None)
    taken = {age.name if age else "", sex[0] if sex else "", site or ""}
    rest = [one for one in free if one.name not in taken]
    # What was told, and what was before by its name; the first of several of a name come last.
    own, several = {*told, *_before(draft)}, {one.name for one in rest if again(one.name, beside)}
    ranked = sorted(
        rest,
        key=lambda column: (
            column.name not in own,
            not set(parts(column.name)) & BEFORE,
            column.name in several,
        ),
    )
    chosen = ranked[: max(MOST_VARIABLES, len(own))]
    chosen.sort(key=rest.index)
    return People(
        (age.name, _age_unit(age)) if age else None, sex, site, dict(_named(chosen)), later
    )


def _may_be_outcomes(
    draft: Draft, free: Iterable[Column], known: set[str], later: set[str]
) -> dict[str, str]:
    """The columns that may be outcomes too, each with the reason: what is called or described as an
    outcome, or as what is `later`, and, as long as the primary endpoint is open, all that nothing
    says of that it was before; none of those `known`."""
    home = draft.home
    asked = any(guess.name == "primary" and guess.blinds for guess in draft.guesses)
    texts = [one.name for one in home.columns]
    ends = {text.lower()[-SAME_END:] for text in texts if text.lower().startswith("post")}
    own = {one.name for one in own_before(home, draft.primary)} | {*_before(draft)} | known
    own |= {text for text in texts if has_later(text, texts)}
    own |= {n for n in texts if n.lower().startswith("pre") and n.lower()[-SAME_END:] in ends}
    left = [one for one in free if one.name not in own and not (was_before(one) or _is_age(one))]
    started = {
        (*words[:-1],): name
        for name in texts
        if (words := parts(name))[-1:] and words[-1] in BEFORE
    }
    outcomes = {
        name
        for one in (draft.primary, *draft.others)
        if one.table == home.name
        for name in one.names
    }
    waiting = sorted((outcomes | later) & {*texts} - {*_before(draft)})
    made = {
        one.name: f"{started[same]} is the same at the start"
        for one in left
        if (same := (*parts(one.name)[:-1],)) in started and same
    }
    while waiting:
        name = waiting.pop()
        for one in left:
            if one.name not in made and is_alike(one, home.column(name)):
                made[one.name] = f"it is called or described as {name}"
                waiting.append(one.name)
    open_ones = [one.name for one in left if asked and not of_patients(one)]
    return dict.fromkeys(open_ones, "the primary endpoint is open, and it may be it") | made


def factors_of(draft: Draft) -> set[str]:
    """The columns of further randomised factors: no variables of patients."""
    told = [one.value.split(", ") for one in draft.guesses if one.name == "factor"]
    return {name for names in told for name in names}


def _is_factor(column: Column, draft: Draft) -> bool:
    """Whether a column is a further factor: one that the draft sees, or of a design that is told to
    be factorial any with all its levels in every arm."""
    if column.name in factors_of(draft):
        return True
    if draft.told.get("design") != FACTORIAL or column.name == draft.arm.name:
        return False
    cells = {row for row in cells_of(draft.home, [draft.arm.name, column.name]) if all(row)}
    return len(cells) == len({arm for arm, _ in cells}) * len({code for _, code in cells})


def _before(draft: Draft) -> list[str]:
    """The columns of the primary endpoint, and of the secondary ones, before treatment."""
    outcomes = (draft.primary, *draft.others[: draft.secondary])
    return [
        name
        for outcome in outcomes
        for code, name in outcome.columns
        if code in outcome.before and outcome.table == draft.home.name
    ]


def _tell_presence(draft: Draft, free: Sequence[Column], later: set[str]) -> dict[str, str]:
    """Columns of two values that tell who has a value of the primary endpoint or of another column
    that came later: who was found again; and columns with a value of those alone who have one of
    two values of such a one: when it happened."""
    home, own = draft.home, {*draft.primary.names, *later, *draft.later}
    own |= {FILLED.sub("", name) for name in own}
    both = [one for one in home.columns if is_coded(one) and len(levels(one)) == 2]
    two = [one for one in both if not one.blank and (one in free or one.name in own)]
    gaps = [one for one in home.columns if one.blank or one.missing_codes]
    gaps = [one for one in gaps if one.name in own or one in free]
    if not (two and gaps) or home.rows > MOST_ROWS:
        return {}
    names = [one.name for one in (*two, *gaps)]
    rows = [dict(zip(names, row, strict=True)) for row in cells_of(home, names)]
    made: dict[str, str] = {}
    for one, gap in ((one, gap) for gap in gaps for one in two if gap.name != one.name):
        if (one.name in own) == (gap.name in own):
            continue
        none = {"", *gap.missing_codes}
        pairs = {(row[one.name], row[gap.name] in none) for row in rows}
        if len(pairs) == 2 == len({code for code, _ in pairs}) == len({no for _, no in pairs}):
            name, other = (one.name, gap.name) if gap.name in own else (gap.name, one.name)
            why = f"it tells who has a value of {other}"
            made[name] = why if gap.name in own else f"{other} tells who has a value of it"
    return made


def _taken_up(draft: Draft, free: Sequence[Column]) -> dict[str, str]:
    """Columns of two values of who took what was offered, was reached or changed arms, by their
    names, or since many of one arm and next to nobody of another have one of them; with the reason.
    What a cluster has is another by chance."""
    home, arm, cluster = draft.home, draft.arm, draft.design.cluster
    of_group = of_clusters(home, cluster) if cluster else set[str]()
    two = [one for one in free if is_coded(one) and len(levels(one)) == 2]
    made = {
        one.name: "it tells who took what was offered, or was reached"
        for one in two
        if {*parts(one.name)} <= control.TAKEN | TAKEN_UP and not was_before(one)
    }
    left = [one.name for one in two if one.name not in {*made} | of_group]
    if not left or arm not in home.columns or home.rows > MOST_ROWS:
        return made
    rows = cells_of(home, [arm.name, *left])
    n = Counter(row[0] for row in rows if row[0] and row[0] not in arm.missing_codes)
    for at, name in enumerate(left, start=1):
        each = Counter((row[0], row[at]) for row in rows)
        shares = [[each[one, code] / n[one] for one in n] for code in levels(home.column(name))]
        if min(n.values()) >= FEWEST_OF_ARM and any(
            min(one) <= control.FEW_TOOK and max(one) > control.MANY_TOOK for one in shares
        ):
            made[name] = "next to nobody of one arm has a value that many of another have"
    return made


def _copies(column: Column, draft: Draft) -> bool:
    """Whether a column has the codes of the primary endpoint in other words, as AVALC of AVAL."""
    home, name = draft.home, draft.primary.source
    if draft.primary.table != home.name or not is_coded(column) or column.name == name:
        return False
    return home.column(name).distinct == column.distinct and same_groups(home, name, column.name)


def _may_end(draft: Draft) -> dict[str, str]:
    """Times to an event, and columns of two values that may tell how one ended of which nothing
    else says it, each with the reason."""
    known = {one.column for one in (draft.primary, *draft.others) if one.status}
    known |= {one.column for one in pairs(draft.home, [*filter(usable, draft.home.columns)])}
    times = [
        column.name
        for column in draft.home.columns
        if column.constant_within is not False
        and not _is_age(column)
        and (is_time(column) or is_recorded_time(column, draft.home.columns))
        and column.name not in known
    ]
    ended = {
        column.name: f"it may tell how {times[0]} ended"
        for column in draft.home.columns
        if times and is_coded(column) and len(levels(column)) == 2 and not of_patients(column)
    }
    deaths = any(tells_deaths(column) for column in draft.home.columns if is_coded(column))
    times += [column.name for column in draft.home.columns if deaths and may_be_until(column)]
    watched = [column.name for column in draft.home.columns if is_watched(column)]
    ended |= dict.fromkeys(watched, "it tells how long patients were followed")
    return ended | dict.fromkeys(times, "a time to an event")


def with_covariates(draft: Draft, ask: Ask) -> Draft:
    """The draft with what came after randomisation, and with what the primary analysis adjusts
    for, told or answered."""
    if draft.design.own_treatment:
        _refuse_unused(draft.told)
        return draft
    decided = Decided(draft.told, ask, draft.asked)
    draft = _without_later(draft, decided)
    who = people(draft)
    first = {draft.primary.source} if draft.primary.table == draft.home.name else set()
    known = [*(one[0] for one in (who.age, who.sex) if one), *([who.site] if who.site else [])]
    stems = {*map(measured_stem, first)} - {""}
    before = [name for name in who.variables.values() if measured_stem(name) in stems]
    rest = [name for name in who.variables.values() if name not in before]
    choices = [(name, "It is what the primary endpoint was before.") for name in before]
    choices += [(name, "It is in the baseline table.") for name in (*known, *rest)]

    def read(name: str) -> str:
        if name == OWN_BASELINE and draft.primary.before and name not in names:
            return draft.primary.base[0] or name
        column = column_of([draft.home], name, "covariates")[1]
        if column.name in own:
            return OWN_BASELINE
        usable = is_number(column) or is_coded(column)
        varies = column.constant_within is False
        of_arm = tells_arm(column, draft.home, draft.arm) and not _is_factor(column, draft)
        if column.name in no or not usable or varies or of_arm:
            fault = f"{column.name}, which varies within patients" if varies else column.name
            need = "a number or a code of the patients, known before randomisation"
            mend = f"where it is a second randomised factor, --design {FACTORIAL}"
            lot = of_arm and draft.told.get("design") != FACTORIAL and column.name not in no
            raise wrong("--covariates", fault, need, mend if lot else None)
        return column.name

    names = {one.name for one in draft.home.columns}
    own = {name for code, name in draft.primary.columns if code in draft.primary.before}
    no = {draft.arm.name, draft.subject[draft.home.name], draft.primary.column}
    no |= draft.primary.names - own
    no |= {name for one in draft.others[: draft.secondary] for name in one.names} - own
    factors = factors_of(draft)
    choices += [(name, "A second randomised factor.") for name in factors - {draft.arm.name}]

    words = "What does the primary analysis adjust for?"
    chosen = dict.fromkeys(decided.several("covariates", words, choices, read))
    column = _own_before(draft)
    if column:
        if column not in chosen:
            why = f"It is what {draft.primary.column} was before: the primary analysis is given it."
            why = " ".join(filter(None, (draft.primary.base[1], why)))
            decided.guess("own_before", ("plan.yaml", "analyses"), column, why)
        chosen = {column: None} | chosen
    texts = [one.name for one in draft.home.columns]
    late = {
        name: after_start(draft.home.column(name), texts)
        for name in chosen
        if name in names - {column}
    }
    if doubts := [f"{name} ({word.rstrip('.')})" for name, word in late.items() if word]:
        why = f"By its name it came after randomisation: {', '.join(doubts)}."
        decided.guess("adjusted", ("plan.yaml", "analyses"), ", ".join(chosen), why)
    guesses = (*draft.guesses, *decided.guesses)
    # Who adjusts for it says that it was before: it is no endpoint.
    others = tuple(one for one in draft.others if not {*one.names} & {*chosen})
    made = replace(draft, told=decided.told, others=others, guesses=guesses)
    return replace(made, covariates=tuple(chosen))


def _refuse_unused(told: Mapping[str, str]) -> None:
    """Raises UserError where what the steps within patients do not take was told."""
    for flag in ("covariates", "later"):
        if told.get(flag, "").strip():
            fault = f"{told[flag]}, where each patient has several treatments"
            need = "nothing: no step within patients adjusts, and patients are their own controls"
            mend = f"leave --{flag} out; the sequence and the periods are taken as they are seen"
            raise wrong(f"--{flag}", fault, need, mend)


def _own_before(draft: Draft) -> str:
    """The column of numbers that the primary endpoint, a number, had before, where it is one column
    and no visit was before."""
    primary = draft.primary
    if primary.base[0]:
        return primary.base[0]
    if primary.before or primary.codes or primary.kind not in (MEASURE, REPEATED):
        return ""
    varying = [
        one.name
        for one in draft.home.columns
        if is_number(one) and one.constant_within is False and one.name not in draft.visit.values()
    ]
    # Where one number alone was measured, what was before without its name is of it; BASE is of
    # AVAL.
    found = [
        one.name
        for one in own_before(draft.home, primary)
        if is_number(one)
        if before_of(draft.home, primary, one)
        or varying == [primary.column]
        or (plain(primary.column), plain(one.name)) == (NUMBER, BASE)
    ]
    return found[0] if len(found) == 1 and primary.table == draft.home.name else ""


def _without_later(draft: Draft, decided: Decided) -> Draft:
    """The draft without variables of patients that came after randomisation, which are asked: those
    of which no name says that they were before."""
    known = {*_before(draft), *draft.told.get("covariates", "").split(",")}
    columns = [draft.home.column(name) for name in people(draft).variables.values()]
    choices = [
        (
            column.name,
            column.label if column.label != column.name else "No file says when it was known.",
        )
        for column in columns
        if column.name not in known and not of_patients(column)
    ]

    def read(name: str) -> str:
        return column_of([draft.home], name, "later")[1].name

    words = "Which of these came after randomisation? They are left out of the baseline table"
    later = decided.several("later", words, choices, read)
    asked, told = decided.asked, decided.told
    return replace(draft, later=draft.later | {*later}, asked=asked, told=told)


def _describes(column: Column) -> bool:
    return (
        column.constant_within is not False
        and not column.identifier
        and plain(column.name) not in (*ROW_NUMBERS, "filter")
        and rank(column.name, SUBJECTS) is None
        and not (column.validation == "integer" and said_subject(column))
        and column.distinct > 1
        and not column.mostly_lacking
        and not FLAG.fullmatch(column.name)
        and not (belongs(column) or of_analysis(column) or tells_unit(column))
        and not (column.validation == "integer" and {*parts(column.name)} <= GROUPS)
        and (_is_age(column) or not numbers_rows(column))
        and (
            is_number(column)
            or (is_coded(column) and len(levels(column)) <= MOST_LEVELS)
            or rank(column.name, SITES) is not None
        )
    )


def _is_age(column: Column) -> bool:
    words = parts(column.name)
    other = any(map(NOT_IT.fullmatch, words)) or other_age(column.name)
    named = bool(AGES & {*words[:2], *words[-1:]})
    told = bool({*words} & OF_EVENTS or {*parts(column.label)} & SAID_EVENTS)
    told = told or bool(OF_A_THING.search(" ".join(parts(column.label))))
    other = other or told or column.unit not in ("", "years", *MONTHS.values())
    return is_number(column) and not other and named


def _age_unit(column: Column) -> str:
    label = re.search(r"\b(?:in|en|em) ([^\W\d]+)", folded(column.label).lower())
    words = {column.unit, *parts(column.name)}
    words |= {UNITS.get(label[1], "")} if label else set()
    return next((unit for word, unit in MONTHS.items() if word in words), "years")


def _sex(column: Column) -> tuple[str, dict[str, str]] | None:
    """The column of the sex, where its codes or its name say which is which."""
    codes = levels(column)
    if rank(column.name, SEX) is None or not is_coded(column) or len(codes) != 2:
        return None
    if plain(column.name) in ("female", "male"):
        yes, no = ("F", "M") if plain(column.name) == "female" else ("M", "F")
        named = {"0": no, "1": yes}
        made = {named[code]: code for code in codes if code in named}
    else:
        letters = {code: sex_meant(label_of(column, code).replace("_", " ")) for code in codes}
        made = {letter: code for code, letter in letters.items() if letter}
    return (column.name, made) if len(made) == len(codes) else None


def _named(columns: Iterable[Column]) -> Iterator[tuple[str, str]]:
    taken = {one.lower() for one in TAKEN}
    for column in columns:
        name = re.sub(r"[^a-z0-9]+", "", column.name.lower()) or "v"
        name = (name if name[0].isalpha() else f"v{name}")[:LONGEST]
        number = 2
        while name in taken:
            name = f"{name[: LONGEST - 1 - (number > 9)]}{number}"
            number += 1
        taken.add(name)
        yield name, column.name

"""Who the patients are: age, sex, site and what else the baseline table may show."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.assignment import tells_arm
from trialtrace.run.drafting.decided import Decided, column_of
from trialtrace.run.drafting.draft import Draft
from trialtrace.run.drafting.likely_outcome import after_start, items_of, measured_stem
from trialtrace.run.drafting.names import ROW_NUMBERS, SEX, SITES, SUBJECTS, rank
from trialtrace.run.drafting.outcomes import (
    BEFORE,
    belongs,
    is_coded,
    is_number,
    label_of,
    levels,
    numbers_rows,
)
from trialtrace.run.drafting.profile import Column
from trialtrace.run.drafting.questions import Ask
from trialtrace.run.tables.contracts import ADTTE, BDS, OCCDS
from trialtrace.run.tables.measures import AGES, parts, plain

MOST_VARIABLES, MOST_LEVELS, LONGEST = 12, 8, 8
TAKEN = {
    *("STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "ARM", "TRT01P", "SYNTHFL"),
    *("ITTFL", "SITE"),
    # As a covariate `baseline` is the endpoint's own; records have columns of their own.
    *("BASELINE", *(column.name for one in (BDS, ADTTE, OCCDS) for column in one.columns)),
}
# Flags of populations and the state of a form say how a trial went.
FLAG = re.compile(r"[A-Z0-9]{1,6}FL|\w+_complete")
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
    used |= {name for one in (draft.primary, *draft.others) for name in one.names}
    used |= draft.later - {*draft.covariates}
    used |= {one.name for one in draft.home.columns if tells_arm(one, draft.home, draft.arm)}
    told = {draft.design.sequence, draft.design.cluster, *draft.covariates}
    free = [
        one for one in draft.home.columns
        if one.name not in used and (_describes(one) or one.name in told)
    ]  # fmt: skip
    beside, items = [one.name for one in draft.home.columns], items_of(draft.home.columns)
    free = [one for one in free if not items.get(one.name)]
    later = {
        one.name: why for one in free
        if one.name not in told and not _is_age(one) and (why := after_start(one, beside))
    }  # fmt: skip
    free = [one for one in free if one.name not in later]
    age = next((one for one in free if _is_age(one)), None)
    sex = next((made for one in free if (made := _sex(one)) is not None), None)
    site = next((one.name for one in free if rank(one.name, SITES) is not None), None)
    taken = {age.name if age else "", sex[0] if sex else "", site or ""}
    rest = [one for one in free if one.name not in taken]
    before = [one for one in rest if set(parts(one.name)) & BEFORE]
    before = [one for one in rest if one.name in told] + [
        one for one in before if one.name not in told
    ]
    chosen = [*before, *(one for one in rest if one not in before)][:MOST_VARIABLES]
    chosen.sort(key=rest.index)
    return People(
        (age.name, _age_unit(age)) if age else None, sex, site, dict(_named(chosen)), later
    )


def with_covariates(draft: Draft, ask: Ask) -> Draft:
    """The draft with what the primary analysis adjusts for, told or answered."""
    if draft.design.own_treatment:
        return draft
    who, decided = people(draft), Decided(draft.told, ask, draft.asked)
    first = {draft.primary.source} if draft.primary.table == draft.home.name else set()
    known = [*(one[0] for one in (who.age, who.sex) if one), *([who.site] if who.site else [])]
    stems = {*map(measured_stem, first)} - {""}
    before = [name for name in who.variables.values() if measured_stem(name) in stems]
    rest = [name for name in who.variables.values() if name not in before]
    choices = [(name, "It is what the primary endpoint was before.") for name in before]
    choices += [(name, "It is in the baseline table.") for name in (*known, *rest)]

    def read(name: str) -> str:
        column = column_of([draft.home], name, "covariates")[1]
        named = {draft.arm.name, draft.subject[draft.home.name], draft.primary.column}
        if column.name in named or not (is_number(column) or is_coded(column)):
            raise UserError(
                "--covariates",
                found=column.name,
                expected="a number or a code of the patients, known before randomisation",
            )
        return column.name

    words = "What does the primary analysis adjust for?"
    chosen = decided.several("covariates", words, choices, read)
    return replace(draft, told=decided.told, covariates=tuple(dict.fromkeys(chosen)))


def _describes(column: Column) -> bool:
    return (
        column.constant_within is not False
        and not column.identifier
        and plain(column.name) not in ROW_NUMBERS
        and rank(column.name, SUBJECTS) is None
        and column.distinct > 1
        and not column.mostly_lacking
        and not FLAG.fullmatch(column.name)
        and not belongs(column)
        and (_is_age(column) or not numbers_rows(column))
        and (is_number(column) or (is_coded(column) and len(levels(column)) <= MOST_LEVELS)
             or rank(column.name, SITES) is not None)
    )  # fmt: skip


def _is_age(column: Column) -> bool:
    return is_number(column) and bool(AGES & {*parts(column.name)[:2], *parts(column.name)[-1:]})


def _age_unit(column: Column) -> str:
    words = {column.unit, *parts(column.name)}
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
        letters = {code: _letter(label_of(column, code)) for code in codes}
        made = {letter: code for code, letter in letters.items() if letter}
    return (column.name, made) if len(made) == len(codes) else None


def _letter(label: str) -> str:
    first = re.sub(r"^[0-9_. -]+", "", label).lower()
    whole = {"donna": "F", "mujer": "F", "mulher": "F", "vrouw": "F", "kvinna": "F", "kvinne": "F",
             "kvinde": "F", "nainen": "F", "uomo": "M", "hombre": "M", "homem": "M", "homme": "M",
             "mies": "M"}  # fmt: skip
    return whole.get(first) or {"f": "F", "w": "F", "m": "M"}.get(first[:1], "")


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

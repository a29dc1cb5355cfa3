"""Names and labels of a draft's files: of variables, arms, visits, endpoints."""

import re
from collections.abc import Iterable, Mapping

from trialtrace.base.config.yaml_text import Quoted
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.keys import constant
from trialtrace.run.draft.metadata import cdisc
from trialtrace.run.draft.outcomes import Outcome, plain_name
from trialtrace.run.draft.types import unique

# Columns that every ADSL has, in small letters, which no variable may have.
OF_ADSL = (
    *("studyid", "usubjid", "subjid", "siteid", "age", "ageu", "sex", "arm", "trt01p", "synthfl"),
    *("ittfl", "armcd", "trt01a", "actarm", "dtype", "site", "baseline", "visit"),
)
PATIENTS = "patients"
LONGEST_VARIABLE, LONGEST_VISIT, LONGEST_CODE = 8, 40, 8


def variables(draft: Draft) -> dict[str, str]:
    """The columns of the subjects' table that are variables, by column to name: age, sex and site
    where ADaM names them, short names for all others."""
    wanted = [*draft.baseline, *draft.covariates, draft.cluster, draft.factor]
    wanted += [*sequence_columns(draft), draft.primary.start]
    own = {column: name for name, column in of_adam(draft).items()}
    made: dict[str, str] = {}
    if draft.cluster and draft.primary.timed:
        # Errors of hazards that allow for clusters are those by site.
        own[draft.cluster] = "site"
    for column in dict.fromkeys(filter(None, wanted)):
        short = plain_name(column, LONGEST_VARIABLE).rstrip("_")
        taken = (*OF_ADSL, *made.values())
        short = f"b_{short}"[:LONGEST_VARIABLE] if short in OF_ADSL else short
        made[column] = own.get(column) or unique(short, taken, LONGEST_VARIABLE)
    return made


def of_adam(draft: Draft) -> dict[str, str]:
    """Age, sex and site by the names of ADaM, as subjects of trial.yaml have them."""
    columns = draft.home.columns
    if not cdisc.follows_adam(columns):
        return {}
    known = {"age": "AGE", "sex": "SEX", "site": "SITEID"}
    fits = {
        "age": "AGE" in columns and columns["AGE"].is_number,
        "sex": "SEX" in columns and {*columns["SEX"].values} <= {"F", "M", "U"},
        "site": "SITEID" in columns and not columns["SITEID"].blank,
    }
    return {name: known[name] for name, fit in fits.items() if fit and columns[known[name]].present}


def subjects_table(draft: Draft) -> str:
    """The clean table of the subjects: where a patient has every treatment one of its own, of the
    same raw rows without the treatment."""
    taken = {table.name for table in draft.tables}
    return unique(PATIENTS, taken, 30) if draft.own_treatment else draft.home.name


def arm_names(draft: Draft) -> dict[str, str]:
    """The code of each arm to its name, the control last."""
    made: dict[str, str] = {}
    for code in sorted(draft.arms, key=lambda code: code == draft.control):
        made[code] = unique(plain_name(arm_label(draft, code)), made.values(), 30)
    return made


def arm_label(draft: Draft, code: str) -> str:
    """The label of an arm; a bare number stands behind the label of its column."""
    label = draft.arms[code]
    return label if re.search(r"[^\W\d]", label) else f"{draft.arm.label} {label}"


def place_labels(outcome: Outcome) -> dict[str, str]:
    """The codes of visits, or periods, in their order, each with a label of the configuration."""
    table, one = outcome.table, outcome.table.column(outcome.visit)
    words = table.columns.get(cdisc.VISIT_WORDS.get(one.name, ""))
    made: dict[str, str] = {}
    for code in outcome.visits:
        label = one.label_of(code)
        if words is not None and (rows := one.at == one.values.index(code)).any():
            label = words.values[words.at[rows].max()]
        bare = not re.search(r"[^\W\d]", label)
        label = f"{one.name} {label}" if bare else label
        label = re.sub(r"[;@/=\n]+", " ", label).strip()[:LONGEST_VISIT].strip()
        made[Quoted(code)] = unique(label, made.values(), LONGEST_VISIT)
    return made


def visits_after(outcome: Outcome) -> list[str]:
    """The labels of the visits after treatment began."""
    labels, codes = place_labels(outcome), outcome.visits
    first = codes.index(outcome.before) + 1 if outcome.before in codes else 0
    return list(labels.values())[first:]


def code_of(name: str, taken: Iterable[str]) -> str:
    """A PARAMCD of at most 8 capitals and digits."""
    bare = re.sub(r"[^A-Z0-9]+", "", name.upper())
    code = (bare if bare[:1].isalpha() else f"E{bare}")[:LONGEST_CODE]
    return unique(code, taken, LONGEST_CODE, "")


def sequences(draft: Draft, outcome: Outcome) -> tuple[str, Mapping[str, str]] | None:
    """The column of the sequence of a crossover, and the code of the arm that each of its levels
    starts with: one that with the period decides the treatment of every row."""
    home = draft.home
    if outcome.table.raw is not home.raw or not outcome.visit:
        return None
    first = outcome.visits[0]
    begins = home.has(outcome.visit, first)
    for name, one in home.columns.items():
        if name in (draft.subject, draft.arm.name, outcome.visit) or len(one.values) != 2:
            continue
        decides = constant(home, [name, outcome.visit], draft.arm.name)
        if one.blank or not decides or not constant(home, [draft.subject], name):
            continue
        starts = {
            code: draft.arm.values[draft.arm.at[begins & home.has(name, code)].max()]
            for code in one.levels
        }
        if len({*starts.values()}) == len(starts):
            return name, starts
    return None


def sequence_columns(draft: Draft) -> list[str]:
    """The column of the sequence of a crossover, where there is one."""
    found = sequences(draft, draft.primary) if draft.own_treatment else None
    return [found[0]] if found else []

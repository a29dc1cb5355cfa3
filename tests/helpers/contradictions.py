"""Every fact that two files of a trial state, or a file and the data, each with a contradiction.

`python tests/helpers/contradictions.py` writes the table of docs/contradictions.md from `FACTS`; a
test makes each contradiction on the small trial, and reads what `trialtrace check` says of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mini_trial import REPOSITORY

T, D, C, E, P, L = (
    "trial.yaml",
    "dictionary.csv",
    "cleaning.yaml",
    "endpoints.yaml",
    "plan.yaml",
    "claims.yaml",
)
DATA = "the data"
STOPS, TOLD, RUN = "stops", "told", "told by a run"
Rows = list[dict[str, Any]]
Edit = tuple[str, str, str]
"""File, the text there, and what takes its place; "" there is the end of the file."""


@dataclass(frozen=True)
class Fact:
    """A fact, the places that state it, how they are held together; a contradiction of them, and
    parts of what is said of it: both places are named. Where it takes another design, `exports`
    are one that is drafted, and one with a contradiction that takes its place."""

    fact: str
    places: tuple[str, str]
    held: str
    happens: str
    edits: tuple[Edit, ...]
    says: tuple[str, ...]
    rows: Callable[[Rows], object] | None = None
    exports: tuple[str, str] = ("", "")
    primary: str = ""


def names(fact: str, owner: str, used: str, edit: Edit, *says: str) -> Fact:
    """Names that one file owns."""
    held = f"{owner} owns them; a name that is not there is told with the nearest"
    return Fact(fact, (owner, used), held, STOPS, (edit,), says)


def adjusted(covariate: str) -> Edit:
    """A further analysis, with this covariate."""
    return (
        P,
        "analyses:\n",
        "  first_itt: {treatment: {of: drug, to: placebo}, population: itt,\n"
        "    variable: first_pain, intercurrent: [], summary: difference}\n"
        "analyses:\n  first: {label: First, role: secondary, estimand: first_itt,\n"
        "    estimates: [{mean_difference: {method: ancova, strata: [], covariates:\n"
        f"      [{covariate}], variance: model}}}}]}}\n",
    )


def clusters(slip: bool) -> str:
    """Ten practices, by number, of one arm each; with a slip one patient has the other arm."""
    lines = ["id,practice,arm,age,score"]
    for n in range(120):
        arm = ("card", "usual")[(n % 10 + (slip and n == 50)) % 2]
        lines.append(f"{n + 1},{n % 10 + 1},{arm},{40 + n % 30},{50 + n * 7 % 31}.5")
    return "\n".join(lines) + "\n"


def crossover(slip: bool) -> str:
    """30 patients with two treatments; with a slip one of the sequence BD had D first."""
    lines = ["pid,age,sequence,period,treatment,minutes"]
    for n in range(1, 31):
        order = ("BD", "DB")[n % 2]
        for period, arm in enumerate(order[:: -1 if slip and n == 4 else 1], start=1):
            minutes = 30 + n * 5 % 23 + 6 * (arm == "D")
            lines.append(f"P{n},{30 + n},{order},{period},{arm},{minutes}")
    return "\n".join(lines) + "\n"


def field(line: str) -> Edit:
    return (D, "", line + "\n")


SEX = "config/trials/mini/dictionary.csv:5 (sex)"
EXCHANGED = "no label of one stands at the code of another"
GROUPS = "    smoker: smoker\n  groups:\n    {}\n"
R = '{}now,patients,,radio,Relief {},"{}",,,,,,,,,,,,'

FACTS = [
    Fact(
        "which arm a code is",
        (f"{T}: design.arms.*.code, label", f"{D}: choices"),
        EXCHANGED,
        STOPS,
        ((D, "A, Drug | B, Placebo", "A, Placebo | B, Drug"),),
        ("design.arms.drug.code", ":3 (arm) calls", "that is the arm placebo"),
    ),
    Fact(
        "codes of arms",
        (f"{T}: design.arms.*.code", f"{D}: choices"),
        "each is a choice of the column of the arm",
        STOPS,
        ((T, 'code: "B"', 'code: "P"'),),
        ("design.arms.placebo.code", "a choice of arm"),
    ),
    Fact(
        "codes of two arms",
        (f"{T}: design.arms.*.code", f"{T}: design.arms.*.code"),
        "each arm has its own",
        STOPS,
        ((T, 'code: "B"', 'code: "A"'),),
        ("design.arms.placebo.code", "also the code of drug"),
    ),
    Fact(
        "labels of two arms",
        (f"{T}: design.arms.*.label", f"{T}: design.arms.*.label"),
        "each arm has its own",
        STOPS,
        ((T, "label: Placebo", "label: drug"), (D, "B, Placebo", "B, drug")),
        ("design.arms.placebo.label", "also the label of drug"),
    ),
    Fact(
        "which arm is the control",
        (f"{T}: design.arms.*.control", f"{P}: estimands.*.treatment.to"),
        "effects are against the control",
        STOPS,
        (
            (T, 'code: "A"}', 'code: "A", control: true}'),
            (T, 'code: "B", control: true}', 'code: "B"}'),
        ),
        ("estimands.relief_itt.treatment", "(design.arms.drug.control)"),
    ),
    Fact(
        "which sex a code is",
        (f"{T}: subjects.sex.codes", f"{D}: choices"),
        "words for the sexes in the labels",
        STOPS,
        ((T, '{F: "1", M: "2"}', '{F: "2", M: "1"}'),),
        ("subjects.sex.codes.F", f'"2", which {SEX} calls "Male"'),
    ),
    Fact(
        "what a code for missing is",
        (f"{C}: tables.*.missing", f"{D}: choices; {T}: codes of arms and sexes"),
        "it is a choice only where the label says missing",
        STOPS,
        ((C, '["9"]', '["0"]'),),
        ("tables.patients.missing.relief", ":8 (relief) calls"),
    ),
    Fact(
        "what a code for missing is worth",
        (f"{C}: tables.*.missing", f"{E}: codes, labels; {T}: subjects.groups.*.codes"),
        "a code for missing has no other meaning",
        STOPS,
        (
            (D, "2, Male", "2, Male | 9, Unknown"),
            (C, '{relief: ["9"]}', '{relief: ["9"], sex: ["9"]}'),
            (
                T,
                "    smoker: smoker\n",
                GROUPS.format('sexes: {of: sex, label: Sex, codes: {f: "1", m: ["2", "9"]}}'),
            ),
        ),
        ("subjects.groups.sexes.codes.m", "cleaning.yaml, tables.patients.missing.sex"),
    ),
    Fact(
        "which group a code is in",
        (f"{T}: subjects.groups.*.codes", f"{D}: choices"),
        EXCHANGED,
        STOPS,
        (
            (
                T,
                "    smoker: smoker\n",
                GROUPS.format('sexes: {of: sex, label: Sex, codes: {male: "1", female: "2"}}'),
            ),
        ),
        ("subjects.groups.sexes.codes.male", f'"1", which {SEX} calls "Female"'),
    ),
    Fact(
        "which visit, side or location a code is",
        (f"{E}: visit.labels, side.labels, location.labels", f"{D}: choices"),
        EXCHANGED,
        STOPS,
        (
            field('visit,patients,,radio,Visit,"1, Start | 2, End",,,,,,,,,,,,'),
            (
                E,
                "",
                "late: {label: Late, code: LATE, kind: repeated, table: patients, column: pain1,\n"
                '  visit: {column: visit, labels: {"1": end, "2": start}}}\n',
            ),
        ),
        ("late.visit.labels.1", ":16 (visit) calls", 'that is the label of "2" here'),
    ),
    Fact(
        "which visit a column is of",
        (f"{E}: visits", f"{D}: field label"),
        "no label of a column names another visit of the endpoint, and so for two of them",
        STOPS,
        ((E, "{pain0: before, pain1: after}", "{pain0: after, pain1: before}"),),
        ("pain.visits", ':9 (pain0) calls "Pain before": that is the visit "before"'),
    ),
    Fact(
        "which visit a number in the names of columns is of",
        (f"{E}: visits.labels", f"{D}: field label"),
        "no label of a column names another visit of the endpoint, and so for two of them",
        STOPS,
        (
            (
                E,
                "visits: {pain0: before, pain1: after}",
                'visits: {pattern: "pain{visit}", labels: {"0": after, "1": before}}',
            ),
        ),
        ("pain.visits", ':9 (pain0) calls "Pain before": that is the visit "before"'),
    ),
    Fact(
        "choices of the columns of one endpoint",
        (f"{D}: choices", f"{D}: choices"),
        EXCHANGED,
        STOPS,
        (
            field(R.format("a", "now", "0, No | 1, Yes")),
            field(R.format("b", "then", "0, Yes | 1, No")),
            (
                E,
                "",
                "both: {label: Both, code: BOTH, kind: repeated, table: patients,\n"
                '  visits: {anow: now, bnow: then}, codes: {"0": 0, "1": 1}}\n',
            ),
        ),
        ("both.visits", ":17 (bnow) calls", ":16 (anow) calls it"),
    ),
    Fact(
        "choices of fields of one name in two forms",
        (f"{D}: choices", f"{D}: choices"),
        "the same labels stand at the same codes",
        STOPS,
        (field('sex,adverse,,radio,Sex,"1, Male | 2, Female",,,,,,,,,,,,'),),
        (":16:6: column Choices", f"Female, as in {SEX}"),
    ),
    Fact(
        "codes of one choice list",
        (f"{D}: choices", f"{D}: choices"),
        "every code once",
        STOPS,
        ((D, 'Died,"0, No | 1, Yes"', 'Died,"0, No | 0, Yes"'),),
        (":12:6: column Choices", 'the code "0" twice'),
    ),
    Fact(
        "fields of one form",
        (f"{D}: field", f"{D}: field"),
        "every field once",
        STOPS,
        (field("age,patients,,text,Age,,,,,,,,,,,,,"),),
        (":16:1: column Variable", "which stands already in line 4"),
    ),
    Fact(
        "codes of one list of visits",
        (f"{E}: visit.labels, visits", f"{E}: visit.labels, visits"),
        "every code once",
        STOPS,
        ((E, "{pain0: before, pain1: after}", "{pain0: before, pain0: after}"),),
        ("endpoints.yaml:13:", "pain0"),
    ),
    Fact(
        "labels of two visits",
        (f"{E}: visit.labels, visits", f"{E}: visit.labels, visits"),
        "every visit has its own",
        STOPS,
        ((E, "pain1: after}", "pain1: before}"),),
        ("pain.visits.pain1", "also the label of pain0"),
    ),
    Fact(
        "codes of endpoints, flags of populations",
        (f"{E}: code; {T}: populations.*.flag", f"{E}: code; {T}: populations.*.flag"),
        "each has its own",
        STOPS,
        ((T, "ADULTFL", "ITTFL"), (E, "code: PAINANY", "code: PAIN")),
        ("populations.adults.flag", "the flag of itt", "pain_any.code", "the code of pain"),
    ),
    Fact(
        "the unit of an endpoint",
        (f"{E}: unit", f"{C}: tables.*.units, convert; {D}: label, note"),
        "one unit of a column, by its spellings",
        STOPS,
        (
            (D, "Pain before", '"Pain before, cm, at rest"'),
            (E, "  column: pain0\n", "  column: pain0\n  unit: mm\n"),
        ),
        ("first_pain.unit", ':9 (pain0) says "cm"'),
    ),
    Fact(
        "the unit of a column",
        (f"{C}: tables.*.units", f"{D}: label, note"),
        "a unit in brackets or after a comma in the label, or alone in the note",
        STOPS,
        ((D, "Days followed", "Followed (weeks)"),),
        ("tables.patients.units.days", ":11 (days) says"),
    ),
    Fact(
        "the unit of the age",
        (f"{T}: subjects.age.unit", f"{C}: tables.*.units; {D}: label, note"),
        "one unit of a column",
        STOPS,
        ((C, "age: years", "age: months"),),
        ("subjects.age.unit", "cleaning.yaml, tables.patients, age"),
    ),
    Fact(
        "the unit of a time that a curve shows",
        (f"{P}: displays.kaplan_meier", f"{C}: tables.*.units; {D}: label, note"),
        "the axis of a curve is converted from days, weeks, months, …",
        STOPS,
        ((C, "days: days", "days: mo"),),
        ("displays.kaplan_meier[1].endpoint", "cleaning.yaml, tables.patients, days"),
    ),
    Fact(
        "limits of a value",
        (f"{E}: scale", f"{D}: minimum, maximum"),
        "the dictionary allows nothing beyond the scale",
        STOPS,
        ((E, "to: 10", "to: 9"),),
        ("pain.scale.to", ":9 (pain0) allows 10"),
    ),
    Fact(
        "the order of dates",
        (f"{T}: source.items.*.date_order", f"{D}: validation"),
        "one order",
        STOPS,
        ((T, "{path: export.csv,", "{path: export.csv, date_order: dmy,"),),
        ("source.items.export.date_order", ":13 (seen) says date_ymd"),
    ),
    Fact(
        "the end of a time",
        (f"{E}: horizon of a time", f"{E}: time of event_by"),
        "no outcome is asked for after the horizon",
        STOPS,
        (
            (T, "    smoker: smoker\n", "    smoker: smoker\n    entry: seen\n"),
            field("died_on,patients,,text,Death,,,date_ymd,,,,,,,,,,"),
            (
                E,
                "",
                "os: {label: OS, code: OS, kind: time_to_event, table: patients, start: entry,\n"
                '  event_date: died_on, event: {died: {is: "1"}}, last_contact: seen,\n'
                "  terminal: true, day_of_start: 0, horizon: 365, horizon_label: A year,\n"
                "  event_label: Died, censored_label: Alive}\n"
                "late: {label: Late, code: LATE, kind: event_by, of: os, time: 400,\n"
                "  censored: missing}\n",
            ),
        ),
        ("late.time", "os.horizon ends every time at 365"),
    ),
    Fact(
        "whether a column is used",
        (f"{C}: tables.*.ignore", f"{D}: field"),
        "a column is ignored or described",
        STOPS,
        ((C, "comment: free", "age: free"),),
        ("tables.patients.ignore.age", "the dictionary describes (line 4)"),
    ),
    names(
        "names of columns",
        D,
        f"{T}, {C}, {E}",
        (E, "time: days", "time: dayz"),
        "death.time",
        'did you mean "days"?',
    ),
    names(
        "names of tables",
        T,
        f"{D}, {C}, {E}",
        (T, "  adverse: {of", "  harms: {of"),
        "column Form Name",
        "a table of trial.yaml",
    ),
    names(
        "names of endpoints and their visits",
        E,
        f"{P}, {T}",
        (P, "variable: pain\n", "variable: pains\n"),
        "estimands.pain_itt.variable",
        "an endpoint of endpoints.yaml",
    ),
    names(
        "names of populations, strata and variables",
        T,
        f"{P}, {L}",
        (P, "by: smoker", "by: smokes"),
        "analyses.relief_by_smoker.by",
        'did you mean "smoker"?',
    ),
    names(
        "strata of the randomisation",
        T,
        T,
        (T, "strata: [site]", "strata: [sex, centre]"),
        "design.randomisation.strata",
        "a variable of subjects",
    ),
    names(
        "names of analyses, statistics, visits",
        P,
        L,
        (L, "stat: p_value.fisher", "stat: p_value.barnard"),
        "claims.relief_p.is.stat",
        "a statistic of relief_primary",
    ),
    names(
        "names of groups",
        T,
        L,
        (L, "claims:\n", "groups: {active: {label: Drug}}\nclaims:\n"),
        "groups.active",
        "an arm of trial.yaml",
    ),
    Fact(
        "what a group is called",
        (f"{L}: groups.*.label", f"{T}: design.arms.*.label"),
        EXCHANGED,
        STOPS,
        ((L, "claims:\n", "groups: {drug: {label: Placebo}, placebo: {label: Usual}}\nclaims:\n"),),
        ("groups.drug.label", "the label of the arm placebo in trial.yaml"),
    ),
    Fact(
        "which arm a printed number is of",
        (f"{L}: about.group, compare", f"{L}: is.group, compare"),
        "the same arms",
        STOPS,
        (
            (
                L,
                "claims:\n",
                "groups: {drug: {label: Drug}, placebo: {label: Placebo}}\nclaims:\n",
            ),
            (L, 'printed: "5 of 10",', 'printed: "5 of 10", about: {group: placebo},'),
        ),
        ("claims.relief_drug.about.group", "claims.relief_drug.is.group"),
    ),
    Fact(
        "what an analysis is of",
        (f"{P}: name of an analysis", f"{P}: its estimand's variable"),
        "an analysis that is named as an endpoint is of it",
        TOLD,
        ((P, "  death_time:\n", "  first_pain:\n"),),
        ("analyses.first_pain: named as the endpoint", "death"),
    ),
    Fact(
        "when an analysis is",
        (f"{P}: label of an analysis", f"{P}: visits of an analysis"),
        "one number of a week, month or the like",
        TOLD,
        (
            (E, "{pain0: before, pain1: after}", "{pain0: week 0, pain1: week 6}"),
            (E, "baseline: before", "baseline: week 0"),
            (L, "visit: after", "visit: week 6"),
            (P, "    label: Pain\n", "    label: Pain after 12 weeks\n"),
            (P, "visits: all", "visits: [week 6]"),
        ),
        ("analyses.pain_each: called Pain after 12 weeks", "its visits are week 6"),
    ),
    Fact(
        "what an outcome is adjusted for",
        (f"{T}: subjects.variables", f"{E}: column"),
        "a covariate reads another column than the outcome",
        TOLD,
        (
            (T, "    smoker: smoker\n", "    smoker: smoker\n    start: pain0\n"),
            adjusted("start"),
        ),
        ("analyses.first: its covariate start reads pain0, the outcome itself",),
    ),
    Fact(
        "what is known before randomisation",
        (f"{T}: subjects.variables", f"{E}: column, event, visits"),
        "a covariate reads no column of another endpoint, but of its baseline",
        TOLD,
        (
            (T, "    smoker: smoker\n", "    smoker: smoker\n    later: pain1\n"),
            adjusted("later"),
        ),
        ("analyses.first: its covariate later reads pain1, of which the endpoint Pain is made",),
    ),
    Fact(
        "which column an endpoint is",
        (f"{E}: name, label", f"{D}: field, label"),
        "an endpoint that is called as a column of its table reads it",
        TOLD,
        ((E, "label: Pain before\n", "label: Pain after\n"),),
        ("first_pain: called as pain1 (Pain after;", "and reads pain0"),
    ),
    Fact(
        "what a yes or no is worth",
        (f"{E}: codes", f"{D}: choices"),
        "no word for no is worth 1, unless the label of the endpoint says the contrary",
        TOLD,
        (
            (
                E,
                "",
                "ease: {label: Relief now, code: EASE, kind: measure, table: patients,\n"
                '  column: relief, codes: {"0": 1, "1": 0}}\n',
            ),
        ),
        ("ease: 0 of relief (Relief;", "is worth 1, which is No"),
    ),
    Fact(
        "whether a code means yes",
        (f"{E}: event, where", f"{D}: choices"),
        "no word for no is counted, unless the label of the endpoint says the contrary",
        TOLD,
        ((E, '{relief: {is: "1"}}', '{relief: {is: "0"}}'),),
        ("relief: Relief counts where relief (Relief;", "dictionary.csv:8) is 0, which is No"),
    ),
    Fact(
        "the number of a visit",
        (f"{E}: visit.labels, visits", f"{D}: choices, field label"),
        "one number of a week, month or the like; codes or columns do not cross their labels",
        TOLD,
        (
            (D, "Pain after", "Pain in week 6"),
            (E, "pain1: after", "pain1: week 12"),
            (L, "visit: after", "visit: week 12"),
        ),
        ("pain: pain1 is the visit week 12, and the dictionary calls it Pain in week 6",),
    ),
    Fact(
        "patients randomised",
        (f"{L}: groups.*.randomised", f"{DATA}: patients with the arm"),
        "counted",
        TOLD,
        (
            (
                L,
                "claims:\n",
                'groups: {drug: {label: Drug, randomised: "11"}}\nclaims:\n',
            ),
        ),
        ("claims.yaml, groups.drug.randomised: 11 printed", "the data have 10 patients"),
    ),
    Fact(
        "patients planned",
        (f"{T}: design.planned", f"{DATA}: patients with an arm"),
        "no more are there than were planned",
        TOLD,
        ((T, "  kind: parallel\n", "  kind: parallel\n  planned: 12\n"),),
        ("trial.yaml, design.planned: 12", "the data have 20 patients"),
    ),
    Fact(
        "whom a population holds",
        (f"{T}: populations.*.label, flag", f"{DATA}: who is left out"),
        "one that is called all randomised leaves nobody out",
        TOLD,
        ((T, "ITTFL, where: {arm: present}", "ITTFL, where: {age: {above: 45}}"),),
        ("populations.itt, leaves out", "labelled “All randomised”"),
    ),
    Fact(
        "when what chooses a population was known",
        (f"{T}: populations.*", f"{E}: columns of endpoints"),
        "the label of one that an outcome, or how patients were treated, chooses says so wherever "
        "it stands",
        TOLD,
        ((T, "ITTFL, where: {arm: present}", 'ITTFL, where: {relief: {is: "1"}}'),),
        ("populations.itt, leaves out", "patients with an arm"),
    ),
    Fact(
        "which rows are kept",
        (f"{T}: tables.*.where; {E}: where", f"{E}: columns of values"),
        "none by the value of an outcome",
        TOLD,
        ((T, "arm: arm}", "arm: arm, where: {pain1: {at_most: 4}}}"),),
        ("trial.yaml, tables.patients.where", "endpoint pain (Pain; endpoints.yaml)"),
    ),
    Fact(
        "where a field is shown",
        (f"{D}: branching logic", f"{DATA}: values elsewhere"),
        "comparisons within a row are read; values are kept and flagged",
        TOLD,
        ((D, "yesno,Smoker,,,,,,,,", "yesno,Smoker,,,,,,,[sex]='1',"),),
        ("flagged (branching 10", "smoker: 10 of 20 values are there although"),
    ),
    Fact(
        "what a code for missing is, where nothing bounds a number",
        (f"{C}: tables.*.missing", f"{DATA}: values on both sides of it"),
        "it is not amid the values, or written in nines, eights or sevens",
        TOLD,
        (
            (D, "Age,,,integer,0,110", "Age,,,integer,,"),
            (C, 'missing: {relief: ["9"]}', 'missing: {relief: ["9"], age: ["50"]}'),
        ),
        ("column age: cleaning.yaml has 50 as missing, in 1 of 20 cells",),
    ),
    Fact(
        "choices of a column",
        (f"{D}: choices", f"{DATA}: codes"),
        "others are rejected and counted; above 20 % of a column nothing runs",
        STOPS,
        (),
        ("table patients, column smoker", "the field in dictionary.csv, row 7: its choices"),
        lambda rows: [row.update(smoker=5) for row in rows],
    ),
    Fact(
        "limits of a column",
        (f"{D}: minimum, maximum", f"{DATA}: values"),
        "values beyond are rejected and counted; above 20 % of a column nothing runs",
        STOPS,
        (),
        ("table patients, column age", "dictionary.csv, row 4: its minimum and maximum"),
        lambda rows: [row.update(age=200) for row in rows[:8]],
    ),
    Fact(
        "the arm of a patient",
        (f"{T}: design.arms.*.code", f"{DATA}: the column of the arm"),
        "a code that is no arm's is told, with how many have it",
        STOPS,
        ((D, "A, Drug | B, Placebo", "A, Drug | B, Placebo | C, Third"),),
        ("arm", "trial.yaml"),
        lambda rows: [row.update(arm="C") for row in rows[:3]],
    ),
    Fact(
        "the arm of a cluster",
        (f"{DATA}: the column of the arm", f"{DATA}: the column of the clusters"),
        "one arm for all patients of a cluster, where nearly all have it",
        RUN,
        (),
        ("1 of 120 patients have another arm than most of their practice", "rows 52"),
        exports=(clusters(False), clusters(True)),
        primary="score",
    ),
    Fact(
        "with which treatment a sequence begins",
        (f"{DATA}: the sequence", f"{DATA}: the treatment of the first period"),
        "one treatment first for all patients of a sequence, where nearly all have it",
        RUN,
        (),
        ("1 of 30 patients have another treatment first than their sequence",),
        exports=(crossover(False), crossover(True)),
        primary="minutes",
    ),
    Fact(
        "what a row is",
        (f"{T}: tables.*.key", f"{DATA}: rows"),
        "rows that share the key and differ stop the run, unless `on_conflict` decides",
        STOPS,
        (),
        ("on_conflict", "patients"),
        lambda rows: rows.append(rows[0] | {"age": 77}),
    ),
    Fact(
        "who is a subject",
        (f"{T}: subjects.table", f"{DATA}: subjects of other tables"),
        "rows of nobody are rejected and counted; above 20 % nothing runs",
        STOPS,
        (),
        ("table adverse", "not in the table of subjects"),
        lambda rows: rows.remove(rows[3]),
    ),
    Fact(
        "which columns there are",
        (f"{D}: field", f"{DATA}: header"),
        "every column is described or ignored, and every field is there",
        STOPS,
        (
            (D, "days,patients,,text,Days followed", "weeks,patients,,text,Followed"),
            (C, "days: days", "weeks: weeks"),
            (C, "columns: [days]", "columns: [weeks]"),
            (C, "{days: {above", "{weeks: {above"),
            (E, "time: days", "time: weeks"),
        ),
        ("weeks",),
    ),
    Fact(
        "which file it is",
        (f"{T}: source.items.*.sha256", f"{DATA}: the file"),
        "a file with another checksum is not read",
        STOPS,
        ((T, "{path: events.csv,", f'{{path: events.csv, sha256: "{"0" * 64}",'),),
        ("items.events.sha256", "pin"),
    ),
]

PAGE = REPOSITORY / "docs" / "contradictions.md"
HEAD = """\
# Facts that are stated twice

*The table is written from `tests/helpers/contradictions.py` by `python
tests/helpers/contradictions.py`; a test makes each contradiction and reads what `trialtrace check`
says.*

What one file states of another's, or of the data, is compared: nothing says which of the two is
right. `check` and the start of a run name both places, what each says, and what to do. What stops
lets nothing run; what is told stands in the last lines of `check`, and what is of the data at the
end of each run and on the first page of the report. What a run alone tells needs its tables
side by side.

| fact | stated in | and in | what holds them together | a contradiction |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The page of the documentation."""
    lines = [
        f"| {one.fact} | {one.places[0]} | {one.places[1]} | {one.held} | {one.happens} |"
        for one in FACTS
    ]
    return HEAD + "\n".join(lines).replace("*", r"\*") + "\n"


if __name__ == "__main__":
    Path(PAGE).write_text(page(), encoding="utf-8")

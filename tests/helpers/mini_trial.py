"""A small valid trial for tests: every kind of endpoint, one analysis or more of each kind.

`write_project(tmp_path)` makes a project with one trial "mini"; `edit` replaces text in a file of
it, so that a test shows one mistake and nothing else.
"""

from pathlib import Path

from trialtrace.base.config.spec import structure
from trialtrace.base.paths import Project
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]

CONFIG = """\
trials: [mini]
seed: 1
disclosure: by_source
report:
  formats: [html]
"""

TRIAL = """\
version: 3
title: A small trial
question: Does the drug relieve pain?
design:
  kind: parallel
  arms:
    drug: {label: Drug, code: "A"}
    placebo: {label: Placebo, code: "B", control: true}
  randomisation: {scheme: stratified, strata: [site]}
source:
  kind: files
  folder: data
  items:
    export: {path: export.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}
    events: {path: events.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}
tables:
  patients: {of: export, key: [id], subject: id, arm: arm}
  adverse: {of: events, key: [source_row], subject: id}
subjects:
  table: patients
  age: {column: age, unit: years}
  sex: {column: sex, codes: {F: "1", M: "2"}}
  site: site
  variables:
    smoker: smoker
populations:
  itt: {label: All randomised, flag: ITTFL, where: {arm: present}}
  adults: {label: Adults, flag: ADULTFL, where: {age: {at_least: 18}, smoker: {in: ["0", "1"]}}}
"""

HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,'
    "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,"
    "Identifier?,Branching Logic (Show field only if...),Required Field?,Custom Alignment,"
    "Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation\n"
)

DICTIONARY = (
    HEADER
    + """\
id,patients,,text,Number,,,integer,1,999,,,y,,,,,
arm,patients,,radio,Arm,"A, Drug | B, Placebo",,,,,,,y,,,,,
age,patients,,text,Age,,,integer,0,110,,,y,,,,,
sex,patients,,radio,Sex,"1, Female | 2, Male",,,,,,,y,,,,,
site,patients,,dropdown,Site,"01, North | 02, South",,,,,,,y,,,,,
smoker,patients,,yesno,Smoker,,,,,,,,,,,,,
relief,patients,,radio,Relief,"0, No | 1, Yes",,,,,,,,,,,,
pain0,patients,,text,Pain before,,,integer,0,10,,,,,,,,
pain1,patients,,text,Pain after,,,integer,0,10,,,,,,,,
days,patients,,text,Days followed,,,integer,0,9999,,,,,,,,
died,patients,,radio,Died,"0, No | 1, Yes",,,,,,,,,,,,
seen,patients,,text,First visit,,,date_ymd,2020-01-01,2021-12-31,,,,,,,,
id,adverse,,text,Number,,,integer,1,999,,,y,,,,,
what,adverse,,notes,What happened,,,,,,,,,,,,,
"""
)

CLEANING = """\
tables:
  patients:
    ignore: {comment: free text that nobody analyses}
    missing: {relief: ["9"]}
    units: {age: years, days: days}
  adverse:
    covers: some
checks:
  followed:
    label: Whoever died was followed
    table: patients
    severity: flag
    columns: [days]
    where: {died: {is: "1"}}
    expect: {days: {above: 0}}
"""

ENDPOINTS = """\
relief:
  label: Relief
  code: RELIEF
  kind: event
  table: patients
  event: {relief: {is: "1"}}
pain:
  label: Pain
  code: PAIN
  kind: repeated
  table: patients
  scale: {type: ordinal, from: 0, to: 10, higher: worse}
  visits: {pain0: before, pain1: after}
  baseline: before
pain_any:
  label: Any pain
  code: PAINANY
  kind: event
  of: pain
  event: {above: 0}
first_pain:
  label: Pain before
  code: PAIN0
  kind: measure
  table: patients
  column: pain0
nausea:
  label: Nausea
  code: NAUSEA
  kind: occurrence
  table: adverse
  where: {what: {is: "nausea"}}
  term: Nausea
nausea_any:
  label: Any nausea
  code: NAUSANY
  kind: any_occurrence
  of: nausea
death:
  label: Death
  code: DEATH
  kind: time_to_event
  table: patients
  time: days
  origin: randomisation
  event: {died: {is: "1"}}
  event_label: Death
  censored_label: Alive
"""

PLAN = """\
decision_level: 0.05
confidence: 0.95
estimands:
  relief_itt:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: relief
    intercurrent: [{event: rescue drug, strategy: treatment policy}]
    summary: difference in risk
  pain_itt:
    treatment: {of: [drug], to: placebo}
    population: itt
    variable: pain
    intercurrent: []
    summary: difference in means
  death_itt:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: death
    intercurrent: []
    summary: hazard ratio
analyses:
  relief_primary:
    label: Relief
    role: primary
    estimand: relief_itt
    overall: true
    describe: [{proportion: wilson}]
    estimates: [{risk_difference: newcombe}, {risk_ratio: katz_log}]
    tests: [{fisher: {sides: two_sided}}]
  relief_by_smoker:
    label: Relief by smoking
    role: subgroup
    of: relief_primary
    by: smoker
    estimates: [{odds_ratio: {method: mantel_haenszel, strata: [site]}}]
    interaction: {breslow_day: {correction: tarone}}
  pain_each:
    label: Pain
    role: secondary
    estimand: pain_itt
    visits: all
    describe: [{summary: [mean, sd]}]
    estimates: [{mean_difference: welch}]
    tests: [{welch_t: {sides: two_sided}}]
  death_time:
    label: Death
    role: secondary
    estimand: death_itt
    describe: [{survival: {method: kaplan_meier, interval: log_log, times: [30]}}]
    estimates: [{hazard_ratio: {method: cox, ties: efron}}]
    tests: [{log_rank: {groups: all, sides: two_sided}}]
multiplicity:
  both:
    label: Relief and pain
    adjust: holm
    tests: [{analysis: relief_primary, test: fisher}, {analysis: pain_each, test: welch_t}]
displays:
  baseline: {population: itt, overall: true, variables: [age, sex, site, smoker]}
  flow: {analysed: [relief_primary]}
  forest:
    - {title: Relief, of: [relief_primary], estimate: risk_ratio.katz_log}
  kaplan_meier:
    - {title: Alive, endpoint: death, population: itt, unit: days, at: [0, 30]}
  profile:
    - {title: Pain, endpoint: pain, population: itt}
"""

# Every further figure that this trial has data for.
MORE_DISPLAYS = """\
  bars:
    - {title: Relief, of: [relief_primary], estimate: proportion.wilson}
  stacked:
    - {title: Pain, endpoint: pain, population: itt, missing: shown}
    - title: Pain before
      endpoint: first_pain
      population: itt
      missing: left_out
      bands: [{label: Less, from: 0, to: 5}, {label: More, from: 6, to: 10}]
  cumulative_incidence:
    - {title: Death, endpoint: death, population: itt, unit: days, at: [0, 30]}
  spaghetti:
    - {title: Pain, endpoint: [pain], population: itt}
  waterfall:
    - title: Best pain
      endpoint: pain
      population: itt
      baseline: before
      better: lower
      change: difference
  missingness:
    - {title: Pain at visits, endpoint: pain, population: itt}
  tipping:
    - {title: Relief, analysis: relief_primary, of: drug, to: placebo, test: fisher}
  adverse_events:
    - {title: Nausea, endpoint: nausea, population: itt}
  adverse_dots:
    - {title: Events, endpoint: nausea, population: itt, against: placebo}
  dose_intensity:
    - {title: Pain before, endpoint: [first_pain, relief], population: itt, threshold: 5}
"""

CLAIMS = """\
papers:
  main: "A Author. A journal 2020;1:1-2"
claims:
  relief_drug: {from: main, place: abstract, label: Relief, printed: "5 of 10",
    is: {analysis: relief_primary, group: drug}}
  relief_p: {from: main, place: abstract, label: Relief, printed: "P=0.03",
    is: {analysis: relief_primary, stat: p_value.fisher}, with: [relief_drug]}
  less_pain: {from: main, place: abstract, label: Pain, printed: less,
    direction: {lower: drug, than: placebo},
    is: {analysis: pain_each, stat: mean.t_interval, visit: after}}
  smokers:
    from: main
    place: table 1
    label: Smokers
    printed: "40%"
    is:
      analysis: baseline
      stat: proportion.descriptive
      group: all
      parameter: smoker
      level: "Yes"
  in_trial: {from: main, place: abstract, label: Randomised, printed: "20",
    is: {analysis: flow, stat: randomised, group: all}}
  cost: {from: main, place: abstract, label: Cost, printed: "12 euro",
    cannot: The data have no cost.}
"""

FILES = {
    "trial.yaml": TRIAL,
    "dictionary.csv": DICTIONARY,
    "cleaning.yaml": CLEANING,
    "endpoints.yaml": ENDPOINTS,
    "plan.yaml": PLAN,
    "claims.yaml": CLAIMS,
}


def settings_of(trial: str, disclosure: str, key: str | None = None) -> Settings:
    """config.yaml of one trial."""
    data = {"trials": [trial], "seed": 1, "disclosure": disclosure}
    return structure(Settings, data | {"report": {"formats": ["html"]}, "hash_key": key})


# In the place of "analyses:" of the plan: an estimand of adverse events.
NAUSEA_ESTIMAND = """\
  nausea_itt:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: nausea_any
    intercurrent: []
    summary: risk
analyses:
"""


def write_project(root: Path, **files: str) -> Project:
    """A project with the trial "mini"; `files` replaces whole files: plan="…", dictionary="…"."""
    at = Project(root)
    folder = at.config / "trials" / "mini"
    folder.mkdir(parents=True, exist_ok=True)
    (at.config / "config.yaml").write_text(CONFIG, encoding="utf-8")
    for name, text in FILES.items():
        given = files.get(name.partition(".")[0], text)
        (folder / name).write_text(given, encoding="utf-8")
    return at


def edit(at: Project, file: str, old: str, new: str) -> int:
    """Replace the one place where `old` stands in a file of the trial; gives its line."""
    path = at.config / file if file == "config.yaml" else at.trial_config("mini") / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def told(at: Project, name: str = "mini") -> str:
    """What a check of the trial says."""
    return "\n\n".join(str(problem) for problem in check_trial(at, name))

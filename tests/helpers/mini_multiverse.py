"""The mini trial with a multiverse of relief, and with one of pain."""

from pathlib import Path

import mini_run

from trialtrace.base.paths import Project
from trialtrace.run.multiverse.derive_rules import derive_rules
from trialtrace.run.multiverse.run import run_multiverse, work_of
from trialtrace.run.tables.contracts import MEMBERS, RESULTS, read_table
from trialtrace.run.tables.contracts.multiverse import BANDS, CURVES, SPECIFICATIONS, SPREADS
from trialtrace.run.trial.load import load_trial

RELIEF = """\
of: relief_primary
estimate: {risk_difference: newcombe}
limit: 50
draws: 999
seed: 7
factors:
  method:
    label: Method
    why: Both are in use.
    levels:
      plain: {published: true}
      stratified:
        estimate: {risk_difference: {method: mantel_haenszel, strata: [site], variance: sato}}
        strata: [smoker]
        known: before_randomisation
      ratio: {estimate: {risk_ratio: katz_log}}
  who:
    label: Patients
    why: Some guidelines are for smokers.
    levels:
      everybody: {published: true}
      old: {where: {AGE: {at_least: 45}}, known: before_randomisation}
      late: {where: {SMOKER: {is: "Yes"}}, known: after_randomisation}
"""
PAIN = """\
of: pain_each
estimate: {mean_difference: welch}
limit: 50
draws: 499
seed: 7
factors:
  visit:
    label: Visit
    why: Both were planned.
    levels:
      both: {}
      after: {visits: [after]}
  model:
    label: Model
    why: Adjustment makes it more precise.
    levels:
      plain: {}
      adjusted:
        estimate:
          mean_difference: {method: ancova, covariates: [age], strata: [], variance: model}
        known: before_randomisation
      ranks: {estimate: {median_difference: {method: hodges_lehmann, correction: none}}}
"""
RULES = """\
of: relief_primary
estimate: {risk_difference: newcombe}
limit: 50
draws: 199
seed: 7
factors:
  threshold:
    label: Threshold
    why: Pain that is felt, or pain that is treated.
    levels:
      felt: {variable: pain_any, visits: [after], published: true}
      treated:
        variable: pain_any
        visits: [after]
        endpoints: {pain_any: {event: {at_least: 3}}}
        asks: another
  outlier:
    label: Largest pain
    why: Some take the largest value for a mistake.
    levels:
      kept: {published: true}
      left_out: {endpoints: {pain: {where: {pain1: {at_most: 3}}}}, asks: the_same}
"""
AT_TIMES = """\
of: death_time
estimate: {survival_difference: {method: kaplan_meier, time: 100, interval: plain}}
limit: 50
draws: 199
seed: 7
factors:
  measure:
    label: Measure
    why: All are in use.
    levels:
      survival: {}
      later: {estimate: {survival_difference: {method: kaplan_meier, time: 150, interval: plain}}}
      mean: {estimate: {mean_time_difference: {method: restricted, horizon: 150}}}
      lost: {estimate: {mean_time_ratio: {method: restricted, horizon: 150, of: time_lost}}}
      incidence:
        estimate:
          incidence_difference: {method: aalen_johansen, variance: aalen, time: 100}
  who:
    label: Patients
    why: Some guidelines are for the old.
    levels:
      everybody: {}
      old: {where: {AGE: {at_least: 42}}, known: before_randomisation}
"""
CONTRACTS = {
    "results": RESULTS,
    "members": MEMBERS,
    "specifications": SPECIFICATIONS,
    "curves": CURVES,
    "bands": BANDS,
    "spreads": SPREADS,
}


def write_multiverse(at: Project, text: str) -> Path:
    """The file of the mini trial."""
    path = at.trial_config("mini") / "multiverse.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def derived(root: Path) -> Project:
    """The mini trial up to its derived data."""
    return mini_run.run_mini(root).at


def run(at: Project, text: str, folder: Path, code: str = "code") -> dict[str, list[dict]]:
    """Its multiverse, run into a folder: rows by table."""
    write_multiverse(at, text)
    derive_rules(load_trial("mini", at), at.results / "mini" / "clean", folder, code)
    work = work_of(load_trial("mini", at), at.results / "mini" / "derived", folder, code)
    run_multiverse(work, folder)
    return rows_of(folder)


def rows_of(folder: Path) -> dict[str, list[dict]]:
    """Rows by table."""
    return {
        name: read_table(folder / f"{name}.parquet", contract).to_pylist()
        for name, contract in CONTRACTS.items()
    }


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The tables as they are written."""
    return {name: (folder / f"{name}.parquet").read_bytes() for name in CONTRACTS}

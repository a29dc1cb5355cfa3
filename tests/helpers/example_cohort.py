"""A small cohort that has most kinds of quantities."""

from pathlib import Path

from mini_trial import REPOSITORY

from trialtrace.base.config.files import read_document
from trialtrace.base.config.spec import structure
from trialtrace.base.paths import Project
from trialtrace.run.trial.cohort.file import CohortFile

# The lines are as long as they are in a file.
# ruff: noqa: E501
COHORT = """\
levels:
  patients: {arms: {smt: 55, wbv: 53, tau: 50}}
  visits: {of: patients, as: visit, labels: {baseline: -7, week_12: 84, post: 180}, keep: {any: [{last_day: missing}, {visit_day: {at_most: {column: last_day}}}]}}
  sites: {of: visits, as: site, labels: [ankle, knuckle]}
  cycles: {of: patients, as: cycle, count: planned_cycles}
  sessions: {of: patients, as: session, count: planned_sessions}
  events: {of: patients, as: event, count: n_events}
quantities:
  centre: {level: patients, choice: {of: {"1": 0.4, "2": 0.3, "3": 0.2, "4": 0.1}}}
  drug: {level: patients, choice: {of: {oxaliplatin: 0.5, vinca: 0.5}, quota: [arm]}}
  randomised: {level: patients, date: {between: ["2014-05-07", "2020-11-30"], ordered: true}, tag: printed}
  severity: {level: patients, normal: {mean: 0, sd: 1}}
  age: {level: patients, normal: {mean: 49, sd: 13}, limits: {from: 18, to: 82}, step: 1, exact: {mean: "49", min: "18", max: "82"}, tag: printed}
  sex: {level: patients, share: {set: simplest, printed: "59%", count: 93, of: 158}, tag: arithmetic}
  pp:
    level: patients
    share: {by: arm, is: {smt: {count: 46}, wbv: {count: 41}, tau: {count: 44}}}
    tag: arithmetic
  cipn:
    level: patients
    share:
      set: simplest
      by: arm
      is:
        smt: {printed: "30.0%", count: 12, of: 40}
        wbv: {printed: "41.2%", count: 14, of: 34}
        tau: {printed: "70.6%", count: 24, of: 34}
    among:
      - of: pp
        set: simplest
        margin:
          by: arm
          is:
            smt: {printed: "28.6%", count: 10, of: 35}
            wbv: {printed: "37.5%", count: 9, of: 24}
            tau: {printed: "73.3%", count: 22, of: 30}
        check: {endpoint: cipn, population: pp}
    loads: {severity: 0.8}
    known: {loads: {severity: -0.2}}
    check: {endpoint: cipn, population: itt}
    tag: arithmetic
  findings:
    level: patients
    pattern:
      of: cipn
      "yes": {at_least: 2}
      "no": {at_most: 1}
      unknown: {at_least: 2, at_most: 1, missing: [nerve, reflex]}
      parts:
        vibration: {share: {by: arm, is: {smt: {printed: "33%", count: 18, of: 55}, wbv: {probability: 0.41}, tau: {printed: "50%", count: 25, of: 50}}}, tag: arithmetic}
        touch: {share: {by: arm, is: {smt: {printed: "0%", count: 0}, wbv: {probability: 0.05}, tau: {printed: "8%", count: 4}}}, tag: arithmetic}
        strength: {share: {by: arm, is: {smt: {printed: "1.8%", count: 1}, wbv: {probability: 0.06}, tau: {printed: "12%", count: 6}}}, tag: arithmetic}
        reflex: {propensity: 0.5}
        nerve: {propensity: 0.6}
        position: {propensity: 0.2}
  onset: {level: patients, choice: {of: {by: cipn, is: {"yes": {week_12: 0.4, post: 0.6}}}}}
  upper_norm: {level: patients, bands: {of: age, up_to: [40, 60, 85], values: [4.5, 4.0, 3.5, 3.0]}}
  vibration_now:
    level: visits
    rule:
      cases:
        - {when: {visit: {is: baseline}}, is: "no"}
        - {when: {vibration: {is: "yes"}, visit: {is: post}}, is: "yes"}
        - {when: {vibration: {is: "yes"}, visit: {is: week_12}, onset: {is: week_12}}, is: "yes"}
      otherwise: "no"
  abnormal_sites: {level: visits, rule: {cases: [{when: {vibration_now: {is: "yes"}}, is: 1}], otherwise: 0}}
  abnormal: {level: sites, pick: {count: abnormal_sites}}
  fork:
    level: sites
    normal: {mean: 5.5, sd: 1}
    limits:
      from: {by: abnormal, is: {"yes": 0, "no": upper_norm}}
      to: 8
      below: {by: abnormal, is: {"yes": upper_norm, "no": 9}}
    correlation: {exchangeable: 0.4}
    step: 0.5
  sway: {level: visits, lognormal: {mean: {by: visit, is: {baseline: 400, week_12: 420, post: 450}}, sd: 120}, correlation: {unstructured: [[1, 0.6, 0.5], [0.6, 1, 0.6], [0.5, 0.6, 1]]}, step: 0.1}
  burning: {level: visits, normal: {mean: 2, sd: 2}, limits: {from: 0, to: 10}, correlation: {ar1: 0.6}, step: 0.1}
  ntx1: {level: visits, ordinal: {from: 0, probabilities: [0.4, 0.3, 0.2, 0.05, 0.05], shift: {by: visit, is: {baseline: 0, week_12: 0.3, post: 0.6}}}, loads: {severity: 0.6}}
  planned_cycles: {level: patients, ordinal: {from: 6, probabilities: [0.3, 0.2, 0.5]}}
  planned_dose: {level: cycles, linear: {constant: 130, terms: {cycle: 0}}}
  reduced: {level: patients, share: {by: arm, is: {smt: {printed: "32%", count: 16, of: 50}, wbv: {printed: "54%", count: 27, of: 50}, tau: {printed: "56%", count: 28, of: 50}}}, loads: {severity: 0.5}, tag: arithmetic}
  reduced_from: {level: patients, normal: {mean: 4, sd: 1.5}, limits: {from: 2, to: planned_cycles}, step: 1, where: {reduced: {is: "yes"}}}
  factor: {level: cycles, rule: {cases: [{when: {cycle: {at_least: {column: reduced_from}}}, is: 0.75}], otherwise: 1}}
  given_dose: {level: cycles, product: {of: [planned_dose, factor]}, step: 0.5}
  delay: {level: cycles, choice: {of: {"0": 0.8, "7": 0.2}}}
  delay_days: {level: cycles, rule: {cases: [{when: {delay: {is: "7"}}, is: 7}], otherwise: 0}}
  delays: {level: cycles, running: {of: delay_days}}
  cycle_day: {level: cycles, linear: {constant: -14, terms: {cycle: 14, delays: 1}}, step: 1}
  cycle_date: {level: cycles, date: {from: randomised, days: cycle_day}}
  last_cycle: {level: patients, gather: {level: cycles, of: cycle_date, statistic: max}}
  treatment_days: {level: patients, days: {from: randomised, to: last_cycle}}
  planned_sessions: {level: patients, rule: {cases: [{when: {arm: {is: tau}}, is: 0}], otherwise: 40}, tag: printed, printed: "twice a week"}
  attended: {level: patients, normal: {mean: 32, sd: 6}, limits: {to: planned_sessions, from: {by: pp, is: {"yes": 31, "no": 0}}, below: {by: pp, is: {"no": 31, "yes": 99}}}, step: 1, where: {arm: {in: [smt, wbv]}}}
  present: {level: sessions, pick: {count: attended}}
  death: {level: patients, share: {by: arm, is: {smt: {printed: "1.9%", count: 1, of: 53}, wbv: {probability: 0.08}, tau: {printed: "17%", count: 7, of: 41}}}, tag: arithmetic}
  death_day: {level: patients, weibull: {shape: 1, scale: 900}, limits: {from: 30, to: 1826}, step: 1, where: {death: {is: "yes"}}}
  dropped: {level: patients, share: {probability: 0.1}}
  drop_day: {level: patients, uniform: {from: 20, to: 200}, step: 1, where: {dropped: {is: "yes"}}}
  last_day: {level: patients, rule: {cases: [{when: {drop_day: {below: {column: death_day}}}, is: {column: drop_day}}, {when: {death_day: present}, is: {column: death_day}}, {when: {drop_day: present}, is: {column: drop_day}}]}}
  n_events: {level: patients, spread: {total: 7, printed: "7"}, tag: printed}
  serious: {level: events, share: {printed: "1", count: 1, of: 7}, tag: printed}
  number: {level: patients, text: {of: id, prefix: "P-", width: 3}}
"""


def cohort_of(tmp_path: Path, text: str = COHORT) -> CohortFile:
    """A cohort from the text of its file, by way of the schema."""
    path = tmp_path / "cohort.yaml"
    path.write_text(text, encoding="utf-8")
    document = read_document(Project(REPOSITORY), path, "cohort")
    assert not document.problems, "\n".join(map(str, document.problems))
    return structure(CohortFile, document.data)

"""Cohorts of two more designs: two arms with printed tables, and sides of the same patient."""

# The lines are as long as they are in a file.
# ruff: noqa: E501
TWO_ARMS = """\
levels:
  patients: {arms: {int: 27, con: 29}}
  visits: {of: patients, as: visit, labels: {start: 0, end: 14, month_3: 104}, keep: {any: [{death_day: missing}, {visit_day: {below: {column: death_day}}}]}}
  sessions: {of: patients, as: session, count: planned, keep: {any: [{death_day: missing}, {session_day: {below: {column: death_day}}}]}}
  lesions: {of: patients, as: lesion, count: n_lesions}
quantities:
  started: {level: patients, date: {between: ["2016-09-01", "2018-12-31"], ordered: true}}
  frailty: {level: patients, normal: {mean: 0, sd: 1}}
  age: {level: patients, normal: {mean: 61.6, sd: 8.6}, limits: {from: 30, to: 90}, step: 1, exact: {by: arm, is: {int: {mean: "62.1", sd: "8.8"}, con: {mean: "61.1", sd: "8.5"}}}, tag: printed}
  weight: {level: patients, normal: {mean: 73, sd: 13}, limits: {from: 40, to: 130}, step: 0.1, exact: {by: arm, is: {int: {mean: "71.5", sd: "11.3"}, con: {mean: "75.1", sd: "15.4"}}}, tag: printed}
  male: {level: patients, share: {by: arm, is: {int: {printed: "13 (48.1%)", count: 13}, con: {printed: "12 (41.4%)", count: 12}}}, tag: printed}
  tumour: {level: patients, choice: {counts: {by: arm, is: {int: {lung: 8, breast: 7, prostate: 4, other: 8}, con: {lung: 14, breast: 6, prostate: 2, other: 7}}}}, tag: printed}
  death: {level: patients, share: {probability: 0.5}, loads: {frailty: 0.5}}
  death_day: {level: patients, weibull: {shape: 1.2, scale: 150}, limits: {from: 1, to: 365}, step: 1, where: {death: {is: "yes"}}}
  planned: {level: patients, ordinal: {from: 20, probabilities: [0.5, 0.5]}}
  session_day: {level: sessions, linear: {terms: {session: 2}}, step: 1}
  left: {level: patients, gather: {level: sessions, statistic: count}}
  enough: {level: patients, share: {by: arm, is: {int: {printed: "18/27 (67%)", count: 18, of: 27}, con: {printed: "16/29 (55%)", count: 16, of: 29}}}, loads: {frailty: -0.3}, tag: printed}
  attendance: {level: patients, uniform: {from: {by: enough, is: {"yes": 0.8, "no": 0.2}}, to: {by: enough, is: {"yes": 1, "no": 0.79}}}}
  attended: {level: patients, product: {of: [left, attendance]}, step: 1}
  done: {level: sessions, pick: {count: attended}}
  fracture: {level: patients, share: {by: arm, is: {int: {printed: "n = 1", count: 1, of: 14}, con: {printed: "n = 3", count: 3, of: 18}}}, tag: arithmetic}
  n_lesions: {level: patients, spread: {total: 90}, loads: {frailty: 0.4}}
  density: {level: lesions, normal: {mean: 150, sd: 60}, step: 1, correlation: {exchangeable: 0.3}}
  vas: {level: visits, normal: {mean: {by: visit, is: {start: 6, end: 4.5, month_3: 4}}, sd: 2}, limits: {from: 0, to: 10}, step: 0.1, correlation: {ar1: 0.6}}
  answered: {level: visits, share: {probability: 0.93}}
  drug: {level: visits, choice: {of: {none: 0.3, morphine: 0.4, fentanyl: 0.3}}, where: {answered: {is: "yes"}}}
  dose: {level: visits, lognormal: {mean: 60, sd: 40}, limits: {from: 10, to: 400}, step: 10, where: {drug: {is: morphine}}}
"""

SIDES = """\
levels:
  patients: {size: 22}
  sides: {of: patients, as: side, labels: [right, left]}
  visits: {of: sides, as: visit, labels: {before: 0, after: 15, week_4: 29, week_8: 57}}
  fibres: {of: sides, as: fibre, count: 250}
quantities:
  muscle: {level: patients, normal: {mean: 0, sd: 1}}
  treated: {level: patients, choice: {counts: {right: 11, left: 11}}, tag: printed}
  treatment: {level: sides, rule: {cases: [{when: {side: {is: {column: treated}}}, is: real}], otherwise: sham}, tag: printed}
  of_side: {level: sides, normal: {mean: 0, sd: 1}, loads: {muscle: 0.8}}
  mrc: {level: visits, ordinal: {from: 0, probabilities: [0.02, 0.08, 0.15, 0.25, 0.3, 0.2], shift: {by: visit, is: {before: 0, after: -0.05, week_4: -0.1, week_8: -0.2}}}, loads: {of_side: 0.85}}
  grip: {level: visits, normal: {mean: 15, sd: 6}, limits: {from: 0, to: 60}, step: 0.5, correlation: {unstructured: [[1, 0.8, 0.7, 0.6], [0.8, 1, 0.8, 0.7], [0.7, 0.8, 1, 0.8], [0.6, 0.7, 0.8, 1]]}, loads: {of_side: 0.6}}
  area: {level: fibres, lognormal: {mean: 3000, sd: 1500}, step: 1, correlation: {exchangeable: 0.2}}
  mean_area: {level: sides, gather: {level: fibres, of: area, statistic: mean}}
"""

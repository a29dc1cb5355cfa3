"""Scores, limits and patterns by small cohorts of their own."""

import numpy as np
import pytest
from example_cohort import cohort_of

from trialtrace.run.synthetic.draw import draw_cohort

HEAD = "levels:\n  patients: {size: 4000}\n  rows: {of: patients, as: row, labels: [u, v, w]}\n"


def drawn(tmp_path, quantities: str, head: str = HEAD, **more):
    cohort = cohort_of(tmp_path, f"{head}quantities:\n{quantities}")
    return draw_cohort(cohort, "mini", **({"mode": "display", "seed": 3} | more)).levels


def test_loadings_are_correlations_and_the_score_has_variance_1(tmp_path):
    levels = drawn(
        tmp_path,
        "  f: {level: patients, normal: {mean: 0, sd: 1}}\n"
        "  g: {level: patients, normal: {mean: 0, sd: 1}}\n"
        "  x: {level: patients, normal: {mean: 10, sd: 2}, loads: {f: 0.8, g: -0.5}}\n"
        "  z: {level: rows, normal: {mean: 0, sd: 3}, loads: {f: 0.6}, correlation: {ar1: 0.5}}\n",
    )
    patients = levels["patients"]
    x, f, g = (patients.view(name).to_numpy() for name in ("x", "f", "g"))
    error = 5 / np.sqrt(4000)
    assert abs(x.std() - 2) < 2 * error
    assert abs(np.corrcoef(x, f)[0, 1] - 0.8) < error
    assert abs(np.corrcoef(x, g)[0, 1] + 0.5) < error
    z = levels["rows"].view("z").to_numpy().reshape(4000, 3)
    assert np.abs(z.std(axis=0) - 3).max() < 3 * error
    # 0.36 by the factor, and 0.64 of 0.5 and 0.25 by the rest.
    stated = 0.36 + 0.64 * np.array([[1, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 1]])
    assert np.abs(np.corrcoef(z.T) - stated).max() < error


@pytest.mark.parametrize(
    ("limits", "step", "least", "most"),
    [
        ("{from: 3, to: 6}", "1", 3, 6),
        ("{above: 3, below: 6}", "1", 4, 5),
        ("{above: 2.9, below: 6.1}", "1", 3, 6),
        ("{from: 2.1, to: 3.4}", "0.5", 2.5, 3.0),
        ("{above: 2.5, to: 3.5}", "0.5", 3.0, 3.5),
        ("{from: 0.1, below: 0.3}", "0.1", 0.1, 0.2),
    ],
)
def test_limits_in_steps(tmp_path, limits, step, least, most):
    levels = drawn(
        tmp_path,
        f"  x: {{level: patients, normal: {{mean: 4, sd: 3}}, limits: {limits}, step: {step}}}\n",
    )
    values = levels["patients"].view("x").to_numpy()
    assert (values.min(), values.max()) == (least, most)


def test_limits_without_steps_leave_out_their_ends(tmp_path):
    levels = drawn(
        tmp_path, "  x: {level: patients, uniform: {from: 0, to: 1}, limits: {above: 0.5}}\n"
    )
    values = levels["patients"].view("x").to_numpy()
    assert values.min() > 0.5
    assert values.max() <= 1


def test_missing_parts_of_rows_without_the_composite(tmp_path):
    """6 of 10 are no; a denominator of 7 leaves 3 out, who may have no other part then."""
    head = "levels:\n  patients: {size: 10}\n"
    for seed in range(8):
        levels = drawn(
            tmp_path,
            "  whole: {level: patients, share: {count: 4}}\n"
            "  parts:\n    level: patients\n    pattern:\n      of: whole\n"
            '      "yes": {at_least: 2}\n      "no": {at_most: 1}\n      parts:\n'
            "        p: {share: {count: 3, of: 5}}\n        q: {share: {count: 5, of: 9}}\n"
            "        r: {propensity: 0.9}\n",
            head,
            seed=seed,
        )
        patients = levels["patients"]
        table = [np.array(patients.view(name).to_pylist(), object) for name in "pqr"]
        yes = sum((part == "yes").astype(int) for part in table)
        missing = sum(np.equal(part, None).astype(int) for part in table)
        whole = np.array(patients.view("whole").to_pylist(), object)
        assert (yes[whole == "yes"] >= 2).all()
        assert ((yes + missing)[whole == "no"] <= 1).all()
        assert ((table[0] == "yes").sum(), np.equal(table[0], None).sum()) == (3, 5)
        assert ((table[1] == "yes").sum(), np.equal(table[1], None).sum()) == (5, 1)


def test_choices_and_ordinals_have_their_probabilities(tmp_path):
    levels = drawn(
        tmp_path,
        "  c: {level: patients, choice: {of: {a: 0.2, b: 0.3, c: 0.5}}}\n"
        "  o: {level: rows, ordinal: {from: 1, probabilities: [0.1, 0.2, 0.7]}}\n"
        "  q: {level: patients, choice: {of: {s: 0.25, t: 0.75}, quota: [c]}}\n",
    )
    patients = levels["patients"]
    c, q = (np.array(patients.view(name).to_pylist()) for name in "cq")
    for value, p in (("a", 0.2), ("b", 0.3), ("c", 0.5)):
        assert abs((c == value).mean() - p) < 5 * np.sqrt(p * (1 - p) / 4000)
        assert abs((q[c == value] == "s").sum() - 0.25 * (c == value).sum()) < 1
    o = levels["rows"].view("o").to_numpy()
    for value, p in ((1, 0.1), (2, 0.2), (3, 0.7)):
        assert abs((o == value).mean() - p) < 5 * np.sqrt(p * (1 - p) / 12000)


def test_a_denominator_leaves_the_others_without_a_value(tmp_path):
    levels = drawn(
        tmp_path,
        "  f: {level: patients, normal: {mean: 0, sd: 1}}\n"
        "  x: {level: patients, share: {count: 500, of: 1000}, known: {loads: {f: 0.9}}}\n",
    )
    patients = levels["patients"]
    known = patients.view("x").is_valid().to_numpy(zero_copy_only=False)
    factor = patients.view("f").to_numpy()
    assert known.sum() == 1000
    assert factor[known].mean() > factor[~known].mean() + 1


def test_a_share_without_a_margin(tmp_path):
    levels = drawn(tmp_path, "  x: {level: patients, share: {probability: 0.3}}\n")
    share = levels["patients"].view("x").to_pylist().count("yes") / 4000
    assert abs(share - 0.3) < 5 * np.sqrt(0.21 / 4000)
    head = "levels:\n  patients: {size: 5}\n  rows: {of: patients, as: row, count: 2}\n"
    drawn(tmp_path, "  x: {level: rows, share: {probability: 1}}\n", head)

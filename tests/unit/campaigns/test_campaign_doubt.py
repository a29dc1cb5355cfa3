"""The fit of the chance that a claim is read right, and the labels it rests on."""

import csv
import re
from collections import Counter

import numpy as np
from scipy.optimize import minimize

import doubt as campaign


def test_the_fit_is_the_least_of_the_penalised_likelihood():
    rng = np.random.Generator(np.random.PCG64(7))
    x = np.column_stack([np.ones(400), rng.normal(size=(400, 2))])
    names = ["table", "a", "b"]
    right = (rng.random(400) < 1 / (1 + np.exp(-x @ np.array([0.5, 1.0, -2.0])))).astype(float)

    def loss(weights):
        sums = x @ weights
        ridge = 0.1 * weights[0] ** 2 + campaign.RIDGE * (weights[1] ** 2 + weights[2] ** 2)
        return np.logaddexp(0, sums).sum() - right @ sums + ridge / 2

    other = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-8}).x
    assert np.allclose(campaign.fitted(x, right, names), other, atol=1e-5)


def test_a_claim_is_not_judged_by_weights_of_its_own_paper():
    known = [{"table": 1.0, f"only {paper}": 1.0} for paper in "aabb"]
    papers = np.array([True] * 4)
    of = campaign.Judged(known, np.array([1.0, 1.0, 0.0, 0.0]), list("aabb"), papers)
    chance = campaign.left_out(of, ["table", "only a", "only b"])
    assert (chance[:2] < 0.5).all() and (chance[2:] > 0.5).all()


def test_claims_judged_blind_keep_what_was_known_of_them_and_none_in_doubt_counts():
    weights = campaign.read_weights(campaign.WEIGHTS)
    for kind, count, right in (("sentence", 326, 160), ("table", 136, 100)):
        of = campaign.as_read(kind)
        assert len(of.papers) == len(of.right) == count and of.right.sum() == right
        assert all(one[kind] == 1 and {*one} <= {*weights} for one in of.known)
        assert any(0 < value < 1 for one in of.known for value in one.values())
        both = campaign.joined(of, of.only(f"{kind}, p alone"))
        assert both.papers[:count] == of.papers and len(both.known) == len(both.right) >= count


def test_bands_count_each_claim_once():
    chance, right = np.array([0.0, 0.29, 0.3, 0.95, 1.0]), np.array([0.0, 1.0, 1.0, 1.0, 1.0])
    rows = list(campaign.bands((chance, right)))
    assert [row[2].partition(" (")[0] for row in rows] == [
        *("1 of 2", "1 of 1", "none", "none", "none", "none", "2 of 2")
    ]


def test_the_labels_have_no_words_of_papers_and_none_of_one_set_in_the_other():
    with campaign.LABELS.open(newline="") as file:
        labels = [campaign.Label(**row) for row in csv.DictReader(file)]
    sets = Counter(one.set for one in labels)
    assert sets["fit"] >= 250 and sets["check"] >= 100 and len(sets) == 2
    assert all(re.fullmatch(r"[0-9a-f]{8}", one.mark) for one in labels)
    assert {one.found for one in labels} == {"right", "value", "group", "no group", "outcome"}
    ends = {"fit": "024", "check": "02468"}
    assert all(one.paper[-1] in ends[one.set] for one in labels)
    papers = [{one.paper for one in labels if one.set == name} for name in ends]
    assert not papers[0] & papers[1]
    assert len({(one.paper, one.place, one.mark) for one in labels}) > 0.95 * len(labels)

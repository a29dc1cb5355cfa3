"""p of three groups, t without degrees of freedom, and mean against median."""

import pytest
from paper import THREE, claim, read

from trialtrace.audit.prints.registry import findings
from trialtrace.cli import main

HEAD = """papers: {main: "A trial"}
groups:
  a: {label: A, randomised: "20"}
  b: {label: B, randomised: "21"}
  c: {label: C, randomised: "19"}
populations: {all: {label: All, sizes: {a: "20", b: "21", c: "19"}}}
outcomes: {pain: {label: Pain}}
claims:
"""
CLAIM = """  {name}:
    {{from: main, place: table 2, label: {name}, printed: "{printed}",
     about: {{outcome: pain, {whose}}}}}
"""
MEANS = {"a": "mean (SD) 5.1 (1.2)", "b": "mean (SD) 6.2 (1.1)", "c": "mean (SD) 5.5 (1.3)"}


def told(tmp_path, capsys, claims):
    text = HEAD + "".join(
        CLAIM.format(name=name, printed=printed, whose=whose)
        for name, (printed, whose) in claims.items()
    )
    path = tmp_path / "ledger.yaml"
    path.write_text(text, encoding="utf-8")
    main(["audit", str(path)])
    return " ".join(capsys.readouterr().out.split())


# R: F of these means, deviations and sizes is 4.430; `pf(4.430, 2, 57, lower = FALSE)` 0.0163.
@pytest.mark.parametrize(
    ("p", "test", "verdict"),
    [
        ("P = 0.016", "", "internal consistency, p: compatible"),
        ("P = 0.30", "", "internal consistency, p: not checkable"),
        ("P = 0.30", ", test: anova", "internal consistency, p: inconsistent"),
    ],
)
def test_p_of_three_means(tmp_path, capsys, p, test, verdict):
    claims = {name: (printed, f"group: {name}") for name, printed in MEANS.items()}
    found = told(tmp_path, capsys, claims | {"p": (p, f"compare: [a, b, c]{test}")})
    assert verdict in found
    assert "their F gives P from 0.0" in found


# R: 2 * pt(-2.25, 2) is 0.153 and 2 * pnorm(-2.25) 0.0244; pchisq(9.5, 1, lower = FALSE) 0.00206.
@pytest.mark.parametrize(
    ("printed", "verdict"),
    [
        ("t = -2.25, P = 0.32", "inconsistent"),
        ("t = -2.25, P = 0.02", "not checkable"),
        ("χ² = 9.5, P = 0.0004", "inconsistent"),
        ("χ² = 9.5, P = 0.05", "not checkable"),
        ("F = 4.0, P = 0.60", "not checkable"),
        ("t = 1.29, P = 0.12", "inconsistent"),
    ],
)
def test_a_statistic_without_its_degrees_of_freedom(tmp_path, capsys, printed, verdict):
    found = told(tmp_path, capsys, {"test": (printed, "compare: [a, b]")})
    assert (f"p: {verdict}" in found) or (f"statistic: {verdict}" in found)
    of_two = "-2.25 on 2 degrees of freedom or more gives P from 0.024" in found
    assert of_two == (printed == "t = -2.25, P = 0.32")
    # On 2 degrees of freedom alone it would be near that of one side.
    assert "of one side" not in found
    assert ("of two groups on one degree of freedom" in found) == printed.startswith("F")


# R: pf(0.505, 1, 1e6, lower = FALSE) is 0.477, pf(0.015, 1, 1e6, lower = FALSE) 0.9025.
@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("F = 0.50, P = 0.01", ["inconsistent"]),
        ("F = 0.50, P = 0.62", ["not_checkable"]),
        ("F = 0.01, P = 0.72", ["inconsistent"]),
        ("F = 0.01, P = 0.91", ["not_checkable"]),
        ("F = 1.50, P = 0.01", ["not_checkable"]),
    ],
)
def test_an_f_below_1_is_significant_on_no_degrees_of_freedom(printed, agreement):
    test = claim(printed, outcome="age", compare="all")
    found = [one for one in findings(read({"f": test}, THREE)) if one.check == "statistic.p"]
    assert [one.agreement for one in found] == agreement


# R: 2 * pt(-1.57, c(19, 38)) is 0.1329 and 0.1247; 2 * pt(-1.29, c(19, 38)) 0.2125 and 0.2048.
@pytest.mark.parametrize(
    ("printed", "about", "agreement", "open_to_all"),
    [
        ("t = 1.57, P = 0.13", "", "not_checkable", False),
        ("t = 1.57, P = 0.179", "", "not_checkable", True),
        ("t = 1.57, P = 0.179", "model", "not_checkable", False),
        ("t = 1.29, P = 0.06", "", "inconsistent", False),
    ],
)
def test_a_t_without_its_degrees_has_those_of_its_groups(printed, about, agreement, open_to_all):
    arms = {
        name: claim(f"mean (SD) {mean} (2.0)", outcome="age", group=name, patients="20")
        for name, mean in {"smt": "10.0", "wbv": "11.0"}.items()
    }
    basis = {"basis": about} if about else {}
    test = claim(printed, outcome="age", compare=["smt", "wbv"], **basis)
    found = [one for one in findings(read(arms | {"t": test}, THREE)) if one.check == "statistic.p"]
    assert [(one.agreement, one.open) for one in found] == [(agreement, open_to_all)]
    assert "of one side" not in found[0].sentence
    assert ("as groups of 20 and 20 have" in found[0].sentence) == (
        open_to_all or agreement == "inconsistent"
    )


# 6.7 is 1.96 or, of 50 degrees of freedom, 2.009 errors: P = 0.0034 or 0.0042 of z or t = 10/error.
@pytest.mark.parametrize("whose", [{"group": "smt"}, {"compare": "all"}])
def test_a_difference_of_groups_that_are_not_told_may_have_few_degrees(whose):
    printed = "mean difference 10 (95% CI 3.3 to 16.7), P = 0.004"
    every = findings(read({"d": claim(printed, outcome="age", **whose)}, THREE))
    assert [one.agreement for one in every if one.check == "interval.p"] == ["compatible"]


# 0, 0, 3 have a mean of 1, a median of 0 and a deviation of 1.73: 1 is less. 12.5 is 8.5 from 21.
@pytest.mark.parametrize(
    ("mean", "median", "verdict"),
    [
        ("mean (SD) 1.0 (1.7)", "median 0", "compatible"),
        ("mean (SD) 21.0 (3.8)", "median 12.5", "inconsistent"),
        ("mean (SD) 21.0 (3.8)", "median 19.5", "compatible"),
    ],
)
def test_a_median_lies_within_a_deviation_of_the_mean(tmp_path, capsys, mean, median, verdict):
    found = told(tmp_path, capsys, {"m": (mean, "group: a"), "md": (median, "group: a")})
    assert f"internal consistency, value: {verdict}" in found


# R: of these three F is 4.430 on 2 and 57; `pf(4.430, 2, 57, lower = FALSE)` is 0.0163, and with 3
# degrees of freedom 0.0072.
@pytest.mark.parametrize(("p", "verdict"), [("0.016", "compatible"), ("0.0072", "inconsistent")])
def test_p_of_three_means_is_on_two_degrees_of_freedom(tmp_path, capsys, p, verdict):
    means = {"a": "5.100 (1.200)", "b": "6.200 (1.100)", "c": "5.500 (1.300)"}
    claims = {name: (f"mean (SD) {one}", f"group: {name}") for name, one in means.items()}
    found = told(tmp_path, capsys, claims | {"p": (f"P = {p}", "compare: [a, b, c], test: anova")})
    assert f"internal consistency, p: {verdict}" in found


# R: F of these is 2.376 on 2 and 155, p 0.0963 and z 1.66; z of 0.06 is 1.88, of 0.90 0.13.
@pytest.mark.parametrize(("p", "open_to_all"), [("0.06", False), ("0.90", True)])
def test_a_p_of_no_named_test_is_open_where_it_is_far(p, open_to_all):
    means = {"smt": "5.100 (1.200)", "wbv": "5.600 (1.100)", "tau": "5.400 (1.300)"}
    claims = {
        name: claim(f"mean (SD) {one}", outcome="age", group=name, patients=n)
        for (name, one), n in zip(means.items(), ("55", "53", "50"), strict=True)
    }
    claims["p"] = claim(f"P = {p}", outcome="age", compare=list(means))
    found = [one for one in findings(read(claims, THREE)) if one.check == "p.group_means"]
    assert [(one.agreement, one.open) for one in found] == [("not_checkable", open_to_all)]


def test_a_p_of_all_groups_where_each_is_among_others_is_of_none():
    groups = {name: {"label": name, "among": True} for name in ("smt", "wbv")}
    whole = read({"p": claim("P = 0.03", outcome="age", compare="all")}, groups)
    assert not [one for one in findings(whole) if one.claim == "p"]

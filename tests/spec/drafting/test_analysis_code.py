"""What analysis code beside the tables tells a draft: the outcome, the arm, a time with its event,
labels of codes; and what sentences say of groups, letters and what was before."""

import random
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.analysis_code import compared_in
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.script_labels import columns_in
from trialtrace.run.drafting.tables import profile

VALUES = {
    **{name: set[str]() for name in ("time", "y", "base", "score2")},
    **{"arm": {"0", "1"}, "sex": {"f", "m"}, "status": {"1", "2"}, "cens": {"0", "1"}},
}


def drafted(folder: Path, **texts: str) -> Draft:
    """A draft of a folder with texts of these names beside its table."""
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    return decide(profile([str(folder)]), {}, first_choice)


def blinds(made: Draft) -> set[str]:
    return {one.name for one in made.guesses if one.blinds}


def scores(folder: Path) -> None:
    """Three scores of equal standing, by two groups of a name that says nothing."""
    draw = random.Random(4)
    rows = [
        f"{n},{1 + n % 2},{1 + n // 2 % 2},"
        + ",".join(f"{draw.gauss(50, 9):.1f}" for _ in range(3))
        for n in range(60)
    ]
    write(folder / "data.csv", ["id,kappa,lambda,aa,bb,cc", *rows])


@pytest.mark.parametrize(
    ("code", "outcomes", "by", "status", "event"),
    [
        ("lm(y ~ arm + sex, data = d)", ("y",), ("arm", "sex"), "", ""),
        ("aov(log(d$y) ~ d$arm)", ("y",), ("arm",), "", ""),
        ('smf.ols("y ~ C(arm)", data=d)', ("y",), ("arm",), "", ""),
        ("lmer(y ~ arm * base + (1 | sex))", ("y",), ("arm", "base"), "", ""),
        ("mdt_moderated(DV = y, IV = arm)", ("y",), ("arm",), "", ""),
        ("coxph(Surv(time, status == 2) ~ arm)", ("time",), ("arm",), "status", "2"),
        ("survfit(survival::Surv(time, status) ~ arm)", ("time",), ("arm",), "status", "2"),
        ("survdiff(Surv(time, 1 - cens) ~ arm)", ("time",), ("arm",), "cens", "0"),
        ("survdiff(Surv(time, event = cens) ~ arm)", ("time",), ("arm",), "cens", "1"),
        ('t.test(y[arm == "0"], y[arm == "1"])', ("y",), ("arm",), "", ""),
        ("with(d, tapply(y, arm, mean))", ("y",), ("arm",), "", ""),
        ("CMH(treatment = arm, response = y, strata = sex)", ("y",), ("arm", "sex"), "", ""),
    ],
)
def test_comparisons_of_r(
    tmp_path: Path, code: str, outcomes: tuple[str], by: tuple[str], status: str, event: str
):
    (tmp_path / "a.R").write_text(f"# lm(base ~ arm)\n\nfit <- {code}\n", "utf-8")
    (one,) = compared_in([str(tmp_path / "a.R")], VALUES)
    assert (one.outcomes, one.by, one.status, one.event) == (outcomes, by, status, event)
    assert one.place == "a.R, line 3"


@pytest.mark.parametrize(
    "text",
    [
        *("some ~5 (y, arm) of them", "lm(z ~ arm)", "lm(y ~ z)", "lm(arm ~ arm)", "y ~ arm"),
        *("t.test(y[arm == 1], base[arm == 0])", "plot(y, arm)", "lm(y ~ arm", "Surv(y, arm)"),
    ],
)
def test_no_comparisons(tmp_path: Path, text: str):
    (tmp_path / "README.md").write_text(text, "utf-8")
    assert [*compared_in([str(tmp_path / "README.md")], VALUES)] == []


def test_comparisons_of_stata(tmp_path: Path):
    code = """
    * regress base arm
    stset time, failure(status==1)
    stcox i.arm sex
    xi: regress y i.arm base if sex == "f"
    ranksum score2, by(arm)
    """
    (tmp_path / "a.do").write_text(code, "utf-8")
    found = [
        (one.outcomes, one.by, one.event) for one in compared_in([str(tmp_path / "a.do")], VALUES)
    ]
    assert found == [
        (("time",), ("arm", "sex"), "1"),
        (("y",), ("arm", "base"), ""),
        (("score2",), ("arm",), ""),
    ]


def test_labels_of_scripts():
    text = """d$arm <- factor(d$arm, levels = c(0, 1), labels = c("Placebo", "Zinc"))
    mutate(d, sex = factor(sex, levels = 1:2, labels = c('f', 'm')), x = factor(z))
    label variable wt "Weight (kg)"
    label define arms 0 "Placebo" 1 "Zinc", replace
    label values given drawn arms
    """
    told = {name: said for name, _, said in columns_in(text)}
    both = {"label": "", "codes": "0 = Placebo; 1 = Zinc"}
    assert told["arm"] == told["given"] == told["drawn"] == both
    assert told["sex"]["codes"] == "1 = f; 2 = m" and told["wt"]["label"] == "Weight (kg)"
    assert "z" not in told


def test_code_tells_the_outcome_and_the_arm(tmp_path: Path):
    scores(tmp_path)
    made = drafted(
        tmp_path, README_txt="A trial.\n\nExamples:\n\n  t.test(bb ~ lambda, data = d)\n"
    )
    assert made.primary.column == "bb" and made.arm.name == "lambda"
    assert not blinds(made) & {"primary", "arm"}
    told = {one.name: one.evidence for one in made.guesses}
    assert "README.txt, line 5" in told["primary"] and "README.txt, line 5" in told["arm"]


@pytest.mark.parametrize(
    "code",
    [
        "lm(bb ~ lambda)\nlm(cc ~ lambda)",  # Two outcomes.
        "lm(bb ~ lambda)\nlm(bb ~ kappa)",  # Two arms.
        "lm(bb ~ aa)",  # No arm.
    ],
)
def test_code_that_tells_no_more_is_asked(tmp_path: Path, code: str):
    scores(tmp_path)
    made = drafted(tmp_path, script_R=code)
    assert {"primary", "arm"} & blinds(made)


def test_labels_of_a_script_name_the_arms(tmp_path: Path):
    scores(tmp_path)
    code = 'd$kappa <- factor(d$kappa, levels = 1:2, labels = c("Zinc", "Placebo"))\n'
    made = drafted(tmp_path, script_R=code)
    assert made.arm.name == "kappa" and made.arms[made.control] == ("Placebo", "2")


def times(folder: Path, names: str, first: int) -> None:
    """Times of two groups, and two codes, from the first on, of how they ended."""
    draw = random.Random(5)
    rows = [
        f"{n},{'AB'[n % 2]},{draw.expovariate(0.1):.1f},{first + draw.randint(0, 1)}"
        for n in range(60)
    ]
    write(folder / "data.csv", [f"id,treatment,{names}", *rows])


def test_code_tells_a_time_and_its_event(tmp_path: Path):
    times(tmp_path, "v1,v2", 1)
    made = drafted(tmp_path, README_md="    survfit(Surv(v1, v2 == 1) ~ treatment)\n")
    assert (made.primary.column, made.primary.status, made.primary.event) == ("v1", "v2", "1")
    assert not blinds(made) & {"primary", "status", "event"}


def test_labels_and_code_that_differ_on_the_event_are_asked(tmp_path: Path):
    times(tmp_path, "time,status", 0)
    said = "- `status`: 0 = dead, 1 = censored\n- `time`: days\n"
    code = "\n    coxph(Surv(time, status) ~ treatment)\n"
    assert "event" not in blinds(drafted(tmp_path, README_md=said))
    assert "event" in blinds(drafted(tmp_path, README_md=said + code))


@pytest.mark.parametrize(
    ("numbers", "code", "named", "visits", "at"),
    [
        ("1 2", "lm(wage2 ~ treatment)", "wage2", [], ""),
        ("1 2", "lm(wage2 ~ treatment + wage1)", "wage{visit}", ["1", "2"], ""),
        ("0 3 6", "lm(wage3 ~ treatment)", "wage{visit}", ["0", "3", "6"], "3"),
        ("T1 T2", "lm(wageT2 ~ treatment)", "wageT{visit}", ["1", "2"], "2"),
    ],
)
def test_code_has_one_visit_of_several(
    tmp_path: Path, numbers: str, code: str, named: str, visits: list[str], at: str
):
    """Another question is no visit; of visits after a first one it is where arms are compared."""
    draw = random.Random(6)
    names = [f"wage{number}" for number in numbers.split()]
    rows = [f"{n},{n % 2},{','.join(str(draw.randint(0, 16)) for _ in names)}" for n in range(80)]
    write(tmp_path / "data.csv", [f"id,treatment,{','.join(names)}", *rows])
    said = [f"- `{name}`: wages expected after so many years" for name in names]
    made = drafted(tmp_path, README_md="\n".join([*said, "", f"    {code}", ""])).primary
    assert made.column == named and [word for word, _ in made.columns] == visits
    assert made.named_visit == at


SAID = "Forty-eight people were randomized into four groups.\n"


@pytest.mark.parametrize(("text", "sure"), [(SAID, True), ("", False), (SAID * 2, True)])
def test_groups_that_were_drawn(tmp_path: Path, text: str, sure: bool):
    """One column alone has as many even levels as the text has groups."""
    years = ["first"] * 20 + ["second"] * 14 + ["third"] * 9 + ["last"] * 5
    music = ("Classical", "Country", "None", "Rap")
    draw = random.Random(7)
    rows = [f"{year},{music[n % 4]},{draw.randint(1, 9)}" for n, year in enumerate(years)]
    write(tmp_path / "data.csv", ["year,type,score", *rows])
    made = drafted(tmp_path, README_txt=text or "People.\n")
    assert ("arm" in blinds(made)) is not sure
    if sure:
        assert made.arm.name == "type" and made.arms[made.control][1] == "None"


def test_letters_behind_what_they_are(tmp_path: Path):
    draw = random.Random(8)
    rows = [f"{n},{'AB'[n % 2]},{draw.gauss(9, 2):.1f}" for n in range(40)]
    write(tmp_path / "data.csv", ["id,treatment,outcome", *rows])
    text = "A trial for comparing a new drug (B) with\na standard formulation (A).\n"
    made = drafted(tmp_path, README_txt=text)
    assert made.arms[made.control] == ("Standard formulation", "A")
    assert {label for label, _ in made.arms.values()} == {"Standard formulation", "New drug"}
    assert "control" not in blinds(made)


@pytest.mark.parametrize(
    ("arms", "control"), [("FishOil RegularOil", "RegularOil"), ("Regular Irregular", None)]
)
def test_the_usual_of_one_kind(tmp_path: Path, arms: str, control: str | None):
    draw = random.Random(9)
    rows = [f"{arms.split()[n % 2]},{draw.gauss(9, 2):.1f}" for n in range(40)]
    write(tmp_path / "data.csv", ["treatment,reduction", *rows])
    made = drafted(tmp_path)
    assert ("control" in blinds(made)) is (control is None)
    assert control is None or made.arms[made.control][1] == control


BEFORE = "Before the experiment began, all did the Embedded Figures Test (EFT).\n"


@pytest.mark.parametrize(
    ("text", "before"),
    [(BEFORE, True), (BEFORE.replace(" (EFT)", " (EFT), and again after it"), False)],
)
def test_what_a_sentence_says_was_before(tmp_path: Path, text: str, before: bool):
    draw = random.Random(10)
    rows = [f"{n},{n % 2},{draw.randint(99, 400)},{draw.randint(9, 90)}" for n in range(40)]
    write(tmp_path / "data.csv", ["child,group,seconds,eft", *rows])
    made = drafted(tmp_path, README_txt=text)
    assert ("before treatment" in made.home.column("eft").label) is before
    assert (made.primary.column == "seconds" and "primary" not in blinds(made)) is before

"""What analysis code beside the tables tells a draft: the outcome, the arm, a time with its event,
labels of codes; and what sentences say of groups, letters and what was before."""

import random
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.analysis_code import compared_in
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import Question, first_choice
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


def offered(folder: Path, flag: str, **texts: str) -> tuple[list[str], str]:
    """The choices of a question in their order, and what is said of the first."""
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    asked: list[Question] = []
    decide(
        profile([str(folder)]),
        {},
        lambda question: asked.append(question) or first_choice(question),
    )
    (one,) = (each for each in asked if each.flag == flag)
    return [name for name, _ in one.choices], one.choices[0][1]


@pytest.mark.parametrize(("flag", "first"), [("primary", "bb"), ("arm", "lambda")])
def test_code_offers_the_outcome_and_the_arm_and_decides_neither(
    tmp_path: Path, flag: str, first: str
):
    """It may be of a subgroup, of other data or a secondary outcome, and need not say so."""
    scores(tmp_path)
    (before, *_), _ = offered(tmp_path, flag)
    assert before != first
    said = "A trial.\n\nExamples:\n\n  t.test(bb ~ lambda)\n"
    choices, why = offered(tmp_path, flag, README_txt=said)
    assert choices[0] == first and "README.txt, line 5" in why
    assert flag in blinds(drafted(tmp_path))


def test_what_a_sentence_calls_primary_goes_before_code(tmp_path: Path):
    scores(tmp_path)
    said = "The primary outcome is `cc`.\n\n    t.test(bb ~ lambda)\n"
    assert offered(tmp_path, "primary", README_md=said)[0][0] == "cc"


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


@pytest.mark.parametrize(
    "before",
    [
        "d$kappa <- 3 - d$kappa",
        "d <- mutate(d, kappa = 3 - kappa)",
        "d <- data.frame(kappa = 1:2)",
    ],
)
def test_labels_of_what_a_script_made_are_not_the_file_s(tmp_path: Path, before: str):
    scores(tmp_path)
    code = 'd$kappa <- factor(d$kappa, levels = 1:2, labels = c("Zinc", "Placebo"))\n'
    assert drafted(tmp_path, script_R=f"{before}\n{code}").arm.label == "kappa"
    (table,) = profile([str(tmp_path)])
    assert all(code == label for code, label in table.column("kappa").choices)


def test_code_offers_a_time_and_its_event(tmp_path: Path):
    times(tmp_path, "v1,v2", 1)
    made = drafted(tmp_path, README_md="    survfit(Surv(v1, v2 == 1) ~ treatment)\n")
    assert (made.primary.column, made.primary.status, made.primary.event) == ("v1", "v2", "1")
    assert "event" in blinds(made)


def test_labels_and_code_that_differ_on_the_event_are_asked(tmp_path: Path):
    times(tmp_path, "time,status", 0)
    said = "- `status`: 0 = dead, 1 = censored\n- `time`: days\n"
    code = "\n    coxph(Surv(time, status) ~ treatment)\n"
    assert "event" not in blinds(drafted(tmp_path, README_md=said))
    assert "event" in blinds(drafted(tmp_path, README_md=said + code))


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

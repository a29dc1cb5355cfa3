"""Screened patients: those without an arm stand in the flow with their reason; nothing breaks."""

from types import SimpleNamespace as Stub

import mini_run
import mini_trial
import pytest
from test_report_wording import row

from trialtrace.report.figures.flow import counts, draw, screening
from trialtrace.report.material import Material
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.cleaning.account import Selection
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.trial.load import load_settings

DICTIONARY = mini_trial.DICTIONARY.replace(
    "days,patients",
    'why,patients,,radio,Why not,"1, Not eligible | 2, Declined",,,,,,,,,,,,\ndays,patients',
    1,
).replace('"A, Drug | B, Placebo",,,,,,,y', '"A, Drug | B, Placebo",,,,,,,')
TRIAL = mini_trial.TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    why: why\n")
PLAN = mini_trial.PLAN.replace(
    "flow: {analysed: [relief_primary]}",
    "flow: {analysed: [relief_primary], excluded: {variable: why}}",
)


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    """Of 20 patients 5 and 6 were not eligible, 7 declined, and of 8 no reason is recorded."""
    reasons = {5: 1, 6: 1, 7: 2, 8: ""}
    rows = [
        row | ({"why": reasons[row["id"]], "arm": ""} if row["id"] in reasons else {"why": ""})
        for row in mini_run.patients()
    ]
    run = mini_run.run_mini(
        tmp_path_factory.mktemp("screened"),
        rows,
        more=["why"],
        trial=TRIAL,
        dictionary=DICTIONARY,
        plan=PLAN,
        claims="papers: {}\nclaims: {}\n",
    )
    return Material(run.trial, load_settings(run.at), run.folder, {})


def test_who_was_assessed_and_who_was_not_randomised(mini):
    found = counts(mini)
    assert found["assessed", None, "all", None] == 20
    assert found["randomised", None, "all", None] == 16
    assert {key[3]: n for key, n in found.items() if key[0] == "excluded"} == {
        "Not eligible": 2,
        "Declined": 1,
        "not recorded": 1,
    }
    assert all(mini.tracer.checks.get(row["result_id"]) for row in mini.of("flow"))
    assert draw(mini, mini.trial.plan.displays["flow"]).figure.get_size_inches()[0] == 7.2


def test_a_reason_that_is_no_variable(tmp_path):
    from trialtrace.run.trial.check import check_trial

    at = mini_trial.write_project(
        tmp_path,
        trial=TRIAL,
        dictionary=DICTIONARY,
        plan=PLAN.replace("variable: why", "variable: w"),
    )
    assert "a variable of subjects" in "\n".join(map(str, check_trial(at, "mini")))


def test_assessed_is_randomised_and_not_randomised_by_reason(mini):
    from trialtrace.run.methods.checking.data import Data
    from trialtrace.run.methods.checking.run import counts_of, flow_balances

    data = Data(mini.trial, mini.folder / "derived")
    flow = counts_of(mini.results, "flow")
    assert list(flow_balances(data, flow)) == []
    flow["excluded", None, "all", "Declined"] -= 1
    (told,) = flow_balances(data, flow)
    parts = "16 randomised + 2 Not eligible + 0 Declined + 1 not recorded = 19"
    assert told == f"assessed: 20, and its parts are {parts}"


def logged(synthetic, *, left_out=5, undecided=0):
    reasons = {"Declined": left_out - 1, "Angina pectoris": 1}
    log = Selection("log", "id is present", 20, left_out, undecided, reasons)
    trial = Stub(plan=Stub(displays={"flow": {"screening": "log"}}), synthetic=synthetic)
    flow = [row("randomised.count", 15, parameter=None, group1_level=ALL, group2_level=None)]
    found = screening(Stub(trial=trial, account=Stub(selections=[log]), of=lambda name: flow))
    return [text.replace(NO_BREAK, " ").strip() for box in found for text, _ in box.texts]


def test_a_log_of_screening_says_who_was_assessed():
    """20 in the log and 15 randomised: 5 excluded, by reason. Of a cohort it is no printed fact."""
    assert logged(False) == [
        "Assessed for eligibility by the log",
        "n = 20",
        "Excluded: 5",
        "Declined: 4",
        "Angina pectoris: 1",
    ]
    assert logged(True)[0].endswith("by the log (assumed, not printed)")


def test_a_log_that_does_not_fit_the_data_says_so():
    told = logged(False, left_out=4, undecided=2)
    assert "whether randomised is not recorded: 2" in told
    assert "Randomised by the log: 14, in the data: 15" in told

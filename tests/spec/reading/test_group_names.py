"""Groups of a ledger that a person names, and puts together where two names are of one."""

import pytest
import yaml

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.reading.decisions import mapping
from trialtrace.audit.reading.group_names import name_groups, state_of_groups
from trialtrace.audit.reading.item import NO_GROUPS
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.report.audit.review_page import review_page

LEDGER = """\
# A comment that stays.
papers:
  paper: "A paper"
groups:
  training: {label: "Training", randomised: "27"}
  exercise: {label: "Exercise group"}
  control: {label: "Control"}
populations:
  treated:
    label: "Treated"
    sizes: {training: "27", exercise: "26", control: "28"}
outcomes:
  men: {label: "Men"}
claims:
  t1_men:
    from: "paper"
    place: "table 1, row 3, column 2"
    label: "Men"
    printed: "13 (48.1%)"
    about: {outcome: "men", group: "training"}
  abstract_1:
    from: "paper"
    place: "abstract, paragraph 1"
    label: "Men"
    printed: "13 of 27"
    about: {outcome: "men", group: "exercise"}
    unconfirmed: "read"
  abstract_2:
    from: "paper"
    place: "abstract, paragraph 1"
    label: "Men"
    printed: "P = 0.6"
    about: {outcome: "men", compare: ["exercise", "control"]}
    unconfirmed: "read"
  abstract_3:
    from: "paper"
    place: "abstract, paragraph 1"
    label: "Men"
    printed: "P = 0.9"
    about: {outcome: "men", compare: ["exercise", "training"]}
    unconfirmed: "read"
"""


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.yaml"
    path.write_text(LEDGER, encoding="utf-8")
    return path


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def write(path, **form):
    names = {name.replace("__", "."): value for name, value in form.items()}
    name_groups(project(None), path, {"state": state_of_groups(read(path)), **names})


def test_two_names_of_one_group_become_one(ledger):
    write(ledger, same__exercise="training", label__training="Exercise training")
    data = read(ledger)
    assert list(data["groups"]) == ["training", "control"]
    assert data["groups"]["training"] == {"label": "Exercise training", "randomised": "27"}
    about = {name: claim["about"] for name, claim in data["claims"].items()}
    assert about["t1_men"]["group"] == about["abstract_1"]["group"] == "training"
    assert about["abstract_2"]["compare"] == ["training", "control"]
    assert "compare" not in about["abstract_3"]
    assert data["claims"]["abstract_3"]["unconfirmed"] == f"read; {NO_GROUPS}"
    assert data["populations"]["treated"]["sizes"] == {"training": "27", "control": "28"}
    assert "# A comment that stays." in ledger.read_text(encoding="utf-8")
    read_standing(project(None), ledger, trust=True)


def test_a_name_for_everyone_is_no_group(ledger):
    write(ledger, same__exercise="all", label__control="Usual care")
    data = read(ledger)
    assert data["groups"]["control"] == {"label": "Usual care"}
    assert data["claims"]["abstract_1"]["about"]["group"] == "all"
    assert "compare" not in data["claims"]["abstract_2"]["about"]
    assert data["populations"]["treated"]["sizes"] == {"training": "27", "control": "28"}
    read_standing(project(None), ledger, trust=True)


def test_all_groups_may_be_everyone(ledger):
    write(ledger, **{f"same__{group}": "all" for group in ("training", "exercise", "control")})
    data = read(ledger)
    assert "groups" not in data and "sizes" not in data["populations"]["treated"]
    assert data["claims"]["t1_men"]["about"]["group"] == "all"
    read_standing(project(None), ledger, trust=True)


def test_a_name_is_free_that_another_has_no_more(ledger):
    write(ledger, label__training="Exercise group", label__exercise="Walking")
    labels = [one["label"] for one in read(ledger)["groups"].values()]
    assert labels == ["Exercise group", "Walking", "Control"]


def test_nothing_typed_changes_nothing(ledger):
    write(ledger, label__training="Training", label__control="Control")
    assert ledger.read_text(encoding="utf-8") == LEDGER


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"same__exercise": "training", "same__training": "control"}, "no group that stays"),
        ({"same__exercise": "nobody"}, "no group that stays"),
        ({"label__control": " "}, '"control" without a name'),
        ({"label__control": "training"}, '"training" as the name of "control"'),
        ({"label__control": "Exercise"}, '"Exercise" as the name of "control"'),
        ({"label__control": "Mine", "label__training": "mine"}, 'as the name of "training"'),
        ({"same__exercise": "training", "state": "another"}, "than were looked at"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(ledger, form, said):
    with pytest.raises(UserError, match=said):
        write(ledger, **form)
    assert ledger.read_text(encoding="utf-8") == LEDGER


def test_a_confirmed_comparison_of_both_is_refused(ledger):
    ledger.write_text(LEDGER[: LEDGER.rindex("    unconfirmed")], encoding="utf-8")
    before = ledger.read_text(encoding="utf-8")
    with pytest.raises(UserError, match="abstract_3"):
        write(ledger, same__exercise="training")
    assert ledger.read_text(encoding="utf-8") == before


def test_a_group_that_another_is_made_of_is_refused(ledger):
    made = '  both: {label: "Both", of: [exercise, control]}\n'
    ledger.write_text(LEDGER.replace("populations:\n", f"{made}populations:\n"), encoding="utf-8")
    with pytest.raises(UserError, match="`groups` too"):
        write(ledger, same__exercise="training")


def test_the_page_shows_groups_with_their_numbers(ledger):
    data = {key: mapping(read(ledger), key) for key in ("groups", "claims", "outcomes")}
    page = review_page("Review", data)
    assert "Groups, 3: Training, Exercise group, Control" in page
    row = page[page.index("<td>exercise</td>") :].partition("</tr>")[0]
    assert "<td>3</td>" in row and 'name="same.exercise"' in row and ">training<" in row


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"label.exercise": "Walking"}, "Men, Walking"),
        ({"same.exercise": "training"}, "Men, Training"),
        ({"label.training": "Lifting"}, "Men, Exercise group"),
    ],
)
def test_a_label_follows_the_name_of_its_group(tmp_path, fields, label):
    path = tmp_path / "ledger.yaml"
    head, own, rest = LEDGER.partition("  abstract_1:\n")
    named = head + own + rest.replace('label: "Men"', 'label: "Men, Exercise group"', 1)
    path.write_text(named, encoding="utf-8")
    name_groups(project(None), path, {"state": state_of_groups(yaml.safe_load(named)), **fields})
    claims = yaml.safe_load(path.read_text(encoding="utf-8"))["claims"]
    assert claims["abstract_1"]["label"] == label and claims["abstract_2"]["label"] == "Men"

"""`trialtrace read PAPER --review`: a page on this machine alone writes into the ledger."""

import re
import signal
import subprocess
import sys
import threading
from functools import partial
from http.client import HTTPConnection
from urllib.parse import quote, urlencode, urlsplit

import pytest
import yaml

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.reading.formats.form import EXAMPLE
from trialtrace.audit.reading.item import Left
from trialtrace.audit.reading.paper import Passage, ReadPaper, Table
from trialtrace.base.paths import project
from trialtrace.cli import main
from trialtrace.report.audit import review_page
from trialtrace.report.commands.review import FORM, LARGEST_FORM, ReviewServer

LEDGER = """\
# A comment that stays.
papers:
  paper: "A <b>paper</b>"
groups:
  a: {label: "A", randomised: "27"}
outcomes:
  men: {label: "Men"}
claims:

  # table 1
  t1_men:
    from: "paper"
    place: "table 1, row 3, column 2"
    label: "Men <i>"
    printed: "13 (48.1%)"
    quote: "13 (48·1) <script>"
    about: {outcome: "men", group: "a", patients: "27"}
    unconfirmed: "n (%) by its arithmetic"
  t1_p:
    from: "paper"
    place: "table 1, row 3, column 4"
    label: "Men"
    printed: "P = 0.6"
    quote: "0.6"
    with: ["t1_men"]
    unconfirmed: "read"

  # abstract
  abstract_1:
    from: "paper"
    place: "abstract, paragraph 1"
    label: "Men"
    printed: "13/27 (48%)"
    quote: "13/27 (48%)"
    unconfirmed: "read"
"""


@pytest.fixture
def served(tmp_path):
    ledger = tmp_path / "ledger.yaml"
    ledger.write_text(LEDGER, encoding="utf-8")
    server = ReviewServer(project(None), ledger)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server, ledger, thread
    server.shutdown()
    thread.join(10)
    server.server_close()


def ask(server, form=None, *, path=None, method=None, **headers):
    """(status, body, headers) of a request; a form is posted."""
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    body = None if form is None else urlencode(form)
    given = {"Content-Type": FORM} if form is not None else {}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    method = method or ("GET" if form is None else "POST")
    connection.request(method, path or urlsplit(server.address).path, body, given)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), dict(answer.getheaders())
    connection.close()
    return found


def claims(ledger):
    return yaml.safe_load(ledger.read_text(encoding="utf-8"))["claims"]


def state(server, place):
    """The hidden field of a place: the claims as the page shows them."""
    form = ask(server)[1].partition(f'name="of" value="{place}"')[2]
    return re.search(r'name="state" value="(\w+)"', form)[1]


def settle(server, place, right, do="settle", **fields):
    form = {"do": do, "of": place, "state": state(server, place), **fields}
    return ask(server, [*form.items(), *(("right", name) for name in right)])


def test_quote_and_claim_stand_side_by_side(served):
    server, _, _ = served
    status, page, headers = ask(server)
    assert status == 200 and "3 of 3 claims are left" in page
    assert "“13 (48·1) &lt;script&gt;”" in page and "n (%) by its arithmetic" in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    assert "form-action 'self'" in page and headers["Cache-Control"] == "no-store"
    assert page.index("<h2>table 1</h2>") < page.index("<h2>abstract</h2>")
    assert page.count(" autofocus>") == 1 and page.index(" autofocus>") < page.index("<h2>abstract")


def test_one_form_settles_a_table(served):
    server, ledger, _ = served
    assert settle(server, "table 1", ["t1_men", "t1_p"])[0] == 303
    found = claims(ledger)
    assert not any("unconfirmed" in found[name] for name in ("t1_men", "t1_p"))
    assert found["t1_p"]["with"] == ["t1_men"] and "unconfirmed" in found["abstract_1"]
    assert found["t1_men"]["printed"] == "13 (48.1%)" and "chance" not in found["t1_men"]
    assert "# A comment that stays." in ledger.read_text() and "# table 1" in ledger.read_text()
    assert "1 of 3 claims are left" in ask(server)[1]
    fields = {"printed.abstract_1": "13/27 (48.1%)"}
    assert settle(server, "abstract", [], do="all", **fields)[0] == 303
    assert claims(ledger)["abstract_1"]["printed"] == "13/27 (48.1%)"
    assert not read_standing(project(None), ledger, trust=False)[1].unconfirmed


def test_what_is_not_ticked_is_taken_out_or_stays_open(served):
    server, ledger, _ = served
    assert settle(server, "table 1", ["t1_p"], do="keep")[0] == 303
    assert "unconfirmed" in claims(ledger)["t1_men"] and "unconfirmed" not in claims(ledger)["t1_p"]
    before = ledger.read_text(encoding="utf-8")
    status, page, _ = settle(server, "table 1", [])
    assert status == 409 and "all of its 1 numbers would be taken out" in page
    assert ledger.read_text(encoding="utf-8") == before
    assert settle(server, "table 1", [], none="on")[0] == 303
    assert list(claims(ledger)) == ["t1_p", "abstract_1"] and "with" not in claims(ledger)["t1_p"]
    assert "# Taken out: table 1, row 3, column 2: 13 (48.1%), Men <i>, a\n" in ledger.read_text()


def test_a_correction_is_kept_whether_its_number_is_ticked_or_not(served):
    server, ledger, _ = served
    ledger.write_text(COLUMN, encoding="utf-8")
    fields = {"printed.two": "mean (SD) 4.3 (1.1)", "test.three": "t", "outcome.one": "Other"}
    assert settle(server, "table 1", ["three"], do="keep", **fields)[0] == 303
    found = claims(ledger)
    assert found["two"]["printed"] == "mean (SD) 4.3 (1.1)" and "unconfirmed" in found["two"]
    assert found["one"]["about"]["outcome"] == "other" and found["three"]["about"]["test"] == "t"
    assert found["two"]["about"]["outcome"] == "o"


def test_outcomes_of_one_label_stay_apart(served):
    """The page shows labels, and two outcomes of two tables may have one."""
    server, ledger, _ = served
    twice = COLUMN.replace('  o: {label: "O"}\n', '  o: {label: "O"}\n  p: {label: "O"}\n')
    ledger.write_text(twice, encoding="utf-8")
    field = re.search(r'name="outcome.one"[^>]*value="([^"]*)"', ask(server)[1])
    assert field and field[1] == "O"
    assert settle(server, "table 1", ["one"], do="keep", **{"outcome.one": field[1]})[0] == 303
    assert claims(ledger)["one"]["about"]["outcome"] == "o"


def test_a_number_of_one_group_becomes_a_comparison(served):
    server, ledger, _ = served
    ledger.write_text(COLUMN, encoding="utf-8")
    assert '<option value="a against b">' in ask(server)[1]
    fields = {"whose.0": "a against b", "whose.1": "all compared"}
    assert settle(server, "table 1", [], do="keep", **fields)[0] == 303
    found = {name: one["about"] for name, one in claims(ledger).items()}
    assert found["one"]["compare"] == ["a", "b"] and "group" not in found["one"]
    assert found["three"]["compare"] == "all"


COLUMN = """papers: {paper: "A paper"}
groups:
  a: {label: "A"}
  b: {label: "B"}
outcomes:
  o: {label: "O"}
claims:
  one:
    from: "paper"
    place: "table 1, row 3, column 2"
    label: "O"
    printed: "mean (SD) 5.1 (2.0)"
    quote: "5.1 (2.0)"
    about: {outcome: "o", group: "a", patients: "20"}
    unconfirmed: "read"
    chance: "0.96"
  two:
    from: "paper"
    place: "table 1, row 4, column 2"
    label: "O"
    printed: "mean (SD) 4.2 (1.1)"
    quote: "4.2 (1.1)"
    about: {outcome: "o", group: "a", patients: "19"}
    unconfirmed: "mean (SD) from the caption"
    chance: "0.95"
  three:
    from: "paper"
    place: "table 1, row 4, column 3"
    label: "O"
    printed: "mean difference 1 (95% CI 0.5 to 1.5)"
    quote: "1 (0.5, 1.5)"
    about: {outcome: "o", compare: ["a", "b"], measure: "mean_difference"}
    unconfirmed: "the order of the groups is guessed"
    chance: "0.44"
"""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        *(
            ({"patients.0": n}, "about.patients")
            for n in ("abc", "0", "-3", "4.5", "n=45", "10,00")
        ),
        ({"whose.0": "c"}, "one of groups"),
        ({"outcome.one": " "}, "outcome of one"),
    ],
)
def test_what_audit_would_refuse_is_not_written(served, fields, said):
    server, ledger, _ = served
    ledger.write_text(COLUMN, encoding="utf-8")
    status, page, _ = settle(server, "table 1", ["one", "two"], do="keep", **fields)
    assert status == 409 and said in page and ledger.read_text(encoding="utf-8") == COLUMN


def test_thousands_are_typed_as_they_are_printed(served):
    server, ledger, _ = served
    ledger.write_text(COLUMN, encoding="utf-8")
    assert settle(server, "table 1", [], do="keep", **{"patients.0": "1,000"})[0] == 303
    assert {claims(ledger)[name]["about"]["patients"] for name in ("one", "two")} == {"1000"}


def test_a_comparison_without_groups_is_right_only_by_its_own_tick(served):
    server, ledger, _ = served
    doubt = "which groups are compared is not said"
    text = COLUMN.replace("the order of the groups is guessed", doubt).replace("0.44", "0.96")
    ledger.write_text(text.replace(' compare: ["a", "b"],', ""), encoding="utf-8")
    assert 'value="three" aria-label="three" checked' not in ask(server)[1]
    ticks = ["one", "two", "three"]
    assert settle(server, "table 1", ticks, do="all")[0] == 303
    found = claims(ledger)
    assert [name for name in ticks if "unconfirmed" in found[name]] == ["three"]
    assert doubt in ask(server)[1]
    for do, tick in (("all", {}), ("keep", {"all.0": "on"}), ("settle", {"all.0": "on"})):
        status, page, _ = settle(server, "table 1", [], do=do, **tick)
        assert (status, claims(ledger)) == (409, found) and f"three: {doubt}" in page
    assert settle(server, "table 1", [], do="all", **{"whose.0": "a against b"})[0] == 303
    assert "unconfirmed" not in claims(ledger)["three"]


def test_what_a_column_has_in_common_is_set_for_all_its_numbers(served):
    server, ledger, _ = served
    ledger.write_text(COLUMN, encoding="utf-8")
    page = ask(server)[1]
    assert page.count("<option selected") == 0 and 'value="a" selected' in page
    assert 'name="patients.0" placeholder="differs by row" value=""' in page
    assert 'value="two" aria-label="two" checked' in page, "0.95, and a doubt"
    assert 'value="three" aria-label="three"><' in page.replace("></td", "><"), "0.44: not ticked"
    fields = {"whose.0": "b", "patients.0": "", "visit.0": "week 4", "whose.1": "b against a"}
    fields["form.0"] = "mean {} (SE {})"
    assert settle(server, "table 1", ["one", "two", "three"], **fields)[0] == 303
    found = claims(ledger)
    assert found["one"]["printed"] == "mean 5.1 (SE 2.0)"
    assert found["two"]["about"] == {
        **{"outcome": "o", "group": "b", "patients": "19", "visit": "week 4"}
    }
    assert found["one"]["about"]["patients"] == "20", "it differs by row and was left"
    assert found["three"]["about"]["compare"] == ["b", "a"]
    assert found["three"]["printed"].startswith("mean difference 1")
    assert not any("unconfirmed" in one or "chance" in one for one in found.values())


def test_groups_are_named_on_the_page(served):
    server, _, _ = served
    form = ask(server)[1].partition('class="groups"')[2]
    state = re.search(r'name="state" value="(\w+)"', form)[1]
    form = {"do": "groups", "state": state, "label.a": "Training", "same.a": ""}
    assert ask(server, form)[0] == 303
    assert "Groups, 1: Training" in ask(server)[1]
    status, page, _ = ask(server, form | {"same.a": "nobody", "label.a": "Other"})
    assert status == 409 and "than were looked at" in page and 'value="Other"' in page


def test_the_table_stands_beside_as_it_is_printed(served):
    server, ledger, _ = served
    ledger.write_text(COLUMN.replace("0.96", "0.95"), encoding="utf-8")
    rows = [["", "A <i>", "Difference"], ["", "(n = 20)", ""], ["O", "5.1 (2.0)", ""]]
    table = Table("table 1", "Caption & more", (*map(tuple, rows), ("O", "4.2", "1")), 2, "A note")
    server.paper = ReadPaper("A", (), (table,))
    page = ask(server)[1]
    assert "Caption &amp; more" in page and "<th>A &lt;i&gt;</th>" in page and "A note" in page
    assert re.search(r'<td class="read" title="O: [^"]*group a[^"]*">5.1 \(2.0\)</td>', page)
    assert re.search(r'<td class="read low" title="[^"]*">4.2</td>', page), "a doubt"
    assert "<td>O</td>" in page


def test_a_sentence_stands_around_its_quote(served):
    server, _, _ = served
    text = "In all, 13/27 (48%) of the men came."
    server.paper = ReadPaper("A", (Passage(text, "abstract, paragraph 1"),), ())
    assert "…In all, <b>13/27 (48%)</b> of the men came.…" in ask(server)[1]


def test_places_come_whole_and_later_ones_after_them(served, monkeypatch):
    server, _, _ = served
    monkeypatch.setattr(review_page, "MOST_SHOWN", 2)
    page = ask(server)[1]
    assert page.count('value="settle"') == 1 and "1 more tables or sections come after" in page
    monkeypatch.setattr(review_page, "MOST_SHOWN", 1)
    assert ask(server)[1].count('name="right"') == 2


@pytest.mark.parametrize(
    ("place", "fields", "said"),
    [
        ("table 1", {"printed.t1_p": "5.2 (3"}, "5.2 (3"),
        ("table 1", {"printed.t1_p": "no number here"}, "no number here"),
        ("table 1", {"of": "table 2"}, "table 2"),
        ("table 1", {"state": "0"}, "the file has changed"),
    ],
)
def test_what_cannot_be_written_is_told_and_changes_nothing(served, place, fields, said):
    server, ledger, _ = served
    status, page, _ = settle(server, place, ["t1_p"], **fields)
    assert status == 409 and said in page and ledger.read_text() == LEDGER


def test_claims_in_another_form_of_yaml_are_left_to_the_file(served):
    server, ledger, _ = served
    text = LEDGER.replace('    quote: "0.6"\n', "    quote:\n      0.6\n").replace(
        "  # abstract\n",
        '  flow: {from: paper, place: "table 2", label: L, printed: "5", unconfirmed: "read"}\n',
    )
    ledger.write_text(text, encoding="utf-8")
    status, page, _ = settle(server, "table 2", ["flow"], **{"printed.flow": "6 of 7"})
    assert status == 409 and "change it in the file" in page and ledger.read_text() == text
    assert page.count('value="6 of 7"') == 1


TEXT = """papers:
  paper: "A"
  entry: "A registry"
groups:
  a: {label: A}
  b: {label: B}
outcomes:
  men: {label: "Men"}
claims:
  one: {from: paper, place: p, label: L, printed: "5"}  # stays
registered:
  entry:
    number: "NCT1"
    first: "2014"
confirmed: ["p"]
"""
MARGIN = '[{outcome: men, compare: [a, b], value: "-5", scale: percentage_points, worse: below}]'


def told(server, part, paper, **fields):
    """(status, page) of a form of the design."""
    return ask(server, {"do": "tell", "part": part, "paper": paper, **fields})[:2]


def test_what_is_registered_and_reported_is_typed(served):
    server, ledger, _ = served
    ledger.write_text(TEXT, encoding="utf-8")
    page = ask(server)[1]
    assert 'name="number" value="NCT1"' in page and "<summary>registered, entry</summary>" in page
    assert "<summary>reported" not in page
    first = {"number": "NCT1", "first": "2014-05", "margins": MARGIN, "end": " "}
    assert told(server, "registered", "entry", **first)[0] == 303
    assert told(server, "reported", "paper", begin="2015", planned="60", new="yes")[0] == 303
    document = yaml.safe_load(ledger.read_text())
    assert document["registered"] == {
        "entry": {"number": "NCT1", "first": "2014-05", "margins": yaml.safe_load(MARGIN)}
    }
    assert document["reported"] == {"paper": {"begin": "2015", "planned": "60"}}
    assert document["confirmed"] == ["p"] and "# stays" in ledger.read_text()
    page = ask(server)[1]
    assert "<summary>reported, paper</summary>" in page and "&quot;worse&quot;: &quot;below" in page
    assert read_standing(project(None), ledger, trust=False)[0].reported["paper"].planned == "60"
    assert told(server, "registered", "paper", planned="90", new="yes")[0] == 303
    assert list(yaml.safe_load(ledger.read_text())["registered"]) == ["paper", "entry"]
    assert told(server, "registered", "paper")[0] == 303
    assert told(server, "reported", "paper")[0] == 303
    document = yaml.safe_load(ledger.read_text())
    assert list(document["registered"]) == ["entry"] and "reported" not in document


@pytest.mark.parametrize(
    ("part", "paper", "fields", "said"),
    [
        ("registered", "entry", {"first": "May 2014"}, "first"),
        ("registered", "entry", {"margins": "[{outcome: men}]"}, "margins"),
        ("registered", "entry", {"margins": MARGIN.replace("[a, b]", "[a, c]")}, "one of groups"),
        ("registered", "entry", {"margins": "[{"}, "margins"),
        ("registered", "entry", {"alpha": "1\nclaims: {}"}, "one line"),
        ("registered", "entry", {"number": "NCT2", "new": "yes"}, "it already"),
        ("registered", "nobody", {"number": "NCT1"}, "paper"),
        ("claims", "entry", {"number": "NCT1"}, "registered or reported"),
    ],
)
def test_a_mistake_in_the_design_is_told_and_changes_nothing(served, part, paper, fields, said):
    server, ledger, _ = served
    ledger.write_text(TEXT, encoding="utf-8")
    status, page = told(server, part, paper, **fields)
    assert status == 409 and said in page and ledger.read_text() == TEXT


@pytest.mark.parametrize("new", [{}, {"new": "yes"}])
def test_what_was_typed_stands_in_the_form_that_was_refused(served, new):
    server, ledger, _ = served
    ledger.write_text(TEXT, encoding="utf-8")
    fields = {"number": 'NCT"2', "first": "May 2014", **new}
    page = told(server, "registered", "paper" if new else "entry", **fields)[1]
    name = "Another text" if new else "registered, entry"
    assert page.count("<details open>") == 1 and f"<details open><summary>{name}<" in page
    form = page.partition("<details open>")[2].partition("</details>")[0]
    assert 'name="number" value="NCT&quot;2"' in form and 'name="first" value="May 2014"' in form
    assert page.count("May 2014") == 2, "in the message too, and nowhere else"
    assert ('value="paper" selected>paper<' in form) is bool(new)
    status, page = ask(server, {"do": "settle", "of": "nowhere"})[:2]
    assert status == 409 and "<details open>" not in page


@pytest.mark.parametrize(
    "block",
    ['registered: {entry: {number: "NCT1"}}\n', 'registered:\n  entry:\n    number: "NCT1"  # a\n'],
)
def test_a_design_in_another_form_is_left_to_the_file(served, block):
    server, ledger, _ = served
    text = TEXT[: TEXT.index("registered:")] + block
    ledger.write_text(text, encoding="utf-8")
    status, page = told(server, "registered", "entry", number="NCT2")
    assert status == 409 and "change it in the file" in page and ledger.read_text() == text


def test_only_this_page_is_answered(served):
    server, ledger, _ = served
    form = {"do": "settle", "of": "table 1", "state": state(server, "table 1"), "right": "t1_p"}
    assert server.server_address[0] == "127.0.0.1"
    for path in (
        "/",
        "/x/",
        f"/{server.token}",
        f"/{server.token.swapcase()}/",
        "/" + quote("é") + "/",
    ):
        assert ask(server, path=path)[0] == 404
        assert ask(server, form, path=path)[0] == 404
    port = server.server_port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.2:{port}", ""):
        assert ask(server, Host=host)[0] == 403
        assert ask(server, form, Host=host)[0] == 403
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}"):
        assert ask(server, form, Origin=origin)[0] == 403
    assert ledger.read_text() == LEDGER
    assert ask(server, form, Origin=f"http://127.0.0.1:{port}")[0] == 303
    assert ask(server, Host=f"localhost:{port}")[0] == 200


def test_a_form_of_another_kind_is_refused(served):
    server, ledger, _ = served
    form = {"do": "settle", "of": "table 1", "state": state(server, "table 1")}
    assert ask(server, form, Content_Type="text/plain")[0] == 400
    assert ask(server, {"do": "everything", "of": "t1_p"})[0] == 400
    assert ask(server, {})[0] == 400
    assert ask(server, {f"k{n}": "1" for n in range(20_001)})[0] == 400
    assert ask(server, form, Content_Length=str(LARGEST_FORM + 1))[0] == 400
    assert ask(server, method="PUT")[0] == 501
    assert ledger.read_text() == LEDGER


def test_the_button_ends_it(served):
    server, _, thread = served
    status, text, _ = ask(server, {"do": "end"})
    assert status == 200 and "has ended" in text
    thread.join(10)
    assert not thread.is_alive()


def test_a_file_for_the_ledger_is_asked_for(tmp_path, capsys):
    assert main(["read", str(tmp_path / "p.xml"), "--review"]) == 1
    assert "--output" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["button", "interrupt"])
def test_the_command_drafts_a_ledger_and_serves_it_until_it_ends(tmp_path, how):
    paper, ledger = tmp_path / "table.csv", tmp_path / "ledger.yaml"
    paper.write_text(EXAMPLE, encoding="utf-8")
    words = ["read", str(paper), "--review", "--output", str(ledger)]
    call = [sys.executable, "-c", "from trialtrace.cli import entry; entry()", *words]
    # A shell's job in the background ignores interrupts, and what it starts does.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, preexec_fn=heard) as running:
        try:
            address = running.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)
            if how == "button":
                found = urlsplit(address)
                connection = HTTPConnection(found.hostname, found.port, timeout=60)
                connection.request("POST", found.path, "do=end", {"Content-Type": FORM})
                assert connection.getresponse().status == 200
                connection.close()
            else:
                running.send_signal(signal.SIGINT)
            assert running.wait(120) == 0  # so that a hang ends
        finally:
            running.kill()
    assert claims(ledger)


def test_a_sentence_has_fields_and_an_outcome_can_be_new(served):
    server, ledger, _ = served
    page = ask(server)[1]
    for key in ("printed", "outcome", "patients", "visit", "whose", "test", "basis"):
        assert f'name="{key}.abstract_1"' in page
    assert 'name="outcome.t1_men"' in page and 'name="test.t1_men"' not in page
    assert '<datalist id="outcomes"><option value="Men"></option>' in page
    fields = {"outcome": "Falls in a year", "patients": "27", "whose": "a", "test": "fisher"}
    fields = {f"{key}.abstract_1": text for key, text in fields.items()}
    assert settle(server, "abstract", ["abstract_1"], **fields)[0] == 303
    about = {"outcome": "falls_in_a_year", "patients": "27", "group": "a", "test": "fisher"}
    assert claims(ledger)["abstract_1"]["about"] == about
    document = yaml.safe_load(ledger.read_text())
    assert document["outcomes"]["falls_in_a_year"] == {"label": "Falls in a year"}
    assert settle(server, "table 1", ["t1_men"], **{"outcome.t1_men": "Falls in a year"})[0] == 303
    assert claims(ledger)["t1_men"]["about"]["outcome"] == "falls_in_a_year"


def test_a_matter_is_right_at_once_and_ticks_begin_where_nine_in_ten_are(served):
    server, ledger, _ = served
    text = COLUMN.replace('"0.95"', '"0.89"').replace('"0.96"', '"0.95"')
    ledger.write_text(text, encoding="utf-8")
    page = ask(server)[1]
    assert 'value="one" aria-label="one" checked' in page
    assert 'value="two" aria-label="two"><' in page.replace("></td", "><"), "0.89"
    assert (
        "2 of them in doubt or below a chance of 0.95; 1: mean (SD) from the caption; 1: " in page
    )
    assert re.search(r'value="keep" autofocus', page), "Enter takes nothing out"
    assert settle(server, "table 1", [], do="keep", **{"all.0": "on"})[0] == 303
    assert [name for name, one in claims(ledger).items() if "unconfirmed" in one] == ["three"]


def test_a_table_not_taken_up_comes_first_and_is_told_anew(served):
    server, ledger, _ = served
    ledger.write_text(COLUMN, encoding="utf-8")
    head = ("Endpoint", "Amount", "Chance")
    rows = (head, ("Pain score", "-0.627 ± 0.307", "0.046"), ("Mood", "-0.572 ± 0.299", "0.061"))
    table = Table("table 2", "Efficacy", rows, 1)
    arms = Table(
        "table 1", "", (("", "A (n=40)", "B (n=50)"), ("Women, n (%)", "1 (3)", "2 (4)")), 1
    )
    server.paper = ReadPaper("A", (), (arms, table))
    cells = [(row, at) for row in (1, 2) for at in (1, 2)]
    server.left = [Left(table.place_of(row, [at]), rows[row][at], "not said") for row, at in cells]
    page = ask(server)[1]
    assert "table 2: all its 4 numbers not taken up (not said)" in page
    assert page.index("table 2: all") < page.index("<h2>table 1</h2>")
    assert page.index("Numbers not taken up: table 2</a>") < page.index("autofocus"), "in sight"
    assert '<td class="left">-0.627 ± 0.307</td>' in page and 'name="head.1"' in page
    form = {"do": "again", "of": "table 2", "caption": "Efficacy", "head.0": "Endpoint"}
    status, page, _ = ask(server, {**form, "of": "table 9"})
    assert status == 409 and "no number more is read" in page and ledger.read_text() == COLUMN
    form |= {"head.1": "Treatment difference ± SE", "head.2": "P"}
    assert ask(server, form)[0] == 303
    made = {one["printed"]: one for one in claims(ledger).values() if "table 2" in one["place"]}
    pain = made["difference -0.627 (SE 0.307), P = 0.046"]
    assert pain["about"]["compare"] == ["a", "b"] and "unconfirmed" in pain and len(made) == 2
    assert "not taken up" not in ask(server)[1] and '"Pain score"' in ledger.read_text()


def test_n_is_set_for_the_rows_that_have_it(served):
    server, ledger, _ = served
    ledger.write_text(COLUMN.replace('"19"', '"20"'), encoding="utf-8")
    assert 'name="rows.0" aria-label="rows" value="3–4"' in ask(server)[1]
    fields = {"patients.0": "12", "rows.0": "4"}
    assert settle(server, "table 1", [], do="keep", **fields)[0] == 303
    found = {name: one["about"].get("patients") for name, one in claims(ledger).items()}
    assert found == {"one": "20", "two": "12", "three": None}
    status, page, _ = settle(server, "table 1", [], do="keep", **{"rows.0": "the last"})
    assert status == 409 and "rows such as 4–9" in page and 'value="the last"' in page


def test_blocks_of_rows_of_other_patients_are_lines_of_their_own(served):
    server, ledger, _ = served
    head, one = (
        COLUMN.partition("  one:\n")[0],
        COLUMN.partition("  one:\n")[2].partition("  two:")[0],
    )
    blocks = "".join(
        f"  c{row}:\n" + one.replace("row 3", f"row {row}").replace('"20"', f'"{n}"')
        for row, n in ((3, 20), (4, 20), (6, 12), (7, 12))
    )
    ledger.write_text(head + blocks, encoding="utf-8")
    page = ask(server)[1]
    assert 'name="rows.0" aria-label="rows" value="3–4"' in page
    assert 'name="rows.1" aria-label="rows" value="6–7"' in page
    assert 'name="patients.1" placeholder="" value="12"' in page


def test_nothing_ticked_and_nothing_corrected_is_said(served):
    server, ledger, _ = served
    assert "Nothing is ticked yet" not in ask(server)[1]
    ledger.write_text(COLUMN.replace("0.95", "0.5").replace("0.96", "0.5"), encoding="utf-8")
    assert "Nothing is ticked yet" in ask(server)[1]
    status, page, _ = settle(server, "table 1", [], do="keep")
    assert status == 409 and "no tick and no correction" in page


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"outcome.one": "Pain at rest"}, "Pain at rest, A"),
        ({"whose.0": "b", "rows.0": "3"}, "O, B"),
        ({"whose.0": "a against b"}, "O"),
        ({"patients.0": "12"}, "O, A"),
        ({"outcome.one": "Vitamin", "whose.0": "b", "rows.0": "3"}, "Vitamin, B"),
    ],
)
def test_a_label_follows_its_outcome_and_its_group(served, fields, label):
    server, ledger, _ = served
    ledger.write_text(COLUMN.replace('label: "O"\n    printed', 'label: "O, A"\n    printed', 1))
    assert settle(server, "table 1", [], do="keep", **fields)[0] == 303
    assert claims(ledger)["one"]["label"] == label


def test_the_page_tells_once_a_column_which_fact_lacks(served):
    server, ledger, _ = served
    times = COLUMN.replace('group: "a", ', 'group: "a", visit: "week 4", ')
    ledger.write_text(times, encoding="utf-8")
    lack = "Give its visit; it is then held against the numbers at “week 4”."
    assert ask(server)[1].count(lack) == 1
    ledger.write_text(COLUMN, encoding="utf-8")
    assert "Give its visit" not in ask(server)[1]


def test_outcomes_are_offered_by_their_labels(served):
    server, ledger, _ = served
    ledger.write_text(COLUMN.replace('o: {label: "O"}', 'o: {label: "Pain at rest"}'))
    page = ask(server)[1]
    assert '<option value="Pain at rest"></option>' in page and "outcome Pain at rest" in page
    assert '<option value="o"' not in page


def test_an_outcome_of_another_name_is_at_baseline_still(served):
    server, ledger, _ = served
    text = ledger.read_text()
    assert 'men: {label: "Men"}' in text
    text = text.replace('men: {label: "Men"}', 'men: {label: "Men", baseline: true}')
    ledger.write_text(text, encoding="utf-8")
    ask(server)
    assert settle(server, "table 1", ["t1_men"], **{"outcome.t1_men": "Men at entry"})[0] == 303
    outcomes = yaml.safe_load(ledger.read_text())["outcomes"]
    assert outcomes["men_at_entry"] == {"label": "Men at entry", "baseline": True}


def test_the_table_stands_beside_the_fields_of_a_wide_window(served):
    page = ask(served[0])[1]
    assert re.search(r"@media \(min-width: 80rem\) \{\n\.beside \{flex-wrap: nowrap\}", page)

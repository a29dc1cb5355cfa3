"""`trialtrace read PAPER --review`: a page on this machine alone writes into the map."""

import threading
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from trialtrace.audit.locate.form import EXAMPLE
from trialtrace.audit.locate.read import paper_of
from trialtrace.audit.meaning.map_file import map_yaml, read_map
from trialtrace.audit.meaning.rules import propose
from trialtrace.base.paths import project
from trialtrace.cli import main
from trialtrace.report.commands.review import FORM, LARGEST_FORM, ReviewServer

PAGE = """<html><body><h1>A trial</h1><table><caption>Table 1. <b>Pain</b></caption>
<tr><th></th><th>Drug (n = 30)</th><th>Placebo (n = 31)</th><th>P</th></tr>
<tr><td>Pain, mean (SD) &lt;script&gt;</td><td>4.1 (1.0)</td><td>5.3 (1.1)</td><td>0.03</td></tr>
<tr><td>Score</td><td>5 (2)</td><td>6 (3)</td><td></td></tr></table></body></html>"""


@pytest.fixture
def served(tmp_path):
    paper = paper_of(PAGE.encode(), "p.html")
    file = tmp_path / "p.map.yaml"
    file.write_text(map_yaml(propose(paper), "p.html"), encoding="utf-8")
    server = ReviewServer(project(None), file, paper)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join(10)
    server.server_close()


def ask(server, form=None, *, path=None, method=None, **headers):
    """(status, body) of a request; a form is posted."""
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    body = None if form is None else urlencode(form)
    given = {"Content-Type": FORM} if form is not None else {}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    method = method or ("GET" if form is None else "POST")
    connection.request(method, path or urlsplit(server.address).path, body, given)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def said(server):
    return read_map(server.at, server.file).tables["t1"]


def test_the_table_as_printed_stands_beside_what_is_said_of_it(served):
    status, page = ask(served)
    assert status == 200 and "1 of 1 tables are not confirmed" in page
    assert "4.1 (1.0)" in page and "&lt;script&gt;" in page and "<script>" not in page
    assert 'name="c2.whose" aria-label="c2.whose" value="drug"' in page


def test_a_table_is_confirmed(served):
    assert ask(served, {"table": "t1", "do": "confirm"})[0] == 303
    assert said(served).confirmed and "0 of 1 tables" in ask(served)[1]
    assert ask(served, {"table": "t1", "do": "save"})[0] == 303 and not said(served).confirmed


def test_what_a_person_changes_is_held_to_the_paper(served):
    form = {"table": "t1", "do": "confirm", "r3.kind": "mean_sd", "r3.leave": ""}
    status, page = ask(served, form)
    assert status == 409 and "is not quoted" in page and said(served).rows["r3"].kind is None
    columns = {"c2.whose": "placebo", "c2.kind": "", "c2.visit": "", "c2.size": "", "c2.leave": ""}
    status, page = ask(served, {"table": "t1", "do": "confirm", **columns})
    assert status == 409 and "No head over the column names" in page
    assert 'value="placebo"' in page and said(served).columns["c2"].group == "drug"
    form = {"table": "t1", "do": "confirm", "r3.kind": "", "r3.leave": "of a scale"}
    assert ask(served, form)[0] == 303 and said(served).rows["r3"].leave == "of a scale"


def test_only_this_page_is_answered(served):
    root = urlsplit(served.address).path
    assert ask(served, path="/wrong/")[0] == 404
    assert ask(served, path=f"{root}other")[0] == 404
    assert ask(served, Host="example.org")[0] == 403
    assert ask(served, {"table": "t9", "do": "confirm"})[0] == 409
    assert ask(served, {"do": "anything"})[0] == 400
    assert ask(served, {"do": "confirm"}, Content_Type="text/plain")[0] == 400
    assert ask(served, {"do": "confirm"}, Content_Length=str(LARGEST_FORM + 1))[0] == 400


def test_the_button_ends_it(served):
    assert ask(served, {"do": "end"})[0] == 200


def test_a_file_for_the_map_is_asked_for(tmp_path, capsys):
    path = tmp_path / "table.csv"
    path.write_text(EXAMPLE)
    assert main(["read", str(path), "--review"]) == 1
    assert "--map" in capsys.readouterr().err

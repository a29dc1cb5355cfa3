"""The exports of an audit: a page that stands alone, one file."""

import json
import re
from html.parser import HTMLParser

import pytest

from trialtrace.audit.files.file import read_standing
from trialtrace.base.paths import project
from trialtrace.cli import main

LEDGER = """\
papers: {main: "A paper"}
groups:
  a: {label: "A <b>bold</b>", randomised: "55"}
  b: {label: B, randomised: "50", control: true}
populations:
  itt: {label: intention to treat, everyone: true}
  pp: {label: per protocol, sizes: {a: "27", b: "29"}}
outcomes:
  o: {label: O}
  q: {label: Q}
claims:
  share: {from: main, place: "table </td>", label: "<script>alert(1)</script>", printed: "30.0% (95% CI 18–42)", about: {outcome: o, group: a}}
  one: {from: main, place: t, label: One, printed: "13 (48.1%)", about: {outcome: q, group: a, population: pp}}
  two: {from: main, place: t, label: Two, printed: "12 (42.4%)", about: {outcome: q, group: b, population: pp}}
  p: {from: main, place: t, label: P, printed: "p = .305", about: {outcome: q, compare: [a, b], population: pp}}
  f: {from: main, place: t, label: F, printed: "F(3, 63) = 5.907, p < 0.01", about: {correction: greenhouse_geisser}}
  same: {from: main, place: t, label: "No & difference", printed: "no difference", about: {outcome: q, compare: [a, b], population: pp, concludes: no_difference}}
"""  # noqa: E501


@pytest.fixture
def ledger_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "ledger.yaml"
    path.write_text(LEDGER, encoding="utf-8")
    return path


def made(path, form):
    out = path.parent / "out" / f"audit.{form}"
    assert main(["audit", str(path), "--format", form, "--output", str(out)]) == 1
    return out.read_text(encoding="utf-8")


VOID = {"meta", "br", "input"}


class Tags(HTMLParser):
    """Every tag with its attributes, and whether tags close in their order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_runs_nothing(ledger_path):
    text = made(ledger_path, "html")
    page = Tags(text)
    names = {tag for tag, _ in page.tags}
    assert page.open == []
    assert names.isdisjoint({"script", "link", "iframe", "object", "img", "b", "form"})
    policy = [a["content"] for t, a in page.tags if a.get("http-equiv")]
    assert policy and policy[0].startswith("default-src 'none'")
    attributes = {name for _, given in page.tags for name in given}
    assert not [name for name in attributes if name.startswith("on") or name == "src"]
    assert all(given.get("href", "#claim-").startswith("#claim-") for _, given in page.tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text and "table &lt;/td&gt;" in text


def test_the_page_has_the_counts_and_every_judgement(ledger_path):
    text = re.sub(r"<[^>]+>", " ", made(ledger_path, "html"))
    audit = json.loads(made(ledger_path, "json"))
    states = [row["on_print"] for row in audit["claims"]]
    assert re.search(r"6 claims", text) and {"contradicts", "holds"} <= set(states)
    assert {one["state"] for one in audit["judgements"]} <= {"contradicts", "question", "holds"}
    assert audit["judgements"][0].keys() >= {"relation", "claim", "component", "question", "beside"}


def test_a_paper_that_holds_has_no_finding_against_it(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    keep = [line for line in LEDGER.split("\n") if not re.match("  (share|p|same):", line)]
    path.write_text("\n".join(keep).replace("42.4%", "41.4%"), encoding="utf-8")
    assert main(["audit", str(path)]) == 0
    assert len(read_standing(project(), path, trust=False)[0].entries) == 3


def test_the_same_bytes_twice(ledger_path):
    for form in ("html", "csv", "table", "json"):
        assert made(ledger_path, form) == made(ledger_path, form)

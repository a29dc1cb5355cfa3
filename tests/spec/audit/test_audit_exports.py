"""The exports of an audit: a page that stands alone, SARIF by its required fields, one file."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest
from sarif_logs import log_of, validator

from trialtrace.audit.files.file import read_ledger
from trialtrace.audit.prints.registry import MODULES, about, card_of, of_sizes
from trialtrace.audit.verdicts.sarif import LEVELS
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
    assert page.open == [] and "svg" in names
    assert names.isdisjoint({"script", "link", "iframe", "object", "img", "b", "form"})
    policy = [a["content"] for t, a in page.tags if a.get("http-equiv")]
    assert policy and policy[0].startswith("default-src 'none'")
    attributes = {name for _, given in page.tags for name in given}
    assert not [name for name in attributes if name.startswith("on") or name in ("src", "href")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text and "table &lt;/td&gt;" in text


def test_the_page_tells_counts_findings_and_chance(ledger_path):
    text = re.sub(r"<[^>]+>", " ", made(ledger_path, "html"))
    audit = json.loads(made(ledger_path, "json"))
    assert re.search(r"6 claims", text)
    for search in audit["searches"]:
        assert f"{search['candidates'][-1]:,}" in text
    assert "It is not the probability that the authors made another choice" in text
    assert "half / double window" in text and "by chance alone" in text


def test_pictures_show_the_printed_number(ledger_path):
    text = made(ledger_path, "html")
    for label in ("Intervals by method", "P by each usual test", "p over epsilon", "denominators"):
        assert f'aria-label="{label}' in text or label in text
    assert "nan" not in text and "inf" not in re.sub("information", "", text)


def test_sarif_has_what_the_standard_requires(ledger_path):
    log = log_of(made(ledger_path, "sarif"))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "trialtrace"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert all(
        rule["help"]["text"] and rule["shortDescription"]["text"] for rule in driver["rules"]
    )
    lines = LEDGER.split("\n")
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note") and result["message"]["text"]
        (place,) = result["locations"]
        where = place["physicalLocation"]
        assert where["artifactLocation"]["uri"] == "ledger.yaml"
        related = [json.dumps(one) for one in result.get("relatedLocations", ())]
        assert len(related) == len(set(related))
        claim = place["logicalLocations"][0]["fullyQualifiedName"].split(".")[1]
        assert lines[where["region"]["startLine"] - 1].startswith(f"  {claim}:")
        marks = result["partialFingerprints"]
        assert marks and all(isinstance(mark, str) for mark in marks.values())


NO_LOGS = {
    "a key that none has": lambda log, driver, result: result.update(claim="one"),
    "a level that none has": lambda log, driver, result: result.update(level="fatal"),
    "a line in words": lambda log, driver, result: region(result).update(startLine="3"),
    "a place that is no object": lambda log, driver, result: result.update(locations=["a.yaml"]),
    "a place for a list": lambda log, driver, result: result.update(locations={}),
    "no message": lambda log, driver, result: result.pop("message"),
    "no name of the tool": lambda log, driver, result: driver.pop("name"),
    "a rule without id": lambda log, driver, result: driver["rules"][0].pop("id"),
    "another version": lambda log, driver, result: log.update(version="2.2.0"),
    "no runs": lambda log, driver, result: log.pop("runs"),
}


def region(result):
    return result["locations"][0]["physicalLocation"]["region"]


@pytest.mark.parametrize("name", NO_LOGS)
def test_what_is_no_log_is_told(ledger_path, name):
    log = log_of(made(ledger_path, "sarif"))
    (run,) = log["runs"]
    NO_LOGS[name](log, run["tool"]["driver"], run["results"][0])
    assert not validator().is_valid(log)


def test_sarif_and_csv_tell_what_cannot_all_hold(ledger_path):
    audit = json.loads(made(ledger_path, "json"))
    (run,) = log_of(made(ledger_path, "sarif"))["runs"]
    told = [one for one in run["results"] if one["ruleId"] == "contradiction"]
    assert len(told) == len(audit["contradictions"]) > 0
    lines = LEDGER.split("\n")
    for one, known in zip(told, audit["contradictions"], strict=True):
        assert one["level"] == "error" and one["message"]["text"] == known["finding"]
        places = [*one["locations"], *one["relatedLocations"]]
        assert len(places) == len(known["numbers"])
        for place in places:
            (name,) = (each["fullyQualifiedName"] for each in place["logicalLocations"])
            section, key, *_ = name.split(".")
            line = lines[place["physicalLocation"]["region"]["startLine"] - 1]
            assert line.startswith(f"  {key}:") and section in ("claims", "groups", "populations")
    assert len({one["partialFingerprints"]["numbers/v1"] for one in told}) == len(told)
    rows = list(csv.DictReader(io.StringIO(made(ledger_path, "csv"))))
    of = {(row["claim_id"], row["component"]): row["contradiction"] for row in rows}
    for known in audit["contradictions"]:
        for number in known["numbers"]:
            key = number["claim"], number["component"]
            assert key not in of or known["finding"] in of[key]
    assert any(of.values()) and of["f", "p"] == ""


def test_levels_follow_the_verdicts(ledger_path):
    (run,) = log_of(made(ledger_path, "sarif"))["runs"]
    rows = json.loads(made(ledger_path, "json"))["claims"]
    found = {}
    for result in run["results"]:
        name = result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
        found.setdefault(name.split(".", 1)[1], set()).add(result["level"])
    assert found["two.percent"] == {"error"}
    assert found["same.words"] == {"note"}
    for row in rows:
        levels = found.get(f"{row['claim_id']}.{row['component']}", set())
        if row["on_print"] in ("exact", "compatible"):
            assert not levels & {"error", "warning"}
        if row["on_print"] == "alternative" and row["component"] != "ci_high":
            assert levels == {"warning"}


def test_the_card_of_a_check_has_every_finding_that_it_makes():
    """Each finding is named by one check alone, and said to be about something."""
    for name, module in MODULES.items():
        made = Path(find_spec(module).origin).read_text(encoding="utf-8")
        source = re.sub(r"CARD = Card\(.*?\n\)\n", "", made, flags=re.DOTALL)
        named = set(re.findall(r'"(fact|[a-z]+\.[a-z_]+)"', source))
        assert named == set(card_of(name).findings), name
        assert set(card_of(name).of_sizes) <= named
    assert len(about()) == sum(len(card_of(name).findings) for name in MODULES)
    assert all(means.endswith(".") for means in about().values())
    assert len(of_sizes()) > 10


def test_levels_are_those_of_the_standard():
    assert set(LEVELS.values()) == {"error", "warning", "note"}


def test_a_paper_that_holds_gives_an_empty_log(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    keep = [line for line in LEDGER.split("\n") if not re.match("  (share|p|same):", line)]
    path.write_text("\n".join(keep).replace("42.4%", "41.4%"), encoding="utf-8")
    assert main(["audit", str(path), "--format", "sarif"]) == 0
    assert log_of(capsys.readouterr().out)["runs"][0]["results"] == []
    assert len(read_ledger(project(), path).entries) == 3


def test_the_same_bytes_twice(ledger_path):
    for form in ("html", "sarif", "csv", "table", "json"):
        assert made(ledger_path, form) == made(ledger_path, form)

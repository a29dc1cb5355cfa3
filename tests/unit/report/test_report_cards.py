"""Cards of numbers: each number of a report has one, which says what its trace page says."""

import json
import re
import subprocess

import pytest
from hostile_text import PAYLOADS
from site_pages import packed_data, pages

# One process renders the sites.
pytestmark = [
    pytest.mark.filterwarnings("ignore:constrained_layout not applied"),
    pytest.mark.full,
]
SHOWN = ("summary.html", "report.html", "supplement.html", "audit.html")


@pytest.fixture(scope="module")
def report(hostile):
    return hostile.at.site / "mini"


def cards_of(folder):
    text = (folder / "cards.js").read_text(encoding="utf-8")
    assert text.count("\n") == 1
    assert text.startswith("const trialtraceCards = ")
    return json.loads(packed_data(text))


def told(cards, coded):
    return [cards["words"][one] if isinstance(one, int) else one for one in coded]


def linked(folder):
    """The anchors of the numbers that the pages of a report show."""
    return {
        anchor
        for name in SHOWN
        for anchor in re.findall(
            r'href="trace/[^"#]+#([a-z2-7]{8})', (folder / name).read_text(encoding="utf-8")
        )
    }


def test_every_number_of_a_page_has_a_card_and_no_other(report):
    assert set(cards_of(report)["numbers"]) == linked(report)


def test_a_card_says_what_the_page_of_its_number_says(report):
    cards, found = cards_of(report), pages(report)
    page = {path.name: one.text for path, one in found.items() if path.parent.name == "trace"}
    every = " ".join(" ".join(text.split()) for text in page.values())
    for heading, subject, lines, plan in cards["numbers"].values():
        assert heading in every and all(part in every for part in told(cards, subject))
        labels = [cards["labels"][label] for label, *_ in lines]
        assert labels[0] == "value" and "check" in labels
        for label, *coded in lines:
            for text in told(cards, coded):
                # Of a method the page says the name of the statistic above it.
                said = text if cards["labels"][label] != "method" else text.split(", ", 1)[-1]
                assert " ".join(said.split()) in every
        place, link = cards["plans"][plan]
        path, _, line = link.partition("#")
        assert line in found[report / path].ids and line[1:] in place


def test_what_is_printed_is_not_all_that_a_card_has(report):
    cards = cards_of(report)
    values = [
        told(cards, lines[0][1:])[0]
        for heading, _, lines, _ in cards["numbers"].values()
        if heading.startswith("risk difference")
    ]
    assert [one for one in values if re.match(r"-?0\.\d{8,}   \[", one)]


def test_a_payload_is_data_of_a_script(report):
    every = " ".join(map(str, cards_of(report)["words"]))
    assert [one for one in PAYLOADS if one in every]
    text = (report / "cards.js").read_text(encoding="utf-8")
    assert not [one for one in PAYLOADS if one in text]


def test_restricted_cards_have_no_value_of_the_data_and_no_subject(restricted):
    text = json.dumps(cards_of(restricted.at.site / "mini"))
    assert "SECRET" not in text and "mini-1" not in text


def shown(page, anchor):
    flags = ("--headless", "--no-sandbox", "--virtual-time-budget=4000", "--dump-dom")
    call = ["chromium", *flags, f"{page.resolve().as_uri()}#{anchor}"]
    return subprocess.run(call, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.chromium
def test_the_address_of_a_number_opens_its_card_from_a_disk(report):
    cards = cards_of(report)
    page = (report / "report.html").read_text(encoding="utf-8")
    anchor = re.search(r'<a id="([a-z2-7]{8})" href="trace/', page)[1]
    value = told(cards, cards["numbers"][anchor][2][0][1:])[0]
    found = shown(report / "report.html", anchor)
    assert 'aria-expanded="true"' in found
    assert f"<dt>value</dt><dd>{value}</dd>" in found
    assert 'class="card"' not in shown(report / "report.html", "sec-data")

"""Columns named by a pattern: what `trialtrace check` says of them."""

import pytest
from mini_trial import DICTIONARY, ENDPOINTS, edit, told, write_project

WIDE = """\
ache: {label: Ache, code: ACHE, kind: repeated, table: patients, baseline: first,
  visits: {pattern: "pain{visit}", labels: {"0": first, "1": second}}}
ntx: {label: Symptoms, kind: instrument, instrument: fact_gog_ntx, code: NTX, table: patients,
  items: {pattern: "n{item}_{visit}", visits: {"0": first, "1": second}}, form: ntx_11,
  direction: higher_better, baseline: first}
"""
ITEMS = "".join(
    f"n{item}_{visit},patients,,text,Item,,,integer,0,4,,,,,,,,\n"
    for visit in (0, 1)
    for item in range(1, 12)
)


@pytest.fixture
def at(tmp_path):
    head, _, rest = DICTIONARY.partition("id,adverse")
    dictionary = f"{head}{ITEMS}id,adverse{rest}"
    return write_project(tmp_path, endpoints=ENDPOINTS + WIDE, dictionary=dictionary)


def test_the_whole_is_valid(at):
    assert told(at) == ""


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('"pain{visit}"', '"pane{visit}"', 'did you mean "pain0"?'),
        ('"pain{visit}"', "pain", "with {visit} in it, once"),
        ('{"0": first, "1": second}}}\nntx', '{"0": first, "7": second}}}\nntx', "labels.7"),
        ('{"0": first, "1": second}}}\nntx', '{"0": first, "1": first}}}\nntx', "a label of its"),
        ("baseline: first,\n", "baseline: begin,\n", "the label of a visit"),
        ('"n{item}_{visit}"', '"m{item}_{visit}"', "m1_0"),
        ('"n{item}_{visit}"', '"n{item}"', "with {item} and {visit}"),
        ('visits: {"0": first, "1"', 'visits: {"0": first, "2"', "n1_2"),
        ("direction:", 'visit: {column: site, labels: {"01": a, "02": b}}, direction:', "pattern"),
        ("baseline: first}", "baseline: begin}", "the label of a visit"),
    ],
)
def test_patterns_that_fit_nothing_are_told(at, old, new, wanted):
    edit(at, "endpoints.yaml", old, new)
    assert wanted in told(at), told(at)

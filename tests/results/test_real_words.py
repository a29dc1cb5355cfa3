"""What a reader of the three reports meets: no name of the configuration, no text that is broken or
cut off, in pages, in figures and in the files of their numbers."""

import csv

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from raw_words import cut_off, spoiled, texts_of_csv, texts_of_page, texts_of_svg

TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990")
PAGES = ("summary*.html", "report*.html", "supplement*.html")


@pytest.mark.parametrize("trial", TRIALS)
def test_pages_of_a_report_have_words_for_everything(site, trial):
    pages = [path for name in PAGES for path in sorted((site / trial).glob(name))]
    assert len(pages) > 2
    found = [(path.name, *one) for path in pages for one in spoiled(texts_of_page(path))]
    assert found == []


@pytest.mark.parametrize("trial", TRIALS)
def test_figures_have_words_for_everything_and_nothing_is_cut_off(site, real, trial):
    folder = real[trial].run.folder / "report" / "figures"
    drawn, numbers = sorted(folder.glob("*.svg")), sorted(folder.glob("*.csv"))
    assert len(drawn) == len(numbers) > 2
    found = [
        (path.name, *one) for path in drawn for one in spoiled(texts_of_svg(path), breaks=False)
    ]
    found += [
        (path.name, *one) for path in numbers for one in spoiled(texts_of_csv(path), breaks=False)
    ]
    assert found == []
    assert [path.name for path in sorted(folder.glob("*.png")) if cut_off(path)] == []


@pytest.mark.parametrize("trial", TRIALS)
def test_the_outcome_is_known_of_the_arm_that_heads_the_column(site, real, trial):
    """Levamisole's 310 stood below levamisole and fluorouracil."""
    with open(site / trial / "tables" / "known.csv", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    planned = pq.read_table(real[trial].run.folder / "derived" / "adsl.parquet")["TRT01P"]
    arms = real[trial].run.trial.design.arms
    before = header[: -len(arms)]
    assert before == ["Outcome"] or before == ["Outcome", "Visit"]
    assert header[len(before) :] == [arm.label for arm in arms.values()]
    sizes = [str(pc.sum(pc.equal(planned, arm)).as_py()) for arm in arms]
    assert lines
    for line in lines:
        assert [cell.split(" of ")[1] for cell in line[len(before) :]] == sizes

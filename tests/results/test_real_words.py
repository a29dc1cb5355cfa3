"""What a reader of the three reports meets: no name of the configuration, no text that is broken or
cut off, in pages, in figures and in the files of their numbers."""

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

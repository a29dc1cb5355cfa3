"""Ways in which true papers are printed: none of them may raise an alarm."""

import pytest
from paper import claim

ITT = {"outcome": "event", "group": "training", "population": "itt"}


@pytest.mark.parametrize("about", [{"stratum": "men"}, {"split": "sex", "stratum": "men"}])
@pytest.mark.parametrize("printed", ["10/20 (50.0%)", "42.1%"])
def test_a_subgroup_is_a_part_of_everyone(judged, printed, about):
    """20 of the 30 randomised are men; 42.1 % is 8 of 19, and of no 30."""
    assert judged("a", "percent", {"a": claim(printed, **ITT, **about)})[0] != "inconsistent"
    assert judged("a", "percent", {"a": claim("42.1%", **ITT)})[0] == "inconsistent"


def test_a_subgroup_has_not_the_size_of_its_population(judged):
    """27 were treated; 42.1 % is no count of 27, but 8 of 19 of them."""
    of = {"outcome": "event", "group": "training"}
    assert judged("a", "percent", {"a": claim("42.1%", **of)})[0] == "inconsistent"
    assert judged("a", "percent", {"a": claim("42.1%", stratum="men", **of)})[0] != "inconsistent"

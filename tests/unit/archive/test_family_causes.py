"""Which results are of one family of the plan, when one of them changes."""

from trialtrace.run.archive.causes import Causes


def test_a_p_in_the_place_of_another_hangs_on_the_rest_of_that_family():
    causes = object.__new__(Causes)
    families = {"main": {"death", "pain"}, "placed": {"death_alive", "main", "death"}}
    causes.__dict__["_entries"] = {"multiplicity": families}

    def share(one: str, other: str) -> bool:
        return causes._share({"analysis_id": one}, {"analysis_id": other})

    assert share("death_alive", "pain") and share("death", "pain")
    assert not share("death_alive", "sleep")

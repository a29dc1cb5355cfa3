import pytest
from small_trial import SmallTrial


@pytest.fixture
def trial(tmp_path) -> SmallTrial:
    return SmallTrial(tmp_path)

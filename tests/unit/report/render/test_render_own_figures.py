"""Figures that code of an own document draws: how they are handed to the page."""

import io

import pytest
from matplotlib.figure import Figure
from PIL import Image

from trialtrace.report.render import mpl_backend


def test_a_figure_has_twice_the_density_of_a_screen_and_no_name_of_a_program():
    with Image.open(io.BytesIO(mpl_backend.png(Figure(figsize=(2, 1))))) as image:
        # 96 pixels an inch are those of CSS.
        assert image.info["dpi"] == pytest.approx((192, 192), abs=0.1)
        assert "Software" not in image.info

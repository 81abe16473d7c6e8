"""A real browser lays the page out: headless Chromium, on a wide screen and on a phone's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import matplotlib.image
import numpy
import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium: apt-get install chromium")
HEADER = numpy.array([0x14, 0x21, 0x1F]) / 255


def browse(profile: Path, *options: str) -> str:
    """Runs the browser without a window until the page is there."""
    assert BROWSER is not None
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={profile}",
    ]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_the_browser_shows_both_pages_of_the_chosen_user(address: str, tmp_path: Path) -> None:
    text = browse(tmp_path, "--dump-dom", f"{address}?user=u4&diversity=0.3")
    assert re.search(r'<option selected="">u4</option>', text)
    assert len(re.findall(r'<li class="slot ', text)) == 80
    assert "Recent orders" in text


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (500, 900)])
def test_the_page_is_drawn_across_the_screen(address: str, tmp_path: Path, width: int, height: int) -> None:
    """The header's colour from edge to edge, white sections with text below, nothing beyond the right edge."""
    picture = tmp_path / "page.png"
    browse(tmp_path, f"--window-size={width},{height}", f"--screenshot={picture}", f"{address}?user=u4")
    pixels = matplotlib.image.imread(picture)[:, :, :3]  # [height, width, colours]
    assert pixels.shape[:2] == (height, width)
    assert numpy.allclose(pixels[2], HEADER, atol=0.01)
    body = pixels[height // 2 :]
    assert 0.3 < numpy.mean(numpy.all(body > 0.99, axis=2)) < 0.95
    assert len(numpy.unique((body * 255).astype(numpy.uint8).reshape(-1, 3), axis=0)) > 20
    # The margin at the right is the page's own colour: no section is cut off.
    assert numpy.allclose(body[:, -4:], numpy.array([0xF5, 0xF6, 0xF9]) / 255, atol=0.01)

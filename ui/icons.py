"""The icon set: which there are, and how its sprite is made.

To use a further Lucide icon add its name to static/icons/names.txt, unpack `npm pack lucide-static`
and run `python -m ui.icons FOLDER/icons`.
"""

import re
import sys
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "static" / "icons"


@cache
def names() -> frozenset[str]:
    """The names that `{% icon %}` knows."""
    return frozenset((HERE / "names.txt").read_text().split())


def symbol(folder: Path, name: str) -> str:
    """One icon as a <symbol>; drawn by currentColor, so that the page colours it."""
    svg = (folder / f"{name}.svg").read_text()
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if inner is None:
        raise SystemExit(f"{name}.svg is not an icon.")
    shapes = re.sub(r"\s*\n\s*", "", inner[1])
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def build(folder: Path) -> None:
    """Write the sprite from a folder with one SVG file an icon."""
    symbols = "\n".join(symbol(folder, name) for name in sorted(names()))
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (HERE / "lucide.svg").write_text(sprite)


if __name__ == "__main__":
    build(Path(sys.argv[1]))

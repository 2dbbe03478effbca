"""Cuts the field app's font to what its pages can show: 34 kB become 14.

Atkinson Hyperlegible Next comes as a variable font with every Latin letter, from hairline to
black. A phone needs the letters of French, Dutch, English and of names written over from Arabic,
between regular and bold; what only names of some languages have is a second file, of 4 kB. And its
zero is slashed, which makes hours hard to read: here the slash is taken out, so that "20:00" is as
quiet as it is in print.
"""

import io
from pathlib import Path
from typing import Any

from deploy.engines.errors import EngineError

WEIGHTS = (400, 700)
LETTERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    "ÀÁÂÄÇÈÉÊËÌÍÎÏÑÒÓÔÖÙÚÛÜàáâäçèéêëìíîïñòóôöùúûüÿŒœÆæıãõ"
    " \u00a0!\"#%&'()*+,-./:;<=>?@[\\]_{|}«»‹›·°–—‘’“”…€−×²§"
)
MORE_LETTERS = "ĞİŞğşĂȘȚășțĄĆĘŁŃŚŹŻąćęłńśźżČŠŽčšž"
"""Of Turkish, Romanian, Polish, Czech and Croatian names: a file apart, as in the source."""
FAMILY = "Atkinson Hyperlegible Next"
FAMILY_NAMES, STYLE_NAMES = {1, 16}, {2, 17}
MISSING = (
    "The font is cut with fontTools. Install the dependency group `web` (`uv sync --group web`)."
)
FEATURES = ("kern", "tnum", "ccmp", "mark")


def cut_font(source: Path, to: Path, letters: str = LETTERS) -> None:
    """Write the part of a variable font that pages need.

    Args:
        source: the whole font, of one axis `wght`.
        to: the WOFF2 to write; its folder is made.
        letters: what is kept; a zero among them loses its slash.

    Raises:
        EngineError: the libraries for it are not installed.
    """
    try:
        from fontTools import subset  # noqa: PLC0415 - only who bundles has it
        from fontTools.ttLib import TTFont  # noqa: PLC0415 - as above
        from fontTools.varLib import instancer  # noqa: PLC0415 - as above
    except ImportError:
        raise EngineError(MISSING) from None
    options = subset.Options()
    options.layout_features = list(FEATURES)
    options.name_IDs = []
    options.hinting = False
    options.drop_tables += ["STAT", "meta"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    font.flavor = None
    between = io.BytesIO()
    font.save(between)  # the axis is cut from a font that was written out: the two do not mix
    between.seek(0)
    font = TTFont(between)
    if "0" in letters:
        open_zero(font)
    font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    to.parent.mkdir(parents=True, exist_ok=True)
    font.save(to)


def cut_for_print(source: Path, folder: Path) -> None:
    """Write regular and bold as TrueType, for reports on paper.

    Raises:
        EngineError: the libraries for it are not installed.
    """
    try:
        from fontTools.ttLib import TTFont  # noqa: PLC0415 - only who bundles has it
        from fontTools.varLib import instancer  # noqa: PLC0415 - only who bundles has it
    except ImportError:
        raise EngineError(MISSING) from None
    folder.mkdir(parents=True, exist_ok=True)
    for style, weight in (("Regular", 400), ("Bold", 700)):
        font = TTFont(str(source))
        open_zero(font)
        font = instancer.instantiateVariableFont(font, {"wght": weight})
        font.flavor = None
        for record in font["name"].names:
            if record.nameID in FAMILY_NAMES:
                record.string = FAMILY
            elif record.nameID in STYLE_NAMES:
                record.string = style
        font["OS/2"].usWeightClass = weight
        font.save(folder / f"{style}.ttf")


def open_zero(font: Any) -> None:
    """Take the slash out of the zero: its two half counters become one.

    The slash is what lies between two contours. Their points are kept and put in one row, so that
    every weight of the font stays what it is.

    Raises:
        EngineError: this zero is drawn otherwise than the one that we know.
    """
    glyph, variations = font["glyf"]["zero"], font["gvar"].variations["zero"]
    ends: list[int] = list(glyph.endPtsOfContours)
    if ends != [15, 26, 38]:
        raise EngineError("The font's zero changed: look at deploy/font.py before bundling it.")
    lower, upper = range(16, 27), range(27, 39)
    # Up the lower right, over the slash, round the upper half, back over the slash, down the left.
    order = [*range(16), *lower[:4], *upper[1:], upper[0], *lower[4:]]
    points = list(glyph.coordinates)
    for variation in variations:
        variation.calcInferredDeltas([*points, *[(0, 0)] * 4], ends)
        moved = variation.coordinates
        variation.coordinates = [*(moved[i] for i in order), *moved[len(order) :]]
    flags = list(glyph.flags)
    for place, i in enumerate(order):
        glyph.coordinates[place], glyph.flags[place] = points[i], flags[i]
    glyph.endPtsOfContours, glyph.numberOfContours = [15, 38], 2

"""The pack's typeface: whole files for the PDF, subsets inside the page, and what it cannot write.

Source Sans comes from the ``font-source-sans-pro`` package. Fonts for other scripts come from any
installed package that declares its files in the same way, or from ``reports/theme/fonts/``.
"""

from __future__ import annotations

import base64
import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from analysis.errors import PublishError

FACES = {  # name in the package → (weight, style)
    "SourceSansPro": (400, "normal"),
    "SourceSansProIt": (400, "italic"),
    "SourceSansProSemibold": (600, "normal"),
    "SourceSansProSemiboldIt": (600, "italic"),
}
ON_PAGE = ("SourceSansPro", "SourceSansProIt", "SourceSansProSemibold")
FEATURES = ["kern", "liga", "tnum", "lnum", "ccmp", "locl", "mark", "mkmk"]
BASIC = "".join(map(chr, range(32, 127))) + "\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022"
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")


@dataclass(frozen=True)
class Typeface:
    """The fonts of one pack.

    Attributes
    ----------
    files : dict of str to Path
        Source Sans, by face.
    extra : Path or None
        A font for the characters Source Sans lacks, where one is installed and has them.
    extra_family : str or None
        Its name, as Typst calls it.
    extra_number : int
        Which font of the file, if that is a collection.
    missing : str
        Characters of the text that none of the fonts has.
    """

    files: dict[str, Path]
    extra: Path | None
    extra_family: str | None
    extra_number: int
    missing: str


def _declared() -> dict[str, Path]:
    """Fonts that installed packages declare, by name."""
    found: dict[str, Path] = {}
    for group in ("fonts_ttf", "fonts_otf", "fonts_ttc", "fonts_otc"):
        for entry in entry_points(group=group):
            for name, path in sorted(entry.load().items()):
                found.setdefault(name, Path(path))
    return found


def _characters(path: Path, number: int = 0) -> set[int]:
    with TTFont(path, fontNumber=number, lazy=True) as font:
        return set(font.getBestCmap() or {})


def _others(fonts: dict[str, Path], folder: Path) -> Iterable[tuple[Path, int]]:
    declared = [path for name, path in sorted(fonts.items()) if not name.startswith("SourceSans")]
    added = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    for path in added + declared:
        if path.suffix.lower() in (".ttc", ".otc"):
            with TTCollection(path, lazy=True) as collection:
                count = len(collection.fonts)
            yield from ((path, number) for number in range(count))
        else:
            yield path, 0


def choose(text: str, folder: Path) -> Typeface:
    """The fonts that write a text.

    Parameters
    ----------
    text : str
        Everything a reader will see.
    folder : Path
        A folder of additional fonts; it need not exist.

    Raises
    ------
    PublishError
        If Source Sans is not installed.
    """
    fonts = _declared()
    if absent := [face for face in FACES if face not in fonts]:
        raise PublishError(
            f"the pack's typeface is not installed (no {absent[0]}); "
            "`pip install font-source-sans-pro` puts it there"
        )
    files = {face: fonts[face] for face in FACES}
    wanted = {ord(c) for c in text if unicodedata.category(c)[0] not in "CZ"}
    lacking = wanted - _characters(files["SourceSansPro"])
    best: tuple[Path, int] | None = None
    left = lacking
    for path, number in _others(fonts, folder) if lacking else ():
        if len(rest := lacking - _characters(path, number)) < len(left):
            best, left = (path, number), rest
    family = None
    if best:
        with TTFont(best[0], fontNumber=best[1], lazy=True) as font:
            family = font["name"].getBestFamilyName()
    missing = "".join(map(chr, sorted(left)))
    return Typeface(files, best[0] if best else None, family, best[1] if best else 0, missing)


def script_of(character: str) -> str:
    """The script of a letter, by the first word of its name; ``symbols`` for what is no letter.

    Examples
    --------
    >>> script_of("東"), script_of("ก"), script_of("●")
    ('CJK', 'THAI', 'symbols')
    """
    letter = unicodedata.category(character)[0] == "L"
    return unicodedata.name(character, "UNNAMED").split()[0] if letter else "symbols"


def complaint(face: Typeface) -> tuple[str, ...]:
    """What to say of characters that no font has; nothing when there are none."""
    if not face.missing:
        return ()
    scripts = sorted({script_of(character) for character in face.missing})
    return (
        f"no font at hand has {face.missing[:20]!r} ({', '.join(scripts)}); readers may see boxes. "
        "Put a font that has them into reports/theme/fonts/",
    )


def font_folder(face: Typeface, folder: Path) -> Path:
    """Copy the fonts Typst needs into one folder, and no others, so that every machine agrees."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*face.files.values(), *([face.extra] if face.extra else [])]:
        shutil.copy(path, folder / path.name)
    return folder


def _rule(path: Path, family: str, weight: int, style: str, text: str, number: int = 0) -> str:
    settings = subset.Options(
        flavor="woff2", font_number=number, layout_features=FEATURES, notdef_outline=True
    )
    with subset.load_font(str(path), settings, lazy=True) as font:
        cutter = subset.Subsetter(settings)
        cutter.populate(text=text)
        cutter.subset(font)
        buffer = BytesIO()
        subset.save_font(font, buffer, settings)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
        f'font-display:swap;src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )


def font_css(face: Typeface, text: str) -> str:
    """Style rules that carry the letters of a text inside the page.

    Returns
    -------
    str
        ``@font-face`` rules for families "Pack Sans" and, where needed, "Pack Extra".
    """
    letters = "".join(sorted(set(text) | set(BASIC)))
    rules = [_rule(face.files[name], "Pack Sans", *FACES[name], letters) for name in ON_PAGE]
    if face.extra:
        beyond = "".join(
            c for c in letters if ord(c) not in _characters(face.files["SourceSansPro"])
        )
        rules.append(_rule(face.extra, "Pack Extra", 400, "normal", beyond, face.extra_number))
    return "\n".join(rules) + "\n"

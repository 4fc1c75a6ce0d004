"""Text in any encoding as UTF-8, and what is wrong with text that is not what it is said to be."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from analysis.errors import SourceError

CHUNK = 1 << 22
BOMS = {
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
UTF8 = {"utf-8", "utf-8-sig", "ascii"}
WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}
"""Encodings that hold the whole of another: what Windows calls GBK has signs that GBK lacks."""
LIKELY = ("gb18030", "cp1252")
ENOUGH = 4
"""Bytes beyond ASCII from which on a text that can be UTF-8 is."""


def of_file(path: Path, said: str) -> str:
    """Encoding of a file: as its first bytes mark it, else as it is said to be.

    Raises
    ------
    SourceError
        If there is no encoding of that name.
    """
    try:
        name = codecs.lookup(said).name
    except LookupError:
        raise SourceError(
            f"params/sources: encoding {said!r} is none; write utf-8, gbk, cp1252 or utf-16"
        ) from None
    with path.open("rb") as stream:
        start = stream.read(4)
    marked = next((encoding for bom, encoding in BOMS.items() if start.startswith(bom)), None)
    return marked or WIDER.get(name, name)


def to_utf8(path: Path, encoding: str, said: str, folder: Path) -> Path:
    """Copy a file as UTF-8, a piece at a time.

    Raises
    ------
    SourceError
        If its bytes are not of the encoding, naming the line; or if they are UTF-8.
    """
    target = folder / f"{path.stem}.utf8{path.suffix}"
    decoder = codecs.getincrementaldecoder(encoding)()
    utf8 = None if encoding.startswith("utf") else codecs.getincrementaldecoder("utf-8")()
    beyond = 0
    with target.open("wb") as out:
        for piece, last in _pieces(path):
            try:
                out.write(decoder.decode(piece, last).encode("utf-8"))
            except UnicodeError:
                raise undecodable(path, encoding, said) from None
            if utf8 is not None:
                try:
                    utf8.decode(piece, last)
                    beyond += len(piece) - len(piece.decode("ascii", "ignore"))
                except UnicodeDecodeError:
                    utf8 = None
    if utf8 is not None and beyond >= ENOUGH:
        raise SourceError(
            f"{path.name} is UTF-8, not {said} as its mapping says; write encoding: utf-8"
        )
    return target


def undecodable(path: Path, encoding: str, said: str) -> SourceError:
    """The error of a file that is not in its encoding: the line, and which encoding would do."""
    line, column = _fault(path, encoding)
    if line is None:
        return SourceError(f"{path.name} is not readable as {said}")
    with path.open("rb") as stream:
        start = stream.read(CHUNK)
    if start.count(0) * 5 > len(start):
        better = "it looks like utf-16: write encoding: utf-16-le"
    else:
        fits = [name for name in ("utf-8", *LIKELY) if _fault(path, name)[0] is None]
        names = {"gb18030": "gbk"}
        can = [names.get(name, name) for name in fits if name != encoding]
        better = (
            f"it can be read as {' or '.join(can)}: write encoding: {can[0]}, and look whether "
            "names come out right"
            if can
            else "write encoding: as the system that wrote it calls it"
        )
    return SourceError(f"{path.name} line {line} is not {said.upper()} (byte {column}); {better}")


def _fault(path: Path, encoding: str) -> tuple[int | None, int]:
    """Line, and byte in it, that cannot be decoded; none: all can be."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, column = 1, 1
    for piece, last in _pieces(path):
        pending = decoder.getstate()[0]
        try:
            decoder.decode(piece, last)
        except UnicodeDecodeError as error:
            good = (pending + piece)[: error.start]
            return line + good.count(b"\n"), len(good) - good.rfind(b"\n")
        except UnicodeError:
            return line, column
        line += piece.count(b"\n")
    return None, 0


def _pieces(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Bytes of a file in pieces, and whether each is the last."""
    with path.open("rb") as stream:
        piece = stream.read(CHUNK)
        while piece:
            following = stream.read(CHUNK)
            yield piece, not following
            piece = following

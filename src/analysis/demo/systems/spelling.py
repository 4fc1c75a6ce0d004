"""One customer's name, telephone and address, as different people write them down."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

FORMS: Final = ("Limited", "Ltd", "LLP", "PLC", "& Co")
CHINESE_FORMS: Final = ("股份有限公司", "有限责任公司", "有限公司")
SHORT_ROADS: Final = {
    "Street": "St", "Road": "Rd", "Lane": "Ln", "Avenue": "Ave", "Drive": "Dr", "Terrace": "Terr",
}  # fmt: skip


def is_chinese(name: str) -> bool:
    """Whether a name is written in Chinese."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in name)


def without_form(name: str) -> str:
    """A firm's name without its legal form.

    Examples
    --------
    >>> without_form("Keswick & Aldcombe Hotels Ltd"), without_form("东方家居有限责任公司")
    ('Keswick & Aldcombe Hotels', '东方家居')
    """
    for form in CHINESE_FORMS if is_chinese(name) else FORMS:
        if name.endswith(form):
            return name[: -len(form)].rstrip()
    return name


def other_form(name: str) -> str:
    """A firm's name with its legal form written another way, where there is one.

    Examples
    --------
    >>> other_form("Keswick & Aldcombe Hotels Ltd"), other_form("东方家居有限公司")
    ('Keswick & Aldcombe Hotels Limited', '东方家居有限责任公司')
    """
    bare = without_form(name)
    form = name[len(bare) :].strip()
    other = {
        "Ltd": " Limited", "Limited": " Ltd.", "PLC": " plc", "LLP": " L.L.P.", "& Co": " and Co",
        "有限公司": "有限责任公司", "有限责任公司": "有限公司",
    }  # fmt: skip
    return bare + other[form] if form in other else name


def spoken(name: str) -> str:
    """A firm's name as it is said across a counter.

    Examples
    --------
    >>> spoken("Keswick & Aldcombe Hotels Ltd")
    'Keswick and Aldcombe Hotels'
    """
    return unaccented(without_form(name).replace("&", "and"))


def swapped(name: str) -> str:
    """A person's family name first.

    Examples
    --------
    >>> swapped("Hamish Ravmere")
    'Ravmere, Hamish'
    """
    first, _, last = name.partition(" ")
    return f"{last}, {first}" if last else name


def initial(name: str) -> str:
    """A person's first name as a letter.

    Examples
    --------
    >>> initial("Hamish Ravmere")
    'H Ravmere'
    """
    first, _, last = name.partition(" ")
    return f"{first[0]} {last}" if last else name


def unaccented(name: str) -> str:
    """A name without its accents.

    Examples
    --------
    >>> unaccented("Léa Ravmere")
    'Lea Ravmere'
    """
    apart = unicodedata.normalize("NFD", name)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def mistyped(name: str, chance: float) -> str:
    """A name with one slip inside its longest word: two letters exchanged, one lost or doubled.

    Parameters
    ----------
    name : str
        The name; a Chinese one stays as it is.
    chance : float
        In [0, 1); decides on the slip and its place.

    Examples
    --------
    >>> mistyped("Tom Ravmere", 0.0), mistyped("Tom Ravmere", 0.4), mistyped("Tom Ravmere", 0.9)
    ('Tom Rvamere', 'Tom Rvmere', 'Tom Ravmmere')
    """
    if is_chinese(name):
        return name
    word = max(name.split(" "), key=len)
    if len(word) < 5:
        return name
    slip, where = divmod(chance * 3, 1.0)
    at = 1 + int(where * (len(word) - 3))
    wrong = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[: at + 1] + word[at:],
    )[int(slip)]
    return name.replace(word, wrong, 1)


def digits(phone: str) -> str:
    """The digits of a telephone number."""
    return "".join(sign for sign in phone if sign.isdigit())


PHONE_FORMATS: Final[tuple[Callable[[str], str], ...]] = (
    lambda phone: phone,
    digits,
    lambda phone: f"+44 {phone[1:]}",
    lambda phone: f"+44{digits(phone)[1:]}",
    lambda phone: f"({phone.split(' ')[0]}) {' '.join(phone.split(' ')[1:])}",
    lambda phone: f"0044 {phone[1:]}",
    lambda phone: phone.replace(" ", "-"),
    lambda phone: digits(phone)[1:],  # a spreadsheet took it for a number
)
"""Ways to write a number such as ``01632 960462``."""


def short_address(address: str) -> str:
    """An address with its road abbreviated.

    Examples
    --------
    >>> short_address("Flat 2, 72 Queens Drive")
    'Flat 2, 72 Queens Dr'
    """
    head, _, last = address.rpartition(" ")
    return f"{head} {SHORT_ROADS.get(last, last)}"


def flat_last(address: str) -> str:
    """An address whose flat or unit stands behind the road.

    Examples
    --------
    >>> flat_last("Flat 2, 72 Queens Drive")
    '72 Queens Drive, Flat 2'
    """
    first, comma, rest = address.partition(", ")
    return f"{rest}, {first}" if comma else address


ADDRESS_FORMATS: Final[tuple[Callable[[str], str], ...]] = (
    lambda address: address,
    short_address,
    lambda address: flat_last(short_address(address)),
    lambda address: address.upper(),
    lambda address: f"{short_address(address)}.",
)

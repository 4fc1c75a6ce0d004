"""What two customer records are compared on, level by level, and what a level is worth at first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One level of a comparison, with the ``m`` and ``u`` it has before any data are seen."""

    label: str
    condition: str
    m: float
    u: float
    frequency: str = ""
    """Column whose value's frequency says how much the agreement is worth."""


ELSE = "ELSE"
WORDS_WITHIN = (
    "(least(len(words_l), len(words_r)) >= 2 AND "
    "(list_has_all(words_l, words_r) OR list_has_all(words_r, words_l)))"
)
SURNAME = (
    "(last_word_l = last_word_r OR (length(last_word_l) >= 6 AND "
    "damerau_levenshtein(last_word_l, last_word_r) <= 1))"
)
INITIALS = (
    "(left(initial_l, 1) = left(initial_r, 1) AND (length(first_word_l) = 1 OR "
    "length(first_word_r) = 1 OR starts_with(first_word_l, first_word_r) OR "
    f"starts_with(first_word_r, first_word_l)) AND {SURNAME})"
)
CHINESE_WITHIN = (
    "(is_chinese_l AND is_chinese_r AND least(length(name_l), length(name_r)) >= 3 "
    "AND (contains(name_l, name_r) OR contains(name_r, name_l)))"
)
SLIP = (
    "(abs(length(name_l) - length(name_r)) <= 2 AND least(length(name_l), length(name_r)) >= 6 "
    "AND (damerau_levenshtein(name_l, name_r) <= "
    "CASE WHEN least(length(name_l), length(name_r)) >= 12 THEN 2 ELSE 1 END "
    "OR damerau_levenshtein(spoken_l, spoken_r) <= 1))"
)
SAME_HOUSE = (
    "(postcode_l = postcode_r AND (address_l = address_r OR house_l = house_r)) "
    "OR (address_l = address_r AND city_l = city_r)"
)
NO_PLACE = "(postcode_l IS NULL OR postcode_r IS NULL) AND (city_l IS NULL OR city_r IS NULL)"

# Two words that many customers have are two names, however alike: John and Joan.
OWN_WORDS = (
    "NOT ((first_word_l <> first_word_r AND first_known_l AND first_known_r) OR "
    "(last_word_l <> last_word_r AND last_known_l AND last_known_r))"
)

COMPARISONS: dict[str, tuple[str, tuple[Level, ...]]] = {
    "name": (
        "name_l IS NULL OR name_r IS NULL",
        (
            Level("same", "name_l = name_r", 0.66, 0.0005, "name"),
            Level(
                "close",
                f"{WORDS_WITHIN} OR {INITIALS} OR {CHINESE_WITHIN} OR ({SLIP} AND {OWN_WORDS})",
                0.26, 0.002,
            ),
            Level(
                "alike", f"jaro_winkler_similarity(name_l, name_r) >= 0.90 AND {OWN_WORDS}",
                0.06, 0.01,
            ),
            Level("another", ELSE, 0.02, 0.9875),
        ),
    ),
    "phone": (
        "phone_l IS NULL OR phone_r IS NULL",
        (
            Level("same", "phone_l = phone_r", 0.84, 0.0002, "phone"),
            Level("slip", "damerau_levenshtein(phone_l, phone_r) <= 1", 0.02, 0.001),
            Level("another", ELSE, 0.14, 0.9988),
        ),
    ),
    "email": (
        "email_l IS NULL OR email_r IS NULL",
        (
            Level("same", "email_l = email_r", 0.80, 0.0002, "email"),
            Level(
                # With another number, it is another person's of the same name.
                "slip", "digits_l = digits_r AND damerau_levenshtein(email_l, email_r) <= 1",
                0.04, 0.0005,
            ),
            Level("another", ELSE, 0.16, 0.9993),
        ),
    ),
    "place": (
        NO_PLACE,
        (
            Level("house", SAME_HOUSE, 0.72, 0.0005),
            Level("postcode", "postcode_l = postcode_r", 0.06, 0.002),
            Level("town", "city_l = city_r", 0.10, 0.05),
            Level("another", ELSE, 0.12, 0.9475),
        ),
    ),
    "birth_year": (
        "birth_year_l IS NULL OR birth_year_r IS NULL",
        (
            Level("same", "birth_year_l = birth_year_r", 0.96, 0.02),
            Level("near", "abs(birth_year_l - birth_year_r) <= 1", 0.015, 0.04),
            Level("another", ELSE, 0.025, 0.94),
        ),
    ),
    "kind": (
        "kind_l IS NULL OR kind_r IS NULL",
        (Level("same", "kind_l = kind_r", 0.97, 0.6), Level("another", ELSE, 0.03, 0.4)),
    ),
    "gender": (
        "gender_l IS NULL OR gender_r IS NULL",
        (Level("same", "gender_l = gender_r", 0.98, 0.5), Level("another", ELSE, 0.02, 0.5)),
    ),
}  # fmt: skip
"""What is compared: when nothing can be said, and the levels, best first. The values are those of
a firm with ordinary data, and are moved by what the firm's own data show."""
LEVEL_COUNT = {name: len(levels) for name, (_, levels) in COMPARISONS.items()}

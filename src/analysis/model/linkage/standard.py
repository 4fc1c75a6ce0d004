"""Write a customer's details in one way, so that what is merely written otherwise is equal.

Every function takes an expression of DuckDB's SQL and returns one: the text is standardised in
the engine, and only for comparing. What a system delivered is what a pack shows.
"""

from __future__ import annotations

from analysis.sources.raw import literal

FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
ASCII = "".join(chr(code) for code in range(0x21, 0x7F)) + " "

LEGAL_FORMS = (
    "limited", "ltd", "llp", "llc", "lp", "plc", "p l c", "l l p", "l l c", "l t d", "incorporated",
    "inc", "corporation", "corp", "company", "co", "gmbh", "g m b h", "mbh", "sarl", "s a r l",
    "sas", "s a", "spa", "s p a", "srl", "b v", "n v", "pty", "pvt", "holdings", "holding", "group",
)  # fmt: skip
LEGAL_CAPITALS = ("SA", "SE", "AG", "AS", "AB", "BV", "NV", "KG", "OY", "OHG", "SL", "UG")
"""Forms that are a person's name in small letters: Sá."""
LEGAL_CHINESE = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "集团公司",
    "公司",
    "集团",
    "厂",
    "商行",
)
TITLES = ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam")
FILLERS = ("and", "the")
NOBODY = (
    "n a", "na", "none", "null", "unknown", "anonymous", "guest", "test", "customer",
    "cash customer", "cash sale", "walk in", "no name", "匿名", "散客", "未知", "顾客", "测试",
)  # fmt: skip
STREET_WORDS = {
    "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane",
    "dr": "drive", "ct": "court", "sq": "square", "pl": "place", "cl": "close", "cres": "crescent",
    "gdns": "gardens", "gdn": "gardens", "tce": "terrace", "ter": "terrace", "terr": "terrace",
    "pk": "park", "blvd": "boulevard", "hwy": "highway", "bldg": "building", "flr": "floor",
    "fl": "floor", "apt": "flat", "unit": "flat", "mt": "mount", "no": "",
}  # fmt: skip
COUNTRY_CODES = (
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|"
    "21[1-8]|35[0-9]|37[0-9]|38[0-9]|42[013]|85[2356]|88[06]|96[0-8]|97[0-7]|99[2-8]"
)
"""Of telephone numbers; ITU-T E.164."""


def plain(text: str) -> str:
    """Small letters without accents or full-width forms; signs become single spaces."""
    small = f"lower(strip_accents(translate({text}, {literal(FULL_WIDTH)}, {literal(ASCII)})))"
    bare = f"regexp_replace({small}, '[''’`´]', '', 'g')"
    return f"trim(regexp_replace({bare}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"


def name(text: str) -> str:
    """A name without legal form, title, accents and signs, its words in the alphabet's order.

    ``Harbour & Sons Limited`` and ``HARBOUR AND SONS LTD.`` are one, and so are ``Smith, John``
    and ``Mr John Smith``, ``华信科技（上海）有限公司`` and ``华信科技(上海)``.
    """
    words = f"string_split({spoken_name(text)}, ' ')"
    return f"array_to_string(list_sort({words}), ' ')"


def spoken_name(text: str) -> str:
    """A name as :func:`name` has it, its words in the order they are said."""
    capitals = "|".join(LEGAL_CAPITALS)
    said = f"regexp_replace(trim({text}), '[ ,]+({capitals})$', '')"
    turned = f"regexp_replace({said}, '^([^,，]+)[,，]\\s*([^,，]+)$', '\\2 \\1')"
    spelt = f"regexp_replace({turned}, '[&＆+]', ' and ', 'g')"
    untitled = f"regexp_replace(it, '^({'|'.join(TITLES)}) ', '')"
    # A form at a time would leave "Co Ltd" half done; \b would cut inside Chinese words.
    dropped = "|".join((*LEGAL_FORMS, *FILLERS))
    padded = f"' ' || replace({untitled}, ' ', '  ') || ' '"
    formless = f"regexp_replace({padded}, ' ({dropped.replace(' ', '  ')}) ', ' ', 'g')"
    chinese = f"regexp_replace({formless}, '({'|'.join(LEGAL_CHINESE)})', '', 'g')"
    spaced = f"trim(regexp_replace({chinese}, ' +', ' ', 'g'))"
    nobody = ", ".join(map(literal, NOBODY))
    bare = f"coalesce(nullif({spaced}, ''), it)"
    named = f"CASE WHEN it NOT IN ({nobody}, '') THEN {_let(bare, _joined())} END"
    return _let(plain(spelt), named)


def phone(text: str) -> str:
    """Digits of a telephone number within its country, without the leading 0.

    ``+44 (0)20 7946 0018``, ``0044 20 79460018`` and ``020 7946 0018 ext. 4`` are one. Numbers of
    fewer than six digits, or of one digit only, say nothing.
    """
    ascii_ = f"translate({text}, {literal(FULL_WIDTH)}, {literal(ASCII)})"
    main = f"regexp_replace({ascii_}, '(?i)\\s*(ext|extension|x|转|分机)\\.?\\s*\\d+\\s*$', '')"
    digits = f"regexp_replace(replace({main}, '(0)', ''), '[^0-9+]', '', 'g')"
    dialled = f"regexp_replace({digits}, '^\\++', '00')"
    home = f"regexp_replace({dialled}, '^00({COUNTRY_CODES})', '')"
    # Written without + or 00, a code shows by the number's length.
    known = f"regexp_replace({home}, '^(44(\\d{{10}})|86(1\\d{{10}}))$', '\\2\\3')"
    return _let(
        f"ltrim({known}, '0')",
        "CASE WHEN length(it) < 6 OR replace(it, left(it, 1), '') = '' "
        "OR starts_with('1234567890', it) THEN NULL ELSE it END",
    )


def email(text: str) -> str:
    """A mail address in small letters, without what stands after ``+``; none if it is none."""
    found = f"regexp_extract(lower(trim({text})), '[^\\s<>;,]+@[^\\s<>;,@]+\\.[^\\s<>;,@]+')"
    bare = f"regexp_replace({found}, '\\+[^@]*@', '@')"
    fake = "^(none|na|n\\.a|no|noreply|no-reply|unknown|test|x+|null|nobody|noemail)@"
    return _let(bare, f"CASE WHEN regexp_matches(it, '{fake}') THEN NULL ELSE nullif(it, '') END")


def postcode(text: str) -> str:
    """A postcode in capitals without spaces or signs; none if it is all one digit."""
    bare = f"regexp_replace(upper({text}), '[^A-Z0-9]', '', 'g')"
    return _let(bare, "CASE WHEN replace(it, left(it, 1), '') = '' THEN NULL ELSE it END")


def address(text: str) -> str:
    """Street and number: words written out and in the alphabet's order, signs and accents gone.

    ``Flat 2, 12 High St.`` and ``12 High Street, flat 2`` are one.
    """
    said = f"' ' || replace({plain(text)}, ' ', '  ') || ' '"
    for short, full in STREET_WORDS.items():
        said = f"replace({said}, ' {short} ', ' {full} ')"
    tight = f"trim(regexp_replace({said}, ' +', ' ', 'g'))"
    ordered = (
        "CASE WHEN regexp_matches(it, '\\p{Han}') THEN replace(it, ' ', '') "
        "ELSE array_to_string(list_sort(string_split(it, ' ')), ' ') END"
    )
    return f"nullif({_let(tight, ordered)}, '')"


def town(text: str) -> str:
    """A town, county or region: small letters, without the word that says what it is."""
    bare = f"regexp_replace({plain(text)}, '(市|省|自治区|^city of | city$)', '', 'g')"
    return f"nullif({bare}, '')"


def gender(text: str) -> str:
    """``m`` or ``f``; none where it is neither."""
    return _let(
        plain(text),
        "CASE WHEN it IN ('m', 'male', 'man', 'mr', '男', '男性') THEN 'm' "
        "WHEN it IN ('f', 'female', 'woman', 'w', 'mrs', 'ms', '女', '女性') THEN 'f' END",
    )


def _joined() -> str:
    """Chinese words are written without spaces."""
    return "CASE WHEN regexp_matches(it, '\\p{Han}') THEN replace(it, ' ', '') ELSE it END"


def _let(value: str, body: str) -> str:
    """``body`` with ``it`` standing for ``value``, which is computed once."""
    return f"list_transform([{value}], lambda it: {body})[1]"

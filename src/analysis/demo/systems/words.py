"""How each system of the invented firm writes what is the same in all: areas, classes, money."""

from __future__ import annotations

from typing import Final

from analysis.demo.firm import REGIONS

SYSTEMS: Final = ("crm", "erp", "shop", "till", "service")
PRIORITY: Final = {"crm": 1, "shop": 2, "erp": 3, "till": 4, "service": 5}
"""As ``params/sources/demo/`` has it: the shop before the ERP, whose clerks key its orders."""
SYSTEM_OF_CHANNEL: Final = {"web": "shop", "store": "till", "dealer": "erp"}

WORDS: Final = tuple(region.area.lower().replace("-", "") for region in REGIONS)
CRM_AREAS: Final = dict(zip(WORDS, (region.area for region in REGIONS), strict=True))
CRM_AREAS_CHINESE: Final = dict(
    zip(WORDS, ("东部", "北部", "南部", "中部", "西南", "东北"), strict=True)
)
ERP_AREAS: Final = dict(zip(WORDS, ("EA", "NO", "SO", "CE", "SW", "NE"), strict=True))
SHOP_AREAS: Final = {word: f"uk-{CRM_AREAS[word].lower()}" for word in WORDS}
STORES_PER_REGION: Final = 2

EUR_RATES: Final = {
    "2023-11": 0.8705, "2023-12": 0.8616, "2024-01": 0.8592, "2024-02": 0.8551, "2024-03": 0.8556,
    "2024-04": 0.8572, "2024-05": 0.8547, "2024-06": 0.8466, "2024-07": 0.8436, "2024-08": 0.8502,
    "2024-09": 0.8411, "2024-10": 0.8358, "2024-11": 0.8341, "2024-12": 0.8281, "2025-01": 0.8386,
    "2025-02": 0.8313, "2025-03": 0.8373, "2025-04": 0.8532, "2025-05": 0.8442, "2025-06": 0.8501,
    "2025-07": 0.8646, "2025-08": 0.8657, "2025-09": 0.8688, "2025-10": 0.8712, "2025-11": 0.8799,
    "2025-12": 0.8758, "2026-01": 0.8684, "2026-02": 0.8702, "2026-03": 0.8651, "2026-04": 0.8633,
    "2026-05": 0.8590, "2026-06": 0.8612, "2026-07": 0.8575, "2026-08": 0.8541, "2026-09": 0.8566,
    "2026-10": 0.8580,
}  # fmt: skip
"""Pounds for a euro, by month; ``params/sources/demo.yml`` holds the same."""
DOZEN: Final = 12
PACKS: Final = {"each": 1, "pair": 2, "dozen": DOZEN}

SPELLINGS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "industry": {
        "Independent retail": ("Indep. retail", "independant retail", "Retail", "零售业"),
        "Hospitality": ("Hotels & Catering", "hospitalty", "HORECA", "酒店业", "hotels"),
        "Interior design": ("Interior Designer", "interiors", "室内设计", "Int. design"),
        "Property letting": ("Lettings", "property lettings", "Prop. letting", "房屋租赁"),
        "Care homes": ("care-home", "Carehomes", "Nursing homes", "养老院"),
        "Offices": ("Office", "office services", "写字楼", "Workspaces"),
        "Manufacturing": ("manufacturer", "Mfg", "制造业"),
    },
    "size_band": {
        "1-9": ("1 to 9", "micro", "<10"),
        "10-49": ("10 to 49", "small", "10–49"),
        "50-249": ("50 to 249", "medium", "SME"),
        "250+": ("250 plus", "large", ">250"),
    },
    "contact_role": {
        "decides": ("Decision maker", "决策者", "decider"),
        "uses": ("user", "使用者", "End user"),
        "approves": ("approver", "signs off", "审批人"),
    },
    "acquisition_channel": {
        "Trade fair": ("Tradefair", "fair", "展会"),
        "Sales visit": ("rep visit", "visit by rep"),
        "Referral": ("refered", "word of mouth"),
        "Web search": ("google", "web"),
        "Catalogue": ("catalog", "mail-order catalogue"),
        "Store visit": ("walk-in", "store"),
        "Social media": ("social", "SoMe"),
    },
}  # fmt: skip
"""Standard classes, and the other words users type; ``params/sources/demo.yml`` maps them back."""
SPELT_OTHERWISE: Final = {
    "industry": 0.24, "size_band": 0.12, "contact_role": 0.12, "acquisition_channel": 0.06,
}  # fmt: skip
"""Share of the CRM's rows that use another word than the standard."""
NOBODYS_WORDS: Final = ("misc", "other", "???", "diverse", "tbc")
"""Typed where a class should be, and no class."""


def stores(region: str) -> tuple[str, ...]:
    """Numbers of a region's stores.

    Examples
    --------
    >>> stores("east"), stores("north")
    (('ST01', 'ST02'), ('ST03', 'ST04'))
    """
    first = WORDS.index(region) * STORES_PER_REGION + 1
    return tuple(f"ST{n:02d}" for n in range(first, first + STORES_PER_REGION))

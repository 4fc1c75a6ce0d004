"""Who the invented customers are beside what they buy: names in full, telephones, addresses.

Telephone numbers are those the regulator keeps free for drama, so that no reader of a demo can
ring anybody; mail addresses end in domains reserved for examples; the towns do not exist.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analysis.demo.chance import Ints, place_in_group
from analysis.demo.customers import FIRST_NAMES, SURNAMES, Customers
from analysis.demo.firm import BUSINESS, CONSUMER, FIRST_DAY, REGIONS
from analysis.demo.frames import labels, optional_years

LEGAL_FORMS: Final = (
    ("Ltd", 0.46), ("Limited", 0.20), ("LLP", 0.09), ("PLC", 0.05), ("& Co", 0.08), ("", 0.12),
)  # fmt: skip
CHINESE_RATE: Final = 0.03  # of businesses trade under a Chinese name
CHINESE_HEADS: Final = (
    "海港", "东方", "金陵", "长江", "明月", "瑞祥", "和兴", "天一", "华盛", "宏达", "永泰", "嘉禾",
    "福源", "锦绣", "云海", "龙腾", "新世纪", "百盛",
)  # fmt: skip
CHINESE_TRADES: Final = ("家居", "酒店用品", "室内设计", "公寓管理", "康养服务", "商务服务")
"""By industry, as `analysis.demo.firm.INDUSTRIES` lists them."""
CHINESE_FORMS: Final = (("有限公司", 0.6), ("有限责任公司", 0.25), ("股份有限公司", 0.15))
ROLES: Final = (("decides", 0.46), ("uses", 0.34), ("approves", 0.20))
OCCUPATIONS: Final = (
    "Teacher", "Nurse", "Engineer", "Shop manager", "Accountant", "Driver", "Chef", "Designer",
    "Civil servant", "Builder", "Student", "Retired", "Carer", "Electrician", "Solicitor",
)  # fmt: skip
MEN: Final = frozenset(
    ("Amir", "Callum", "Daniel", "Elliot", "Gareth", "Hamish", "Isaac", "Joel", "Kofi", "Liam",
     "Martin", "Nigel", "Owen", "Rhys", "Sanjay", "Tom", "Victor", "Yusuf")
)  # fmt: skip
STREETS: Final = (
    "High Street", "Station Road", "Church Lane", "Mill Road", "Quay Street", "Market Place",
    "Chapel Street", "Orchard Way", "Victoria Road", "Park Avenue", "Bridge Street", "The Green",
    "Harbour Road", "Windmill Lane", "Queens Drive", "Albert Terrace", "Sandpit Lane",
    "Fore Street",
)  # fmt: skip
ESTATES: Final = ("Enterprise Park", "Trading Estate", "Business Centre", "Old Brewery Yard")

COUNTIES: Final = (
    (("Norfolk", "NR"), ("Suffolk", "IP"), ("Essex", "CM"), ("Cambridgeshire", "CB")),
    (("Lancashire", "PR"), ("Cumbria", "CA"), ("Cheshire", "CH"), ("Merseyside", "L")),
    (("Kent", "ME"), ("Hampshire", "SO"), ("Surrey", "GU"), ("East Sussex", "BN")),
    (("Warwickshire", "CV"), ("Leicestershire", "LE"), ("Derbyshire", "DE"),
     ("Staffordshire", "ST")),
    (("Devon", "EX"), ("Cornwall", "TR"), ("Somerset", "TA"), ("Dorset", "DT")),
    (("Northumberland", "NE"), ("County Durham", "DH"), ("Tyne and Wear", "SR"),
     ("North Yorkshire", "YO")),
)  # fmt: skip
"""Counties with their postcode area, by region."""
TOWNS: Final = 4  # of a county
AREA_CODES: Final = (
    ("01632 960", "020 7946 0"), ("0161 496 0", "0151 496 0"), ("0118 496 0", "028 9649 6"),
    ("0121 496 0", "0115 496 0"), ("0117 496 0", "029 2018 0"), ("0191 498 0", "0113 496 0"),
)  # fmt: skip
"""Two exchanges of a thousand numbers each, by region."""
MOBILES: Final = "07700 900"
CONSUMER_DOMAINS: Final = ("example.com", "example.net", "example.org")


def contacts(customers: Customers, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the customer table that say who a customer is; one telephone for each."""
    business = customers.kind == BUSINESS
    names = _full_names(customers, rng)
    first = np.array([name.split(" ")[0] for name in customers.names])
    given = np.where(business, np.array(FIRST_NAMES)[rng.integers(0, 40, len(customers))], first)
    man = np.isin(first, sorted(MEN))
    joined = FIRST_DAY.year + np.floor_divide(customers.acquired, 366)
    age = rng.gamma(2.0, 9.0, len(customers)).astype(np.int64)
    founded = np.maximum(joined - 1 - age, 1824)
    born = joined - 19 - np.minimum((rng.gamma(5.0, 5.5, len(customers))).astype(np.int64), 62)
    occupation = rng.integers(0, len(OCCUPATIONS), len(customers))
    roles = rng.choice(len(ROLES), len(customers), p=[share for _, share in ROLES])
    return {
        "name": names,
        "founded_year": optional_years(np.where(business, founded, 0)),
        "contact_role": labels([r for r, _ in ROLES], np.where(business, roles, -1)),
        "birth_year": optional_years(np.where(business, 0, born)),
        "gender": labels(("f", "m"), np.where(business, -1, man)),
        "occupation": labels(OCCUPATIONS, np.where(business, -1, occupation)),
        "phone": _phones(customers, rng),
        "email": _emails(customers, given, rng),
        **_places(customers, rng),
    }


def _full_names(customers: Customers, rng: np.random.Generator) -> list[str]:
    """Names with legal forms; a few businesses have a Chinese name."""
    count = len(customers)
    forms = rng.choice(len(LEGAL_FORMS), count, p=[share for _, share in LEGAL_FORMS])
    chinese = (customers.kind == BUSINESS) & (rng.random(count) < CHINESE_RATE)
    ending = rng.choice(len(CHINESE_FORMS), count, p=[share for _, share in CHINESE_FORMS])
    heads = iter(rng.permutation(len(CHINESE_HEADS) * len(CHINESE_HEADS)).tolist())
    names = list(customers.names)
    for i in np.flatnonzero(customers.kind == BUSINESS).tolist():
        if chinese[i]:
            one, other = divmod(next(heads), len(CHINESE_HEADS))
            head = CHINESE_HEADS[one] + (CHINESE_HEADS[other] if other != one else "")
            form = CHINESE_FORMS[ending[i]][0]
            names[i] = f"{head}{CHINESE_TRADES[customers.industry[i]]}{form}"
        else:
            names[i] = f"{names[i]} {LEGAL_FORMS[forms[i]][0]}".rstrip()
    return names


def _phones(customers: Customers, rng: np.random.Generator) -> list[str]:
    """A number of their own for each; a thousand consumers have a mobile."""
    count = len(customers)
    phones = np.empty(count, dtype=object)
    consumers = rng.permutation(np.flatnonzero(customers.kind == CONSUMER))
    mobile = consumers[:1000]
    phones[mobile] = [f"{MOBILES}{n:03d}" for n in rng.permutation(1000)[: len(mobile)].tolist()]
    for region in range(len(REGIONS)):
        fixed = np.flatnonzero((customers.region == region) & (phones == None))  # noqa: E711
        numbers = rng.permutation(2000)[: len(fixed)].tolist()
        phones[fixed] = [f"{AREA_CODES[region][n // 1000]}{n % 1000:03d}" for n in numbers]
    return [str(phone) for phone in phones]


def _emails(customers: Customers, given: Ints, rng: np.random.Generator) -> list[str]:
    """A mail address of their own for each."""
    domains = rng.choice(len(CONSUMER_DOMAINS), len(customers), p=[0.6, 0.25, 0.15])
    wanted = []
    for i, name in enumerate(customers.names):
        words = name.replace("&", " ").lower().split()
        if customers.kind[i] == BUSINESS:
            wanted.append((str(given[i]).lower(), f"{words[0]}-{words[1]}.example"))
        else:
            wanted.append((".".join(words), CONSUMER_DOMAINS[domains[i]]))
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    _, group = np.unique([f"{a}@{b}" for a, b in (wanted[i] for i in order)], return_inverse=True)
    mails = [""] * len(wanted)
    for i, nth in zip(order, place_in_group(group).tolist(), strict=True):
        local, domain = wanted[i]
        mails[i] = f"{local}@{domain}" if nth == 1 else f"{local}{nth}@{domain}"
    return mails


def _places(customers: Customers, rng: np.random.Generator) -> dict[str, Any]:
    """Street address, town, postcode and county, at home in the customer's region."""
    count = len(customers)
    county, town = rng.integers(0, 4, count), rng.integers(0, TOWNS, count)
    number, street = rng.integers(1, 180, count), rng.integers(0, len(STREETS), count)
    unit, estate = rng.integers(1, 40, count), rng.integers(0, len(ESTATES), count)
    on_estate = (customers.kind == BUSINESS) & (rng.random(count) < 0.35)
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    inward = rng.integers(0, 10, count), *rng.integers(0, len(letters), (2, count))
    address, city, postcode, province = [], [], [], []
    for i in range(count):
        name, area = COUNTIES[customers.region[i]][county[i]]
        road = f"{number[i]} {STREETS[street[i]]}"
        address.append(f"Unit {unit[i]}, {ESTATES[estate[i]]}, {road}" if on_estate[i] else road)
        city.append(town_of(int(customers.region[i]), int(county[i]), int(town[i])))
        district = 1 + town[i] * 7 + number[i] % 7
        ending = f"{inward[0][i]}{letters[inward[1][i]]}{letters[inward[2][i]]}"
        postcode.append(f"{area}{district} {ending}")
        province.append(name)
    return {"address": address, "city": city, "postcode": postcode, "province": province}


def town_of(region: int, county: int, town: int) -> str:
    """A town of a county, no two alike; towns share the sound of family names."""
    place = (region * len(COUNTIES[0]) + county) * TOWNS + town
    return SURNAMES[place * 67 % len(SURNAMES)].capitalize()

"""An invented firm's customers as five systems have them, and who is who."""

import numpy as np
import pandas as pd

GIVEN = [
    "Alison",
    "Amir",
    "Beth",
    "Callum",
    "Carys",
    "Daniel",
    "Deepa",
    "Edith",
    "Elliot",
    "Farah",
    "Fiona",
    "Gareth",
    "Grace",
    "Hamish",
    "Harriet",
    "Imogen",
    "Isaac",
    "Jasmine",
    "Joel",
    "Kate",
    "Kofi",
    "Leah",
    "Liam",
    "Mairi",
    "Martin",
    "Nadia",
    "Nigel",
    "Olive",
    "Owen",
    "Priya",
    "Rhys",
]
HEADS = [
    "Ald",
    "Bram",
    "Cald",
    "Dray",
    "Elm",
    "Fen",
    "Garth",
    "Hather",
    "Inger",
    "Kes",
    "Lang",
    "Marl",
    "Nether",
    "Oss",
    "Pen",
    "Quar",
    "Rav",
]
TAILS = [
    "combe",
    "wick",
    "thorpe",
    "ridge",
    "field",
    "worth",
    "ley",
    "stow",
    "brook",
    "mere",
    "den",
    "hurst",
]
TRADES = ["Interiors", "Hotels", "Catering", "Fabrics", "Lettings", "Care", "Joinery", "Lighting"]
STREETS = [
    "High Street",
    "Station Road",
    "Church Lane",
    "Mill Road",
    "Park Avenue",
    "Victoria Road",
]
TOWNS = ["Marlwick", "Penbrook", "Osshurst", "Fenstow", "Elmden", "Drayley", "Keswick", "Langmere"]
CHINESE = [
    "海港",
    "东方",
    "金陵",
    "长江",
    "明月",
    "瑞祥",
    "和兴",
    "天一",
    "华盛",
    "宏达",
    "永泰",
    "嘉禾",
    "福源",
    "锦绣",
    "云海",
    "龙腾",
    "百盛",
]
SYSTEMS = {"crm": 0.9, "erp": 0.5, "shop": 0.45, "till": 0.3, "service": 0.25}


def customers(count: int, seed: int = 7) -> pd.DataFrame:
    """The true customers: a fifth are businesses, 3 % move, 2 % share a telephone."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(count):
        business = rng.random() < 0.2
        surname = str(rng.choice(HEADS)) + str(rng.choice(TAILS))
        given = str(rng.choice(GIVEN))
        if business and rng.random() < 0.1:
            name = (
                f"{rng.choice(CHINESE)}{rng.choice(CHINESE)}{rng.choice(['家居', '商务'])}有限公司"
            )
        elif business:
            name = f"{surname} {rng.choice(TRADES)} {rng.choice(['Ltd', 'LLP', 'PLC'])}"
        else:
            name = f"{given} {surname}"
        town = int(rng.integers(len(TOWNS)))
        word = name.split(" ")[0].lower()
        rows.append({
            "person": i, "kind": "b2b" if business else "b2c", "name": name,
            "phone": f"0{rng.integers(1_000_000_000, 1_999_999_999)}",
            "email": f"{word}.{surname.lower()}{i % 997}@example.com" if word.isascii()
            else f"office{i}@example.com",
            "address": f"{rng.integers(1, 180)} {rng.choice(STREETS)}", "city": TOWNS[town],
            "postcode": f"Q{town}{rng.integers(1, 9)} {rng.integers(0, 9)}"
            f"{''.join(rng.choice(list('ABDEFGHJ'), 2))}",
            "birth_year": None if business else int(rng.integers(1940, 2005)),
        })  # fmt: skip
    made = pd.DataFrame(rows)
    shared = rng.choice(count, count // 50, replace=False)
    made.loc[shared, "phone"] = made["phone"].to_numpy()[(shared + 1) % count]
    return made


def records(true: pd.DataFrame, seed: int = 8) -> pd.DataFrame:
    """What the systems have: a row for each system a customer is in, each written its own way."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in true.to_dict("records"):
        other = true.iloc[int(rng.integers(len(true)))]
        moved = rng.random() < 0.03
        for place, (system, share) in enumerate(SYSTEMS.items()):
            times = int(rng.random() < share) + int(rng.random() < 0.004)
            for _ in range(times):
                row = {**customer, "source": system}
                if moved and place > 1:
                    row |= {key: other[key] for key in ("address", "city", "postcode")}
                rows.append(written(row, place, rng))
    made = pd.DataFrame(rows)
    made["customer_id"] = [f"{s[0].upper()}{i:06d}" for i, s in enumerate(made["source"])]
    made["birth_year"] = made["birth_year"].astype("Int64")
    return made.sample(frac=1, random_state=1).reset_index(drop=True)


def written(row: dict, place: int, rng: np.random.Generator) -> dict:
    name, phone = row["name"], row["phone"]
    if row["kind"] == "b2b":
        forms = {"Ltd": "Limited", "PLC": "plc", "LLP": "L.L.P.", "有限公司": "有限责任公司"}
        for short, long in forms.items():
            name = name.replace(short, long) if rng.random() < 0.4 else name
    elif place == 1:
        name = ", ".join(reversed(name.split(" ")))
    elif rng.random() < 0.1:
        given, surname = name.split(" ")
        name = f"{given[0]}. {surname}"
    if rng.random() < 0.04 and len(name) > 6:
        at = int(rng.integers(1, len(name) - 2))
        name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if place == 3:
        name = name.upper()
    formats = (phone, f"+44 (0){phone[1:5]} {phone[5:]}", f"0044{phone[1:]}", phone[1:],
               f"{phone[:5]}-{phone[5:]}")  # fmt: skip
    lost = rng.random(4) < (0.08, 0.12, 0.06, 0.1)
    if place == 3:
        lost |= np.array([False, True, True, False])  # tills know no mail, no address
    return row | {
        "name": name,
        "phone": None if lost[0] else formats[place],
        "email": None if lost[1] else (row["email"].upper() if place == 2 else row["email"]),
        "address": None if lost[2] else row["address"].replace("Street", "St."),
        "postcode": None if lost[2] else row["postcode"].replace(" ", "" if place == 2 else " "),
        "birth_year": None if place != 0 and place != 3 else row["birth_year"],
    }


def scores(links: pd.DataFrame, made: pd.DataFrame) -> tuple[float, float, int]:
    """Precision and recall of pairs, and how many true pairs there are."""
    both = made.merge(
        links, left_on=["source", "customer_id"], right_on=["source", "local_id"],
        suffixes=("", "_linked"), validate="one_to_one",
    )  # fmt: skip

    def pairs(keys: list[str]) -> int:
        size = both.groupby(keys).size()
        return int((size * (size - 1) // 2).sum())

    true, found = pairs(["person"]), pairs(["customer_id_linked"])
    right = pairs(["person", "customer_id_linked"])
    return right / found, right / true, true

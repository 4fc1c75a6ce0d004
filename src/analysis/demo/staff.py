"""Who sells for the invented firm: reps, a manager for each region, and the head of sales."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.demo.firm import FIRST_DAY, REGIONS
from analysis.demo.frames import day

REPS: Final = sum(region.reps for region in REGIONS)
STAFF_NAMES: Final = (
    "Alan Whitlock", "Bridget Osei", "Carl Penhallow", "Dilys Varley", "Ewan Strachan",
    "Frances Obi", "George Tennant", "Hana Lindqvist", "Ivor Beddoes", "Joanna Speight",
    "Keith Marrable", "Lydia Cottam", "Mark Fairweather", "Nesta Pryce", "Oscar Dunmore",
    "Polly Rashid", "Quentin Ashby", "Ruth Caldwell", "Simon Garrick", "Teresa Monk",
    "Umar Haddad", "Vera Illingworth", "Walter Nunn", "Helen Ackroyd", "Philip Draycott",
    "Meera Sandhu", "Colin Weatherby", "Angela Trevose", "Stuart Hebden", "Margaret Lisle",
)  # fmt: skip
NEWEST: Final = 200  # days before the window; all reps sell from its first day


def staff_table(rng: np.random.Generator) -> pd.DataFrame:
    """Staff, one row each: reps S-01 to S-23, the regions' managers, and the head of sales."""
    areas = [region.area.lower().replace("-", "") for region in REGIONS]
    of_rep = np.repeat(np.arange(len(REGIONS)), [region.reps for region in REGIONS])
    head = f"S-{REPS + len(REGIONS) + 1:02d}"
    managers = [f"S-{REPS + 1 + place:02d}" for place in range(len(REGIONS))]
    count = REPS + len(REGIONS) + 1
    served = NEWEST + np.sort(rng.integers(0, 5000, count))[::-1]
    served = np.where(np.arange(count) < REPS, rng.permutation(served), served[0])
    hired = day(FIRST_DAY) - pd.to_timedelta(served, unit="D").as_unit("s")
    return pd.DataFrame(
        {
            "salesperson_id": [f"S-{number:02d}" for number in range(1, count + 1)],
            "name": list(STAFF_NAMES[:count]),
            "team": ["Field sales"] * REPS + ["Regional managers"] * len(REGIONS) + ["Head office"],
            "region": [*(areas[place] for place in of_rep), *areas, None],
            "manager_id": [*(managers[place] for place in of_rep), *[head] * len(REGIONS), None],
            "hired_at": hired,
        }
    )

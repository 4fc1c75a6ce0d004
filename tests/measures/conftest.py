"""The tiny firm with every table that indicators are taken over, worked by hand."""

import pytest

from analysis import paths
from analysis.model.dataset import open_snapshot

from ..conftest import _deliver

# C1 lives in east and was won there in January 2024; C4 too, in February 2026, by the fair.
TABLES = {
    "customers": """\
customer_id,name,kind,region,acquired_at,acquisition_channel
C1,Ash & Co,b2b,east,2024-01-10,Fair
C2,Birch,b2c,west,2024-03-02,Search
C3,Cedar,b2c,east,2025-02-20,Search
C4,Dogwood Ltd,b2b,east,2026-02-10,Fair
""",
    # February: ten lamps at 6.00 and four chairs at 30.00 in east.
    "inventory": """\
product_id,month,region,on_hand,received
P1,2026-01-01,east,40,0
P1,2026-02-01,east,10,5
P3,2026-01-01,east,3,0
P3,2026-02-01,east,4,5
P2,2026-01-01,east,8,0
P2,2026-02-01,east,8,0
P1,2026-02-01,west,99,0
""",
    "plan": """\
region,category,month,revenue_target
east,Lighting,2026-02-01,300
east,Seating,2026-02-01,250
west,Lighting,2026-02-01,100
east,Lighting,2025-02-01,1
""",
    # February's rent of east and head office; January's rent is not February's.
    "overheads": """\
month,item,region,amount
2026-01-01,Rent,east,70
2026-02-01,Rent,east,50
2026-02-01,Rent,west,20
2026-02-01,Head office,,30
""",
    "market": """\
region,category,month,market_size
east,Lighting,2026-02-01,4000
east,Seating,2026-02-01,4800
west,Lighting,2026-02-01,900
east,Lighting,2025-02-01,1
""",
    # O8 was due in February and half of it paid in time; O9 was paid in March; O2 is west's.
    "payments": """\
payment_id,order_id,due_at,paid_at,amount
Y1,O8,2026-02-20,2026-02-25,120
Y2,O8,2026-02-28,,120
Y3,O9,2026-02-28,2026-03-02,200
Y4,O2,2026-02-01,2026-02-01,50
Y5,O7,2026-01-31,2026-01-31,150
""",
    # Promised on the 10th and there that evening; promised on the 20th and there in March.
    "fulfilments": """\
order_id,promised_at,delivered_at
O8,2026-02-10,2026-02-10 21:00
O9,2026-02-20,2026-03-01
O10,2026-02-27,2026-02-27
O1,2024-01-20,2024-01-20
""",
    "channel_spend": """\
channel,month,spend,leads
Fair,2026-02-01,500,4
Search,2026-02-01,100,6
Fair,2024-01-01,1,1
""",
    "interactions": """\
interaction_id,customer_id,at,kind,score,response_hours
I1,C1,2026-02-03,complaint,,30
I2,C3,2026-02-05,mail,,10
I3,C4,2026-02-20,survey,5,
I4,C1,2026-02-21,survey,2,
I5,C2,2026-02-21,complaint,,99
I6,C1,2024-01-21,call,,
""",
    "opportunities": """\
opportunity_id,customer_id,owner_id,product,amount,created_at,closed_at,outcome
D1,C4,S1,Seating,200,2026-01-05,2026-02-14,won
D2,C1,S1,Lighting,900,2026-02-01,2026-02-11,lost
D3,C1,S1,Lighting,900,2026-02-01,,open
D4,C2,S2,Lighting,50,2026-02-01,2026-02-02,won
D5,C1,S1,Seating,10,2024-01-02,2024-01-05,lost
""",
    "stage_events": """\
opportunity_id,stage,entered_at
D1,contact,2026-01-05
D1,proposal,2026-01-25
D1,closed,2026-02-14
D2,contact,2026-02-01
D2,closed,2026-02-11
""",
}
COSTS = """\
product_id,name,category,unit_cost
P1,Desk lamp,Lighting,6
P2,Floor lamp,Lighting,20
P3,Chair,Seating,30
"""


@pytest.fixture(scope="session")
def whole_firm(tmp_path_factory):
    """The tiny firm, every table of it."""
    made = _deliver(tmp_path_factory.mktemp("whole"))
    for name, text in TABLES.items():
        made.write(f"{name}.csv", text)
        columns = text.splitlines()[0].split(",")
        made.mapping["tables"][name] = {
            "file": f"{name}.csv", "columns": {column: column for column in columns}
        }  # fmt: skip
    made.write("costs.csv", COSTS)
    columns = ("product_id", "name", "category", "unit_cost")
    made.mapping["tables"]["products"] = {
        "file": "costs.csv", "columns": {column: column for column in columns}
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "PARAMS", made.params)
        return open_snapshot(made.build())

"""Details written in one way: what is only written otherwise is equal."""

import duckdb
import pytest

from analysis.model.linkage import standard


def written(write, text):
    return duckdb.execute(f"SELECT {write('x')} FROM (SELECT ?::VARCHAR AS x)", [text]).fetchall()[
        0
    ][0]


@pytest.mark.parametrize(
    ("write", "texts", "one"),
    [
        (
            standard.name,
            ["Harbour & Sons Limited", "HARBOUR AND SONS LTD.", "Harbour and Sons, L.L.P."],
            "harbour sons",
        ),
        (standard.name, ["Smith, John", "Mr John Smith", "Ｊｏｈｎ　Smith"], "john smith"),
        (standard.name, ["O'Brien plc", "OBRIEN P.L.C.", "Ó’Brien Co Ltd"], "obrien"),
        (standard.name, ["华信科技（上海）有限公司", "华信科技 上海 股份有限公司"], "华信科技上海"),
        (standard.name, ["Maria Sá"], "maria sa"),
        (standard.name, ["Danone SA", "Danone S.A."], "danone"),
        (standard.name, ["n/a", "Unknown", "散客", " ", None], None),
        (standard.name, ["Group Ltd"], "group ltd"),
        (
            standard.phone,
            ["+44 (0)20 7946 0018", "0044 20 79460018", "020 7946 0018 ext. 4", "442079460018"],
            "2079460018",
        ),
        (standard.phone, ["+86 138 0013 8000", "１３８００１３８０００"], "13800138000"),
        (standard.phone, ["0000000000", "12345", "123456789", "n/a", None], None),
        (standard.email, ["J.Smith+x@Firm.com ", "<j.smith@firm.com>"], "j.smith@firm.com"),
        (standard.email, ["none@example.com", "no mail", None], None),
        (standard.postcode, ["q1 2ab", "Q12AB", "Q1-2AB"], "Q12AB"),
        (standard.postcode, ["000000", "-", None], None),
        (standard.address, ["12 High St.", "No. 12, HIGH STREET"], "12 high street"),
        (standard.address, ["Flat 2, 12 High St", "12 High St., flat 2"], "12 2 flat high street"),
        (standard.address, ["天河路 123 号", "天河路123号"], "天河路123号"),
        (standard.town, ["上海市", "上海"], "上海"),
        (standard.gender, ["Male", "M", "男"], "m"),
        (standard.gender, ["?", None], None),
    ],
)  # fmt: skip
def test_what_is_only_written_otherwise_is_equal(write, texts, one):
    assert [written(write, text) for text in texts] == [one] * len(texts)

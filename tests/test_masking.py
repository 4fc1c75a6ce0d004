"""Masks: what is left of a name or number says its kind and nobody's identity."""

import pytest

from analysis import masking


@pytest.mark.parametrize(
    ("name", "kind", "left"),
    [
        # As the sample table of the requirements has them.
        ("北京某某科技有限公司", "b2b", "*科技有限公司"),
        ("上海某某商贸有限公司", None, "*商贸有限公司"),
        ("广州某某咨询服务有限公司", None, "*咨询服务有限公司"),
        ("某某重工股份有限公司", None, "*重工股份有限公司"),
        ("海港（上海）贸易有限公司", None, "*贸易有限公司"),
        ("某某有限责任公司", None, "*有限责任公司"),
        ("科技有限公司", None, "*有限公司"),  # the trade alone would be the name
        ("老王", "b2b", "*"),
        ("王小明", None, "王**"),
        ("欧阳娜娜", "b2c", "欧**"),
        ("Harbour Lane Trading Ltd", None, "*** Ltd"),
        ("Harbour Lane Trading Limited.", None, "*** Limited"),
        ("Ningbo Harbour Co., Ltd.", "b2b", "*** Co., Ltd."),
        ("Müller & Söhne GmbH & Co. KG", None, "*** GmbH & Co. KG"),
        ("Durand S.A.R.L.", None, "*** S.A.R.L"),
        ("Sunrise Coffee", "b2b", "***"),
        ("Sunrise Coffee", None, "S*** C***"),  # it may be somebody's name
        ("Wright & Edwards Hair", None, "***"),
        ("Bread and Butter", None, "***"),
        ("Studio 54", None, "***"),
        ("Jane Smith", "b2c", "J*** S***"),
        ("Sandy Anderson", None, "S*** A***"),
        ("  ", None, "  "),
        (None, None, None),
    ],
)
def test_a_name_keeps_its_kind(name, kind, left):
    assert masking.mask_name(name, kind) == left


@pytest.mark.parametrize("name", ["Agnes", "Costa Marie", "Sarah Inca", "Ola Coop"])
def test_a_persons_name_that_ends_like_a_legal_form_is_a_persons(name):
    assert masking.mask_name(name) == masking.mask_person(name)


@pytest.mark.parametrize(
    ("number", "left"),
    [("C2023001", "C2023***"), ("CG-12520", "CG-12***"), ("shop:84211", "shop:84***"),
     ("C12", "***"), ("7", "***"), ("crm:7", "crm:***"), ("", ""), (None, None)],
)  # fmt: skip
def test_a_number_loses_its_end(number, left):
    assert masking.mask_id(number) == left


@pytest.mark.parametrize(
    ("value", "left"),
    [("020 7946 0018", "***"), (1984, "***"), ("", ""), (None, None), (float("nan"), None)],
)
def test_of_the_rest_is_left_whether_it_is_there(value, left):
    assert masking.mask_all(value) == left


def test_a_mask_says_nothing_of_how_long_a_name_was():
    assert len({masking.mask_person(name) for name in ("Jo Ng", "Johanna Nightingale")}) == 1
    assert masking.mask_name("王明") == masking.mask_name("王小明")

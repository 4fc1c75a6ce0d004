"""Personal data made unreadable, with what a reader needs left: the kind of name or number.

Pure functions of text; which columns they are for is said in ``analyses.personal``. What is
empty stays empty, so that a missing value does not look like a hidden one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

Mask = Callable[[str | None], str | None]

HIDDEN = "***"
CHINESE = re.compile(r"[\u3400-\u9fff]")
FORMS = (
    "集团股份有限公司", "集团有限公司", "股份有限公司", "有限责任公司", "有限公司", "合伙企业",
    "个体工商户", "事务所", "集团", "公司", "工厂", "商行", "商店", "厂", "店",
)  # fmt: skip
"""Legal forms and their like, the longer before those they end with."""
TRADES = (
    "供应链管理", "文化传媒", "企业管理", "信息技术", "信息科技", "网络科技", "生物科技",
    "电子商务", "电子科技", "咨询服务", "咨询", "科技", "商贸", "贸易", "重工", "机械",
    "电子", "电器", "实业",
    "工业", "制造", "建材", "建筑", "装饰", "家居", "家具", "食品", "餐饮", "酒店", "服饰", "服装",
    "纺织", "化工", "医药", "医疗", "物流", "运输", "汽车", "能源", "环保", "农业", "教育", "传媒",
    "广告", "投资", "金融", "零售", "百货", "超市", "用品", "五金", "包装", "印刷", "技术", "服务",
    "管理", "工程", "设备", "材料", "发展", "销售",
)  # fmt: skip
WESTERN_FORM = re.compile(
    r"""[\s,]+(?P<form>
        (?:&|and)\s+(?:co|company|sons|partners)\b\.?(?:[\s,]+(?:ltd|limited|kg|llp)\.?)?
      | co\.?[\s,]+ltd\.? | pty\.?[\s,]+ltd\.? | gmbh\s+&\s+co\.?\s+kg
      | ltd | limited | plc | llp | llc | lp | inc | incorporated | corp | corporation
      | company | co | group | holdings? | partners(?:hip)?
      | gmbh | ag | kg | ug | ohg | s\.?a\.?r\.?l | s\.?a\.?s | s\.?a | s\.?r\.?l | s\.?p\.?a
      | b\.?v | n\.?v | a/?b | a/?s | oy | oyj
    )\.?$""",
    re.IGNORECASE | re.VERBOSE,
)
FIRM_SIGN = re.compile(r"[&+\d]|\band\b", re.IGNORECASE)
"""What nobody's own name has."""
LAST_HIDDEN = 3
"""Characters of a number that are hidden: one of a thousand neighbours cannot be told."""


def mask_name(name: str | None, kind: str | None = None) -> str | None:
    """A name of which only its kind can be read.

    Parameters
    ----------
    name : str, optional
        Of a person or a company.
    kind : str, optional
        ``b2b`` or ``b2c`` where it is known. A name with a legal form is a company's in any case.

    Examples
    --------
    >>> mask_name("杭州海港科技有限公司"), mask_name("海港（上海）商贸有限公司"), mask_name("张伟")
    ('*科技有限公司', '*商贸有限公司', '张**')
    >>> mask_name("Harbour Lane Trading Ltd"), mask_name("Ash & Co"), mask_name("Oak Cafe", "b2b")
    ('*** Ltd', '*** & Co', '***')
    >>> mask_name("Jane Smith"), mask_name("")
    ('J*** S***', '')
    """
    if name is None or not name.strip():
        return name
    text = name.strip()
    if CHINESE.search(text):
        return _chinese(text, kind)
    if form := WESTERN_FORM.search(text):
        return f"{HIDDEN} {form['form']}"
    is_firm = kind == "b2b" or FIRM_SIGN.search(text)
    return HIDDEN if is_firm else mask_person(text)


def mask_person(name: str | None) -> str | None:
    """A person's name by its initials.

    Examples
    --------
    >>> mask_person("Anne-Marie O'Neill"), mask_person("李小龙")
    ('A*** O***', '李**')
    """
    if name is None or not name.strip():
        return name
    text = name.strip()
    if CHINESE.match(text):
        return f"{text[0]}**"
    return " ".join(f"{word[0]}{HIDDEN}" for word in text.split())


def mask_id(number: str | None) -> str | None:
    """A customer's number without its end: the series it is of, and not the customer.

    Examples
    --------
    >>> mask_id("C2023003"), mask_id("shop:84211"), mask_id("C7"), mask_id(None)
    ('C2023***', 'shop:84***', '***', None)
    """
    if number is None or not number.strip():
        return number
    system, colon, own = number.rpartition(":")
    return f"{system}{colon}{own[:-LAST_HIDDEN]}{HIDDEN}"


def mask_all(value: object) -> str | None:
    """A value of which can be read only whether it is there: telephone, mail, address, birth.

    Examples
    --------
    >>> mask_all("020 7946 0018"), mask_all(1984), mask_all(None)
    ('***', '***', None)
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return HIDDEN if str(value).strip() else str(value)


def _chinese(text: str, kind: str | None) -> str:
    plain = re.sub(r"[（(][^）)]*[）)]", "", text).strip()
    for form in FORMS:
        if plain.endswith(form) and len(plain) > len(form):
            stem = plain.removesuffix(form)
            trade = next((word for word in TRADES if stem.endswith(word) and stem != word), "")
            return f"*{trade}{form}"
    return "*" if kind == "b2b" else f"{text[0]}**"

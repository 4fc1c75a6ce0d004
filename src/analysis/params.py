"""What a run is asked to do: who and when from the notebook, how from ``params/``.

``base.yml`` holds every setting, ``regions/<region>.yml`` the name of a region and what differs
there. A region exists because its file does; ``all`` is the whole firm. ``calendars/<data>.yml``
says which days are holidays to a firm, if it wishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis import paths, periods
from analysis.calendar import WEEKDAYS_ONLY, SellingDays
from analysis.errors import ParameterError, nearest
from analysis.settings import Region, Settings
from analysis.steering import NO_PROFILE, Held, Profile, Targets
from analysis.text import part, words

WHOLE_FIRM = "all"
Model = TypeVar("Model", bound=BaseModel)


class Firm(BaseModel):
    """What a pack says about whose data it shows, from ``params/sources/<data>.yml``."""

    model_config = ConfigDict(extra="ignore")

    firm: str
    currency: str
    as_of: datetime | None = None
    rates: dict[str, float | dict[str, float]] = Field(default_factory=dict)
    """Units of the firm's money for one of another: one rate, or rates by month ``2026-10``."""
    show_personal: bool | None = None
    """What the firm sets otherwise than ``base.yml``; a region may set it back."""


@dataclass(frozen=True)
class Run:
    """Who, when and how of one run. Equal runs on equal data give equal packs."""

    region: str
    period: periods.Period
    data: str
    firm: str
    currency: str
    """Sign of the money all amounts are in."""
    settings: Region
    region_labels: Mapping[str, str]
    """What a reader calls each region that has a file."""
    judged_at: datetime | None = None
    """Moment the firm says its data are judged at; none: as time goes by."""
    rates: Mapping[str, float | Mapping[str, float]] = field(default_factory=dict)
    """Units of the firm's money for one of another, by code: one rate, or by month ``2026-10``."""
    calendar: SellingDays = WEEKDAYS_ONLY
    """What the firm says of its selling days."""
    profile: Profile = NO_PROFILE
    """The indicators the firm steers by."""
    held_against: tuple[Held, ...] = ()
    """Targets and benchmarks of the run's region."""

    def part(self, dimension: str, value: str) -> str:
        """What a reader calls one part of a dimension; a region as its file says."""
        if dimension == "region" and value in self.region_labels:
            return self.region_labels[value]
        return part(dimension, value)

    @property
    def whole_firm(self) -> Run:
        """The same run over every region, for what is compared with the rest of the firm."""
        return replace(self, region=WHOLE_FIRM)

    def base_period(self, base: str) -> periods.Period:
        """The period a base is: ``prior`` or ``year_before``."""
        return self.period.year_before() if base == "year_before" else self.period.prior()

    def per_period(self, amount: float, months: float) -> float:
        """An amount known over ``months`` months, scaled to the period's length."""
        return amount * self.period.month_count / months

    @property
    def revenue_label(self) -> str:
        """What revenue the run is about: ``East revenue``, ``Revenue of the whole firm``."""
        if self.region == WHOLE_FIRM:
            return words("run.firm_revenue")
        return words("run.revenue", region=self.region_label)

    @property
    def region_label(self) -> str:
        """The region as a reader sees it."""
        return self.settings.label


def load(region: str, period: str, data: str = "demo", folder: Path | None = None) -> Run:
    """Read ``base.yml``, lay ``regions/<region>.yml`` over it and check the result.

    Parameters
    ----------
    region : str
        Name of a file in ``params/regions/``.
    period : str
        As :func:`analysis.periods.parse` reads it.
    data : str
        Name of a file in ``params/sources/``.
    folder : Path, optional
        Where the params are, if not in the project's own folder.

    Raises
    ------
    ParameterError
        If region or data have no file, the period is no period, or a file sets a key no run
        reads, leaves one out, or gives it a value of the wrong kind. Names file, key and the
        nearest valid name.
    """
    folder = folder or paths.PARAMS
    must_exist("region", region, "regions", folder)
    must_exist("data", data, "sources", folder)
    base, own = folder / "base.yml", folder / "regions" / f"{region}.yml"
    source = folder / "sources" / f"{data}.yml"
    whose = checked(Firm, read_yaml(source), source)
    checked(Settings, read_yaml(base), base)
    of_firm = {} if whose.show_personal is None else {"show_personal": whose.show_personal}
    merged = over(over(read_yaml(base), of_firm), read_yaml(own))
    settings = checked(Region, merged, own)
    return Run(
        region=region,
        period=periods.parse(str(period)),
        data=data,
        firm=whose.firm,
        currency=whose.currency,
        settings=settings,
        region_labels=_labels(folder),
        judged_at=whose.as_of,
        rates=whose.rates,
        calendar=_calendar(data, folder),
        profile=_profile(settings.profile, own if "profile" in read_yaml(own) else base, folder),
        held_against=tuple(one for one in held_against(data, folder) if one.region in ("", region)),
    )


def profiles(folder: Path | None = None) -> dict[str, Profile]:
    """Every profile of ``profiles.yml``, by name.

    Raises
    ------
    ParameterError
        If one of them is not as a profile must be; names it.
    """
    path = (folder or paths.PARAMS) / "profiles.yml"
    return {
        name: checked(Profile, values, path, within=name)
        for name, values in read_yaml(path).items()
    }


def held_against(data: str, folder: Path | None = None) -> tuple[Held, ...]:
    """What ``targets/<data>.yml`` says, of every region; nothing where there is no such file.

    Raises
    ------
    ParameterError
        If an entry is not as it must be, or of a region that has no file.
    """
    path = (folder or paths.PARAMS) / "targets" / f"{data}.yml"
    if not path.is_file():
        return ()
    held = checked(Targets, read_yaml(path), path).held
    known = names("regions", folder)
    for place, one in enumerate(held, start=1):
        if one.region and one.region not in known:
            raise ParameterError(
                f"{paths.shown(path)}: entry {place} ({one.indicator}) is of region "
                f"{one.region!r}, which has no file; {nearest(one.region, known)}"
            )
    return held


def _profile(name: str, named_in: Path, folder: Path) -> Profile:
    """The profile of that name in ``profiles.yml``."""
    known = profiles(folder)
    if name not in known:
        raise ParameterError(
            f"{paths.shown(named_in)}: profile {name!r} is not in "
            f"{paths.shown(folder / 'profiles.yml')}; {nearest(name, known)}"
        )
    return known[name]


def names(kind: str, folder: Path | None = None) -> list[str]:
    """Names that have a file under ``params/<kind>/``: every region, or every source."""
    return sorted(path.stem for path in ((folder or paths.PARAMS) / kind).glob("*.yml"))


class _OnceOnly(yaml.SafeLoader):
    """YAML in which a key given twice is an error: the first would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if repeated := [key for key in keys if keys.count(key) > 1]:
            mark = node.start_mark
            raise yaml.constructor.ConstructorError(
                None, None, f"key {repeated[0]!r} is given twice", mark
            )
        return super().construct_mapping(node, deep)


def must_exist(what: str, name: str, kind: str, folder: Path | None = None) -> None:
    """Check that ``params/<kind>/<name>.yml`` exists.

    Raises
    ------
    ParameterError
        If not; with the nearest name that does.
    """
    known = names(kind, folder)
    if name not in known:
        where = paths.shown((folder or paths.PARAMS) / kind)
        raise ParameterError(f"{what} {name!r} has no file in {where}/; {nearest(name, known)}")


def checked(model: type[Model], values: dict[str, Any], path: Path, within: str = "") -> Model:
    """Build ``model`` from what a params file says, or say what is wrong with the file.

    Parameters
    ----------
    model : type of BaseModel
        What it must be.
    values : dict
        What the file says.
    path : Path
        Of the file.
    within : str
        The block of the file the values are, if not all of it.

    Raises
    ------
    ParameterError
        Naming the file, the key and, for a misspelt key, the nearest valid one.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [_problem(model, dict(item), values) for item in error.errors()]
        where = f"{paths.shown(path)}: {within + ': ' if within else ''}"
        raise ParameterError(f"{where}{'; '.join(problems)}") from None


def over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Lay one block over another, block by block."""
    merged = dict(base)
    for key, value in own.items():
        below = base.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = over(below, value) if both and below is not None else value
    return merged


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a params file, which must be a block of ``key: value`` lines."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _OnceOnly) or {}
    except yaml.constructor.ConstructorError as error:
        place = f" line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ParameterError(f"{paths.shown(path)}{place}: {error.problem}") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" line {where.line + 1}" if where else ""
        raise ParameterError(
            f"{paths.shown(path)}{line}: not readable as YAML; write 'key: value' lines, "
            "with two spaces for each level"
        ) from None
    except UnicodeDecodeError:
        raise ParameterError(
            f"{paths.shown(path)}: not UTF-8; save it with that encoding"
        ) from None
    if not isinstance(content, dict):
        raise ParameterError(f"{paths.shown(path)}: holds no 'key: value' lines")
    return content


def _calendar(data: str, folder: Path) -> SellingDays:
    """What a firm says of its selling days; a firm need not, and then weekdays are all there is."""
    path = folder / "calendars" / f"{data}.yml"
    return checked(SellingDays, read_yaml(path), path) if path.is_file() else WEEKDAYS_ONLY


def _labels(folder: Path) -> dict[str, str]:
    files = {name: folder / "regions" / f"{name}.yml" for name in names("regions", folder)}
    return {name: str(read_yaml(path).get("label", name)) for name, path in files.items()}


def _problem(model: type[BaseModel], item: dict[str, Any], values: dict[str, Any]) -> str:
    """One of pydantic's errors, as we say it."""
    place = [part for part in item["loc"] if not str(part).startswith("function-")]
    key = ".".join(map(str, place))
    if item["type"] == "extra_forbidden":
        return (
            f"key {key!r} is not one that is read; {nearest(str(place[-1]), _keys(model, place))}"
        )
    if item["type"] == "missing":
        meant = get_close_matches(key, list(values), n=1)
        return f"key {key!r} is missing" + (f"; is it {meant[0]!r}?" if meant else "")
    says = str(item["msg"]).removeprefix("Value error, ")
    says = says[0].lower() + says[1:]
    if not key:
        return says
    if isinstance(item["input"], dict | list):  # a whole block says nothing a reader would want
        return f"key {key!r}: {says}"
    return f"key {key!r} is {item['input']!r}: {says}"


def _keys(model: type[BaseModel], place: list[Any]) -> list[str]:
    """Valid keys of the block that holds the last key of ``place``."""
    for step in place[:-1]:
        field = model.model_fields.get(str(step))
        inner = _models(field.annotation) if field else []
        model = inner[0] if inner else model
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Blocks named anywhere in an annotation: ``dict[str, Table]`` names ``Table``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in getattr(annotation, "__args__", ()) for found in _models(inner)]

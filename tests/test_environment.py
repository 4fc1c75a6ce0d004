"""The three ways to say what is installed agree: pyproject, environment.yml and requirements/."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from analysis.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
RUN = [Requirement(text) for text in PROJECT["dependencies"]]
DEV = [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]]
NOT_FROM_PYPI = {"python", "pip", "make", "quarto"}
"""What conda installs and pip does not: quarto is `make quarto`'s, Python is `requires-python`."""
# Extras that conda-forge's package brings without being asked.
EXTRAS_CONDA_HAS = {"fonttools": {"woff"}}


def bounds(requirements):
    """Version bounds by name: ``{"pandas": "<3", "numpy": ""}``."""
    return {canonicalize_name(one.name): str(one.specifier) for one in requirements}


def conda():
    """What environment.yml asks of conda, and of pip inside it."""
    plain = [Requirement(text) for text in CONDA if isinstance(text, str)]
    (pip,) = [block["pip"] for block in CONDA if isinstance(block, dict)]
    return plain, [Requirement(text) for text in pip]


def pins(name):
    """Packages of a requirements file: ``{"numpy": {"2.4.6"}}``; several where Pythons differ."""
    found = {}
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    for block in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        line = block.split(" --hash")[0].strip()
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            (pin,) = requirement.specifier
            assert pin.operator == "==", f"{line} is not pinned"
            assert "--hash=sha256:" in block, f"{line} has no hash"
            found.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return found


class TestConda:
    def test_it_has_the_same_packages_with_the_same_bounds(self):
        plain, pip = conda()
        ours = [one for one in plain if one.name not in NOT_FROM_PYPI]
        assert bounds([*ours, *pip]) == bounds([*RUN, *DEV])
        assert len(ours) + len(pip) == len(RUN) + len(DEV), "a package stands twice"

    def test_it_has_the_same_python(self):
        (python,) = [one for one in conda()[0] if one.name == "python"]
        assert str(python.specifier) == PROJECT["requires-python"]

    def test_it_has_the_same_extras(self):
        plain, pip = conda()
        theirs = {
            one.name: one.extras | EXTRAS_CONDA_HAS.get(one.name, set()) for one in plain + pip
        }
        for one in [*RUN, *DEV]:
            assert theirs[one.name] == one.extras, one.name


class TestRequirements:
    @pytest.mark.parametrize(("name", "declared"), [("run", RUN), ("dev", RUN + DEV)])
    def test_every_package_is_pinned_within_its_bounds(self, name, declared):
        pinned = pins(name)
        for one in declared:
            versions = pinned.get(canonicalize_name(one.name), set())
            assert versions, f"requirements/{name}.txt lacks {one.name}: run `make lock`"
            for version in versions:
                assert one.specifier.contains(version), f"{one.name} {version} is not {one}"

    def test_what_runs_is_the_same_where_tests_run(self):
        run, dev = pins("run"), pins("dev")
        assert {name: dev.get(name) for name in run} == run

    @pytest.mark.parametrize(
        "path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.stem
    )
    def test_no_place_to_install_from_is_written_down(self, path):
        """A mirror's address works on one machine; pip and uv know their own."""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            where = f"{path.name} line {number}: {line[:80]}"
            assert "http" not in re.sub(r"^[\w.-]*http[\w.-]*==|# via .*|^ +#.*", "", line), where
            assert not re.match(r"\s*(-i|-f|-r|-c|--(?!hash=))", line), where

    @pytest.mark.parametrize(
        "path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.stem
    )
    def test_every_file_is_pinned_and_hashed(self, path):
        assert pins(path.stem)

    def test_the_installer_is_pinned_too(self):
        assert list(pins("uv")) == ["uv"]

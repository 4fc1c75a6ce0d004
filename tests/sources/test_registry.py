"""The register: which systems a firm has, and what each has delivered."""

import hashlib
import os
import sqlite3
from datetime import datetime
from time import perf_counter

import pytest
import yaml

from analysis import paths
from analysis.errors import ParameterError, SourceError
from analysis.sources import registry

LINES = {"file": "lines.csv", "columns": {"order_id": "Order", "revenue": "Net"}}
FIRM = {"firm": "Harbour Lane", "currency": "£"}


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A firm of two systems: ``house(crm={…}, till={…})`` writes its params and loads them."""
    folder = tmp_path / "params" / "sources"
    folder.mkdir(parents=True)
    monkeypatch.setattr(paths, "PARAMS", tmp_path / "params")
    (tmp_path / "files").mkdir()

    def write(firm=(), **systems):
        said = FIRM | {"path": str(tmp_path / "files")} | dict(firm)
        (folder / "firm.yml").write_text(yaml.safe_dump(said), encoding="utf-8")
        for name, system in systems.items():
            (folder / "firm").mkdir(exist_ok=True)
            text = yaml.safe_dump({"owner": "Sales", "tables": {"order_lines": LINES}} | system)
            (folder / "firm" / f"{name}.yml").write_text(text, encoding="utf-8")
        return registry.load("firm")

    return write


@pytest.fixture
def put(tmp_path):
    """Delivers a file: ``put("crm/lines.csv")``."""

    def of(name, text="Order,Net\nO1,5\n"):
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return of


def labels(register, **how):
    found, lacking = registry.deliveries(register, "firm", **how)
    return [(one.system, one.label) for one in found], lacking


class TestLoading:
    def test_a_firm_that_says_its_tables_is_one_system_of_its_name(self, house):
        register = house({"tables": {"order_lines": LINES}})
        assert list(register.systems) == ["firm"]
        assert register.systems["firm"].label == "Harbour Lane"

    def test_a_system_exists_because_its_file_does(self, house):
        register = house(crm={"label": "CRM", "priority": 2}, till={})
        assert list(register.systems) == ["crm", "till"]
        assert (register.systems["crm"].label, register.systems["crm"].priority) == ("CRM", 2)

    def test_a_firm_has_tables_or_systems_and_not_both(self, house):
        with pytest.raises(ParameterError, match=r"sources/firm\.yml: a firm has .*this .* both$"):
            house({"tables": {"order_lines": LINES}}, crm={})

    def test_nor_neither(self, house):
        with pytest.raises(ParameterError, match=r"a file in .*sources/firm/; this one has neith"):
            house()

    def test_a_firm_without_a_file(self, house):
        house(crm={})
        with pytest.raises(ParameterError, match=r"data 'firn' has no file .*did you mean 'firm'"):
            registry.load("firn")

    def test_a_misspelt_key_of_a_system_is_named_with_its_file(self, house):
        with pytest.raises(ParameterError, match=r"firm/crm\.yml: key 'owners' is not one that is"):
            house(crm={"owners": "Sales"})

    @pytest.mark.parametrize("name", ["o'neil", "Till", "front desk", "a.b"])
    def test_a_system_s_name_is_safe_in_keys_files_and_queries(self, house, name):
        with pytest.raises(ParameterError, match=rf"firm/{name}\.yml: .*small letters a-z, digits"):
            house(**{"crm": {}, name: {}})

    def test_and_so_is_the_firm_s(self, house, tmp_path):
        house(crm={})
        file = tmp_path / "params" / "sources" / "firm.yml"
        file.rename(file.with_name("o'neil.yml"))
        with pytest.raises(ParameterError, match=r"sources/o'neil\.yml: \"o'neil\" cannot name a"):
            registry.load("o'neil")

    def test_source_path_is_laid_over_the_firms(self, house, tmp_path):
        house(crm={})
        assert registry.load("firm", tmp_path).firm.path == str(tmp_path)


class TestDeliveries:
    def test_each_file_says_what_and_when(self, house, put):
        path = put("lines.csv", "Order,Net\nO1,5\n")
        os.utime(path, (0, datetime(2026, 10, 31, 18, 5).timestamp()))
        (one,), lacking = registry.deliveries(house(crm={}), "firm")
        assert (one.system, one.table, one.place, one.label) == (
            "crm", "order_lines", path, "lines.csv"
        )  # fmt: skip
        assert one.mark == hashlib.sha256(b"Order,Net\nO1,5\n").hexdigest()
        assert one.delivered_at == datetime(2026, 10, 31, 18, 5)
        assert lacking == []

    def test_a_systems_folder_lies_below_the_firms(self, house, put):
        put("shop/2026/lines.csv")
        assert labels(house(shop={"path": "shop/2026"})) == ([("shop", "lines.csv")], [])

    def test_a_pattern_is_every_file_that_fits_by_name(self, house, put):
        for day in ("2026/10-02", "2026/10-01", "2025/12-31"):
            put(f"tills/{day}.csv")
        till = {"path": "tills", "tables": {"order_lines": LINES | {"file": "*/*.csv"}}}
        assert [label for _, label in labels(house(till=till))[0]] == [
            "2025/12-31.csv", "2026/10-01.csv", "2026/10-02.csv"
        ]  # fmt: skip

    def test_a_table_may_have_several_mappings(self, house, put):
        put("a.csv")
        put("b.csv")
        two = [LINES | {"file": "a.csv"}, LINES | {"file": "b.csv"}]
        assert len(labels(house(crm={"tables": {"order_lines": two}}))[0]) == 2

    def test_a_sheet_is_part_of_the_label(self, house, put):
        put("book.xlsx")
        tables = {"order_lines": LINES | {"file": "book.xlsx", "sheet": "Orders"}}
        assert labels(house(crm={"tables": tables}))[0] == [("crm", "book.xlsx Orders")]

    def test_the_mark_changes_with_a_file_its_lookup_is_in(self, house, put):
        put("lines.csv")
        lookup = {"file": "items.csv", "key": "a", "value": "b"}
        columns = {"order_id": "Order", "product_id": {"from": "Net", "lookup": lookup}}
        register = house(crm={"tables": {"order_lines": LINES | {"columns": columns}}})
        marks = set()
        for text in ("a,b\n5,P1\n", "a,b\n5,P2\n"):
            put("items.csv", text)
            marks.add(registry.deliveries(register, "firm")[0][0].mark)
        assert len(marks) == 2

    def test_a_path_may_be_the_one_file(self, house, put):
        path = put("lines.csv")
        house({"tables": {"order_lines": LINES | {"file": "other.csv"}}})
        (one,), _ = registry.deliveries(registry.load("firm", path), "firm")
        assert one.place == path

    def test_a_path_is_from_the_projects_root_or_from_home(self, house, put, tmp_path, monkeypatch):
        put("lines.csv")
        monkeypatch.setattr(paths, "ROOT", tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        house(crm={})
        for path in ("files", "~/files"):
            assert len(labels(registry.load("firm", path))[0]) == 1

    def test_the_environment_fills_in_a_path(self, house, put, monkeypatch):
        put("shop/lines.csv")
        register = house(shop={"path": "${SHOP_FOLDER}"})
        with pytest.raises(SourceError, match=r"path '\$\{SHOP_FOLDER\}' needs the environment va"):
            registry.deliveries(register, "firm")
        monkeypatch.setenv("SHOP_FOLDER", "shop")
        assert len(labels(register)[0]) == 1

    def test_a_thousand_files_are_quick(self, house, put):
        for day in range(1000):
            put(f"{day:04}.csv")
        register = house(till={"tables": {"order_lines": LINES | {"file": "*.csv"}}})
        before = perf_counter()
        assert len(labels(register)[0]) == 1000
        assert perf_counter() - before < 10  # a tenth of this on a quiet machine


class TestWhatIsMissing:
    def test_a_missing_file_says_what_the_folder_holds(self, house, put):
        put("other.csv")
        with pytest.raises(
            SourceError,
            match=r"^data 'firm': file lines\.csv is not in .*/files; the folder holds other\.csv"
            r"\. Ask Sales, who answer for the CRM$",
        ):
            registry.deliveries(house(crm={"label": "the CRM"}), "firm")

    def test_a_pattern_that_nothing_fits(self, house, put):
        put("a.txt")
        till = {"tables": {"order_lines": LINES | {"file": "*.csv"}}}
        with pytest.raises(SourceError, match=r"no file fits \*\.csv in .*/files; the folder hold"):
            registry.deliveries(house(till=till), "firm")

    def test_a_missing_folder(self, house):
        register = house(crm={"path": "nowhere"})
        with pytest.raises(SourceError, match=r"is not in .*/nowhere; there is no such folder"):
            registry.deliveries(register, "firm")

    def test_no_path_at_all_says_how_to_give_one(self, house):
        register = house({"path": ""}, crm={})
        with pytest.raises(
            SourceError, match=r"say where lines\.csv is: make report DATA=firm SOURCE_PATH=/fold"
        ):
            registry.deliveries(register, "firm")

    def test_a_system_that_is_not_required_is_listed(self, house, put):
        put("crm/lines.csv")
        register = house(crm={"path": "crm"}, till={"path": "tills", "required": False})
        assert labels(register) == ([("crm", "lines.csv")], ["till"])

    def test_so_is_a_required_one_where_a_gate_decides(self, house, put):
        put("crm/lines.csv")
        register = house(crm={"path": "crm"}, till={"path": "tills"})
        assert labels(register, strict=False) == ([("crm", "lines.csv")], ["till"])

    def test_one_that_delivered_some_of_its_files_is_an_error_all_the_same(self, house, put):
        put("lines.csv")
        tables = {"order_lines": LINES, "products": LINES | {"file": "items.csv"}}
        register = house(crm={"tables": tables, "required": False})
        with pytest.raises(SourceError, match=r"file items\.csv is not in"):
            registry.deliveries(register, "firm", strict=False)


class TestDatabaseFiles:
    ERP = {  # noqa: RUF012
        "path": "sqlite:///erp/erp.sqlite",
        "tables": {"order_lines": {"query": "orders", "columns": LINES["columns"]}},
    }

    def test_sqlite_lies_below_the_firms_folder(self, house, tmp_path):
        (tmp_path / "files" / "erp").mkdir()
        sqlite3.connect(tmp_path / "files" / "erp" / "erp.sqlite").execute("CREATE TABLE orders(a)")
        (one,), _ = registry.deliveries(house(erp=self.ERP), "firm")
        assert one.label == "erp orders"
        assert one.place == f"sqlite:///{tmp_path}/files/erp/erp.sqlite"
        assert one.delivered_at is not None

    def test_one_that_is_missing(self, house):
        with pytest.raises(SourceError, match=r"database erp\.sqlite is not in .*/files/erp; ther"):
            registry.deliveries(house(erp=self.ERP), "firm")

    def test_a_database_of_a_kind_that_is_not_read(self, house):
        register = house(erp=self.ERP | {"path": "oracle://me:secret@host/x"})
        with pytest.raises(SourceError, match=r"'oracle://me@host/x' is of a kind that is not rea"):
            registry.deliveries(register, "firm")

    def test_a_query_needs_a_database(self, house):
        with pytest.raises(
            SourceError, match=r"erp: table order_lines has a query, and path .* no"
        ):
            registry.deliveries(house(erp=self.ERP | {"path": ""}), "firm")

    def test_a_database_needs_a_query(self, house, tmp_path):
        sqlite3.connect(tmp_path / "files" / "erp.sqlite").execute("CREATE TABLE orders(a)")
        register = house(erp={"path": "sqlite:///erp.sqlite"})
        with pytest.raises(
            SourceError, match=r"erp: table order_lines has a file, and the path is"
        ):
            registry.deliveries(register, "firm")

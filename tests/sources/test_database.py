"""Databases: only what reads is asked; SQLite from a file, PostgreSQL over TLS."""

import builtins
import sqlite3
from datetime import datetime
from decimal import Decimal

import pytest

from analysis.errors import SourceError
from analysis.evaluation.postgres import NoServerError, server
from analysis.sources import database, registry
from analysis.sources import postgres as postgres_reader
from analysis.sources.mapping import Firm, System
from analysis.sources.read import read_table

TYPES = {
    "order_id": "string", "ordered_at": "timestamp", "customer_id": "string",
    "revenue": "decimal(18, 4)", "channel": "string",
}  # fmt: skip
COLUMNS = {"order_id": "no", "ordered_at": "placed", "customer_id": "buyer", "revenue": "net"}


def read(engine, path, query, columns=COLUMNS, firm_path=""):
    """Records of a query, as lists, the row number last."""
    table = {"query": query, "columns": columns}
    firm = Firm(firm="Tiny", currency="£", path=firm_path)
    system = System.model_validate({"path": path, "tables": {"order_lines": table}})
    register = registry.Register(firm, {"erp": system})
    (delivery,), _ = registry.deliveries(register, "tiny")
    rows = read_table(engine, delivery, TYPES, register).table.order_by("source_row").execute()
    return rows.astype(object).where(rows.notna(), None).to_numpy().tolist()


class TestQueries:
    @pytest.mark.parametrize("query", ["orders", "sales.orders", '"Order Lines"', "orders;"])
    def test_a_tables_name_stands_for_all_its_rows(self, query):
        assert database.statement(query, "postgres", "erp") == f"SELECT * FROM {query.rstrip(';')}"

    @pytest.mark.parametrize(
        "query",
        ["SELECT a FROM orders;", "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
         "SELECT a FROM x UNION ALL SELECT a FROM y", "SELECT replace(a, 'x', 'y') FROM orders"],
    )  # fmt: skip
    def test_one_select_is_asked_as_it_is(self, query):
        assert database.statement(query, "postgres", "erp") == query.rstrip(";")

    @pytest.mark.parametrize(
        "query",
        ["DELETE FROM orders", "SELECT 1; DROP TABLE orders", "UPDATE orders SET a = 1",
         "WITH x AS (DELETE FROM orders RETURNING a) SELECT a FROM x", "DROP TABLE orders",
         "SELECT a INTO copy FROM orders", "SELECT a FROM orders FOR UPDATE",
         "INSERT INTO orders VALUES (1)", "COPY orders TO '/tmp/x'", "CALL tidy()",
         "PRAGMA journal_mode", "ATTACH 'x' AS y", "SET role admin"],
    )  # fmt: skip
    @pytest.mark.parametrize("dialect", ["postgres", "sqlite"])
    def test_what_does_more_than_read_is_refused(self, query, dialect):
        with pytest.raises(
            SourceError, match=r"^erp: query (must be a table's name or one SELECT|cannot be)"
        ):
            database.statement(query, dialect, "erp")


class TestSqlite:
    @pytest.fixture
    def erp(self, tmp_path):
        path = tmp_path / "erp.sqlite"
        with sqlite3.connect(path) as connection:
            connection.execute('CREATE TABLE orders(no, placed, buyer, net REAL, "sold via")')
            rows = [(17, "2026-02-03 14:30:00", "C1", 12.5, "Web"), ("18", None, 7.0, 3, None),
                    ("19", "2026-02-04", "", "x", "Shop")]  # fmt: skip
            connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
        connection.close()
        return path

    def test_cells_are_as_a_csv_file_would_hold_them(self, engine, erp):
        columns = COLUMNS | {"channel": "sold via"}
        assert read(engine, "sqlite:///erp.sqlite", "orders", columns, str(erp.parent)) == [
            ["17", datetime(2026, 2, 3, 14, 30), "C1", Decimal("12.5"), "Web", 2],
            ["18", None, "7", 3, None, 3],
            ["19", datetime(2026, 2, 4), None, None, "Shop", 4],
        ]

    def test_the_firms_path_may_be_the_file(self, engine, erp):
        assert len(read(engine, "", "orders", firm_path=str(erp))) == 3

    def test_a_select_names_and_joins(self, engine, erp):
        query = "SELECT no AS n, net * 2 AS twice FROM orders WHERE no = 17"
        columns = {"order_id": "n", "revenue": "twice"}
        assert read(engine, f"sqlite:///{erp}", query, columns) == [["17", 25, 2]]

    def test_a_table_that_is_not_there(self, engine, erp):
        with pytest.raises(
            SourceError, match=r"^erp\.sqlite has no table 'order_'; did you mean 'o"
        ):
            read(engine, f"sqlite:///{erp}", "order_")
        with pytest.raises(SourceError, match=r"has no column 'nett'; did you mean 'net'\?"):
            read(engine, f"sqlite:///{erp}", "orders", {"revenue": "nett"})

    def test_a_query_without_rows(self, engine, erp):
        with pytest.raises(SourceError, match=r"erp\.sqlite has a heading but no records"):
            read(engine, f"sqlite:///{erp}", "SELECT * FROM orders WHERE no = 0")

    def test_a_file_that_is_no_database(self, engine, tmp_path):
        (tmp_path / "erp.sqlite").write_text("no database" * 100, encoding="utf-8")
        with pytest.raises(SourceError, match=r"^erp\.sqlite is not a readable SQLite database"):
            read(engine, f"sqlite:///{tmp_path}/erp.sqlite", "orders")

    def test_it_is_left_as_it_was(self, engine, erp):
        before = erp.read_bytes()
        read(engine, f"sqlite:///{erp}", "orders")
        assert erp.read_bytes() == before


class TestPostgres:
    @pytest.fixture
    def sales(self, postgres):
        """The server, with a table of orders in a schema of its own."""
        import psycopg

        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS sales CASCADE")
            connection.execute("CREATE SCHEMA sales")
            connection.execute(
                "CREATE TABLE sales.orders(no int, placed timestamp, buyer text, "
                "net numeric(12, 2), at timestamptz)"
            )
            connection.execute(
                "INSERT INTO sales.orders VALUES (17, '2026-02-03 14:30', 'C1', 12.50, now()), "
                "(18, NULL, E'two\\nlines, \"quoted\"', 3, NULL), "
                "(19, '2026-02-04', '', NULL, NULL)"
            )
        return postgres

    def test_cells_are_as_a_csv_file_would_hold_them(self, engine, sales):
        assert read(engine, sales, "sales.orders") == [
            ["17", datetime(2026, 2, 3, 14, 30), "C1", Decimal("12.5"), 2],
            ["18", None, 'two\nlines, "quoted"', 3, 3],
            ["19", datetime(2026, 2, 4), None, None, 4],
        ]

    def test_a_select_is_answered(self, engine, sales):
        query = "SELECT no, net AS twice FROM sales.orders WHERE net > 5 ORDER BY no"
        assert read(engine, sales, query, {"order_id": "no", "revenue": "twice"}) == [
            ["17", Decimal("12.5"), 2]
        ]

    def test_it_is_over_tls_and_the_version_is_reported(self, sales):
        assert postgres_reader.transport(sales) == "TLSv1.3"

    def test_without_tls_only_where_the_address_says_so(self, sales):
        assert postgres_reader.transport(f"{sales}?sslmode=disable") == "none"

    def test_a_server_without_tls_is_refused_unless_the_address_allows_it(self):
        try:
            with server(tls=False) as url:
                with pytest.raises(SourceError, match="server does not support SSL, but SSL was"):
                    postgres_reader.transport(url)
                assert postgres_reader.transport(f"{url}?sslmode=prefer") == "none"
        except NoServerError as error:
            pytest.skip(str(error))

    def test_equal_rows_have_equal_marks(self, sales, tmp_path):
        mapped = [System.model_validate({"tables": {"t": {
            "query": "sales.orders", "columns": {"order_id": "no"}}}}).tables["t"]]  # fmt: skip
        first, second = (postgres_reader.extract(sales, mapped, "erp", tmp_path)[0] for _ in "ab")
        assert first.mark == second.mark
        assert first.transport == "TLSv1.3"

    def test_the_password_is_nowhere(self, sales):
        table = {"query": "sales.orders", "columns": COLUMNS}
        system = System.model_validate({"path": sales, "tables": {"order_lines": table}})
        register = registry.Register(Firm(firm="Tiny", currency="£"), {"erp": system})
        (one,), _ = registry.deliveries(register, "tiny")
        assert "loopback-only" not in str(one)
        assert (one.label, one.transport, one.delivered_at) == (
            "erp sales.orders", "TLSv1.3", None
        )  # fmt: skip

    def test_a_table_or_column_that_is_not_there(self, engine, sales):
        with pytest.raises(
            SourceError, match=r"there is no table 'sales.order'; did you mean 'sal"
        ):
            read(engine, sales, "sales.order")
        with pytest.raises(SourceError, match=r"'sales.orders' has no column 'nett'; did you mean"):
            read(engine, sales, "sales.orders", {"revenue": "nett"})

    def test_moments_in_a_zone_say_how_to_ask(self, engine, sales):
        with pytest.raises(SourceError, match=r"column 'at' has moments in a time zone; ask for"):
            read(engine, sales, "sales.orders", {"ordered_at": "at"})

    def test_nothing_can_be_changed_by_a_function_either(self, engine, sales):
        import psycopg

        with psycopg.connect(sales, autocommit=True) as connection:
            connection.execute(
                "CREATE FUNCTION sales.wipe() RETURNS int LANGUAGE sql AS "
                "'DELETE FROM sales.orders; SELECT 1'"
            )
        with pytest.raises(SourceError, match="read-only transaction"):
            read(engine, sales, "SELECT sales.wipe()::text AS no", {"order_id": "no"})

    def test_a_server_that_does_not_answer(self, engine):
        with pytest.raises(
            SourceError, match=r"^postgresql://me@127\.0\.0\.1:1/x cannot be reached: "
        ):
            read(engine, "postgresql://me:secret@127.0.0.1:1/x", "orders")

    def test_one_that_is_not_required_is_listed(self):
        tables = {"order_lines": {"query": "orders", "columns": COLUMNS}}
        system = System.model_validate(
            {"path": "postgresql://me@127.0.0.1:1/x", "required": False, "tables": tables}
        )
        register = registry.Register(Firm(firm="Tiny", currency="£"), {"erp": system})
        assert registry.deliveries(register, "tiny") == ([], ["erp"])


def test_a_missing_extra_says_how_to_install_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "psycopg":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        SourceError, match=r"needs the extra `postgres`.*pip install .*\[postgres\]"
    ):
        postgres_reader.transport("postgresql://me@host/x")

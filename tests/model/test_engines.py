"""Engines: how one is named and reached, and that what it holds is what the snapshot holds."""

import builtins
import json
import sys

import ibis
import pandas as pd
import pytest

from analysis.errors import ParameterError
from analysis.model import dataset, engines
from analysis.model.engines.files import table_files

from ..engines import write_snapshot

LINE = {
    "order_id": "O1", "line_no": "1", "ordered_at": "2026-01-31 23:59:59.999999",
    "region": "east", "quantity": "0.3333", "revenue": "99999999999999.9999",
}  # fmt: skip


@pytest.fixture
def small(tmp_path):
    """One line of January and one of February, the second with little to say."""
    bare = {"order_id": "O2", "line_no": "1", "ordered_at": "2026-02-01", "region": 'we"st, \\N',
            "channel": "", "quantity": "1", "revenue": "-0.0001"}  # fmt: skip
    returns = [{"order_id": "O1"}, {"order_id": "O2", "line_no": "1", "quantity": "1"}]
    tables = {"order_lines": [LINE | {"customer_id": "C1"}, bare], "returns": returns}
    return write_snapshot(tmp_path / "snapshot", tables)


def rows_of(tables):
    """Every table as text, so that nothing is rounded on the way."""
    return {
        name: table.mutate(**{c: table[c].cast("string") for c in table.columns})
        .order_by(table.columns[:2])
        .execute()
        .to_dict("records")
        for name, table in tables.items()
    }


class TestNames:
    @pytest.mark.parametrize(
        ("engine", "kind"),
        [
            ("duckdb", "duckdb"),
            ("postgresql://ann@db.example/sales?sslmode=verify-full", "postgresql"),
            ("postgres://ann@db.example/sales", "postgresql"),
            ("spark", "spark"),
            ("local[2]", "spark"),
            ("spark://master:7077", "spark"),
        ],
    )
    def test_an_engine_is_one_of_three(self, engine, kind):
        assert engines.kind_of(engine) == kind

    @pytest.mark.parametrize(
        ("engine", "said"),
        [
            ("duckbd", r"no engine is called 'duckbd'; did you mean 'duckdb'\?"),
            ("mysql://ann:geheim@db/sales", r"no engine is called 'mysql'; there are duckdb, "),
        ],
    )
    def test_an_unknown_one_is_told_the_nearest_and_no_secret(self, engine, said):
        with pytest.raises(ParameterError, match=said) as error:
            engines.connect(engine)
        assert "geheim" not in str(error.value)

    def test_the_environment_goes_before_the_firm(self, monkeypatch):
        monkeypatch.delenv("ANALYSIS_ENGINE", raising=False)
        assert engines.chosen("spark") == "spark"
        monkeypatch.setenv("ANALYSIS_ENGINE", "duckdb")
        assert engines.chosen("spark") == "duckdb"

    @pytest.mark.parametrize(
        ("engine", "module", "package", "extra"),
        [
            ("postgresql://ann@db/sales", "postgresql", "psycopg", "[postgres]"),
            ("spark", "spark", "pyspark", "[spark]"),
        ],
    )
    def test_what_is_not_installed_is_named(self, monkeypatch, engine, module, package, extra):
        real = builtins.__import__

        def without(name, *args, **kwargs):
            if name.split(".")[0] == package:
                raise ImportError(name)
            return real(name, *args, **kwargs)

        monkeypatch.delitem(sys.modules, f"analysis.model.engines.{module}", raising=False)
        monkeypatch.delattr(engines, module, raising=False)
        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(ParameterError, match=rf"needs {package}, which is not .*\{extra}"):
            engines.connect(engine)

    def test_spark_without_java_says_what_to_install(self, monkeypatch):
        pytest.importorskip("pyspark")
        monkeypatch.setenv("JAVA_HOME", "/nowhere")
        with pytest.raises(ParameterError, match=r"needs Java, .* JAVA_HOME, /nowhere; install"):
            engines.connect("spark")


class TestFiles:
    def test_order_lines_are_months_and_others_one_file(self, small):
        files = {name: [path.name for path in paths] for name, paths in table_files(small).items()}
        assert files == {
            "order_lines": ["2026-01.parquet", "2026-02.parquet"],
            "returns": ["returns.parquet"],
            "first_orders": ["first_orders.parquet"],
        }

    def test_order_lines_may_be_one_file(self, small):
        together = small / "order_lines.parquet"
        (small / "order_lines" / "2026-01.parquet").rename(together)
        (small / "order_lines" / "2026-02.parquet").unlink()
        assert table_files(small)["order_lines"] == [together]


class TestDuckdb:
    def test_tables_are_as_declared(self, small):
        tables = engines.open_tables(small, "duckdb")
        assert sorted(tables) == ["first_orders", "order_lines", "returns"]
        lines = tables["order_lines"]
        assert lines.schema()["revenue"] == ibis.dtype("decimal(18, 4)")
        assert lines.count().execute() == 2


class TestPostgresql:
    def test_holds_what_the_files_hold(self, small, postgres_engine):
        """Moments to the microsecond, decimals to the last place; an empty text is not missing."""
        there = rows_of(engines.open_tables(small, postgres_engine))
        assert there == rows_of(engines.open_tables(small, "duckdb"))
        assert there["order_lines"][0]["revenue"] == "99999999999999.9999"
        assert [line["channel"] for line in there["order_lines"]] == [None, ""]

    def test_is_published_once_in_a_schema_of_its_content(self, small, postgres_engine):
        from analysis.model.engines import postgresql

        backend = engines.connect(postgres_engine)
        content = json.loads((small / "manifest.json").read_text(encoding="utf-8"))["content"]
        name = engines.publish(small, backend)
        assert name == f"snapshot_{content[:12]}"
        made = "SELECT oid FROM pg_class WHERE relname = 'order_lines' AND relnamespace = %s::regnamespace"  # noqa: E501
        first = backend.con.execute(made, [name]).fetchall()
        assert engines.publish(small, backend) == name
        assert backend.con.execute(made, [name]).fetchall() == first
        assert name in postgresql.published(backend)

    def test_keys_are_primary_keys_unless_a_part_is_missing(self, small, postgres_engine):
        backend = engines.connect(postgres_engine)
        name = engines.publish(small, backend)
        found = backend.con.execute(
            "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = %s", [name]
        ).fetchall()
        unique = {table for table, text in found if text.startswith("CREATE UNIQUE")}
        assert unique == {"order_lines", "first_orders"}
        assert any(table == "returns" for table, _ in found)
        assert any("brin (ordered_at)" in text for _, text in found)

    def test_a_load_that_fails_leaves_nothing(self, tmp_path, postgres_engine):
        """A zero byte can stand in a file of ours, and not in PostgreSQL."""
        spoilt = LINE | {"order_id": "O\0"}
        folder = write_snapshot(tmp_path / "spoilt", {"order_lines": [spoilt]})
        backend = engines.connect(postgres_engine)
        with pytest.raises(ParameterError, match=r"publishing snapshot_.*0x00"):
            engines.publish(folder, backend)
        from analysis.model.engines import postgresql

        assert postgresql.schema_of(folder) not in postgresql.published(backend)
        assert backend.con.execute("SELECT 1").fetchone() == (1,)

    def test_old_snapshots_stay_until_they_are_pruned(self, small, tmp_path, postgres_engine):
        from analysis.model.engines import postgresql

        backend = engines.connect(postgres_engine)
        before = set(postgresql.published(backend))
        old = write_snapshot(tmp_path / "old", {"order_lines": [LINE]})
        kept, dropped = (engines.publish(folder, backend) for folder in (small, old))
        backend.con.execute("CREATE SCHEMA IF NOT EXISTS snapshot_of_somebody_else")
        assert set(postgresql.published(backend)) == before | {kept, dropped}
        keep = [small]
        assert dropped in postgresql.prune(backend, keep)
        assert postgresql.published(backend) == [kept]
        found = backend.con.execute("SELECT to_regnamespace('snapshot_of_somebody_else')")
        assert found.fetchone() != (None,)

    def test_is_reached_over_tls(self, postgres_engine):
        backend = engines.connect(postgres_engine)
        asked = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert backend.con.execute(asked).fetchone() == (True, "TLSv1.3")

    def test_a_server_without_tls_is_refused(self):
        from analysis.model.engines import postgresql

        assert postgresql.settings_of("postgresql://ann@db/sales")["sslmode"] == "require"
        own = "postgresql://ann@db/sales?sslmode=verify-full&sslrootcert=/etc/ca.crt"
        assert postgresql.settings_of(own)["sslmode"] == "verify-full"

    def test_a_secret_comes_from_the_environment(self, postgres_engine, monkeypatch):
        """Any sign may stand in it, since the address is taken apart before it is filled in."""
        user, rest = postgres_engine.split("://")[1].split("@")
        name, secret = user.split(":")
        engine = f"postgresql://{name}:${{SALES_SECRET}}@{rest}"
        monkeypatch.setenv("SALES_SECRET", secret)
        assert engines.connect(engine).name == "postgres"
        monkeypatch.setenv("SALES_SECRET", "no/t@it")
        with pytest.raises(ParameterError, match="password authentication failed") as error:
            engines.connect(engine)
        assert "no/t@it" not in str(error.value)
        monkeypatch.delenv("SALES_SECRET")
        with pytest.raises(ParameterError, match="the environment has no SALES_SECRET"):
            engines.connect(engine)

    def test_a_server_that_is_not_there_is_named_without_its_password(self):
        pytest.importorskip("psycopg")
        engine = "postgresql://ann:geheim@127.0.0.1:1/sales"
        with pytest.raises(ParameterError, match=r"postgresql://ann@127\.0\.0\.1:1/sales: ") as bad:
            engines.connect(engine)
        assert "geheim" not in str(bad.value)

    def test_who_may_not_publish_is_told(self, small, tmp_path, postgres_engine):
        backend = engines.connect(postgres_engine)
        backend.con.execute("DROP ROLE IF EXISTS reader")
        backend.con.execute("CREATE ROLE reader LOGIN PASSWORD 'reading'")
        rest = postgres_engine.split("@")[1]
        reader = engines.connect(f"postgresql://reader:reading@{rest}")
        folder = write_snapshot(tmp_path / "own", {"order_lines": [LINE | {"order_id": "O9"}]})
        with pytest.raises(ParameterError, match="permission denied for database"):
            engines.publish(folder, reader)


class TestSpark:
    def test_holds_what_the_files_hold(self, small, spark_engine):
        there = rows_of(engines.open_tables(small, spark_engine))
        assert there == rows_of(engines.open_tables(small, "duckdb"))

    def test_a_process_has_one(self, spark_engine):
        with pytest.raises(ParameterError, match=r"runs on local\[2\] already"):
            engines.connect("local[1]")

    def test_two_snapshots_can_be_open(self, small, tmp_path, spark_engine):
        other = write_snapshot(tmp_path / "other", {"order_lines": [LINE]})
        first, second = (
            engines.open_tables(folder, spark_engine)["order_lines"] for folder in (small, other)
        )
        assert (first.count().execute(), second.count().execute()) == (2, 1)


@pytest.mark.parametrize("engine", ["duckdb", "postgres_engine", "spark_engine"])
def test_a_snapshot_opens_alike(small, engine, request):
    """The first order is joined to every line of its customer, and to none without a customer."""
    named = engine if engine == "duckdb" else request.getfixturevalue(engine)
    data = dataset.open_snapshot(small, named)
    columns = ["order_id", "ordered_at", "customer_id", "first_ordered_at"]
    lines = data.order_lines.select(columns).order_by("order_id").execute()
    assert lines["ordered_at"].tolist() == [
        pd.Timestamp("2026-01-31 23:59:59.999999"),
        pd.Timestamp("2026-02-01"),
    ]
    assert lines["first_ordered_at"].isna().tolist() == [False, True]
    assert lines["customer_id"].isna().tolist() == [False, True]

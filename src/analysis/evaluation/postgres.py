"""A PostgreSQL server of its own, for as long as it is needed: loopback only, with TLS."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError

HOST, USER, DATABASE = "127.0.0.1", "analysis", "postgres"
SECRET = "loopback-only"
SECONDS = 60
"""How long the server may take to start."""
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "ssl": "on",
    "ssl_cert_file": "server.crt",
    "ssl_key_file": "server.key",
    "fsync": "off",  # it is thrown away
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
}


class NoServerError(AnalysisError):
    """No PostgreSQL server can be started here; says why."""


@contextmanager
def server(tls: bool = True) -> Iterator[str]:
    """Start a server in a folder of its own, and stop and remove it afterwards.

    Parameters
    ----------
    tls : bool
        Whether it offers TLS, with a certificate of its own making.

    Yields
    ------
    str
        Its address: ``postgresql://analysis:…@127.0.0.1:<port>/postgres``. The user may make
        databases and schemas.

    Raises
    ------
    NoServerError
        If this machine has no server package, or the server does not start.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    running = None
    try:
        owner = _owner()
        if owner:
            shutil.chown(folder, owner)
        data = folder / "data"
        (folder / "secret").write_text(SECRET, encoding="utf-8")
        _run(
            [programs / "initdb", "-D", data, "-U", USER, f"--pwfile={folder / 'secret'}",
             "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"], owner,
        )  # fmt: skip
        _run(
            ["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{HOST}",
             "-keyout", data / "server.key", "-out", data / "server.crt"], owner,
        )  # fmt: skip
        _run(["chmod", "600", data / "server.key"], owner)
        port = _free_port()
        wanted = SETTINGS | ({} if tls else {"ssl": "off"})
        settings = [f"--{name}={value}" for name, value in wanted.items()]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(
                [programs / "postgres", "-D", data, "-p", str(port), *settings],
                stdout=log, stderr=log, cwd=folder, start_new_session=True, **_as(owner),
            )  # fmt: skip
        _wait(running, programs, port, folder / "log")
        yield f"postgresql://{USER}:{SECRET}@{HOST}:{port}/{DATABASE}"
    finally:
        if running is not None and running.poll() is None:
            running.send_signal(signal.SIGINT)  # fast: clients are cut off
            running.wait(SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Folder of the newest server's programs."""
    if not shutil.which("openssl"):
        raise NoServerError("no PostgreSQL server: openssl, which makes its certificate, is absent")
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if on_path := shutil.which("postgres"):
        places.append(Path(on_path).resolve().parent)
    found = [place for place in places if (place / "postgres").exists()]
    if not found:
        raise NoServerError(
            "no PostgreSQL server here; on Debian and Ubuntu: apt install postgresql"
        )
    return max(found, key=lambda place: [int(x) for x in str(place).split("/") if x.isdigit()])


def _owner() -> str | None:
    """Who runs the server: it refuses to be run by root, so root runs it as the package's user."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise NoServerError("no PostgreSQL server: root may not run it, and there is no user "
                            "'postgres'") from None  # fmt: skip


def _as(owner: str | None) -> dict[str, Any]:
    return {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []} if owner else {}


def _run(command: Sequence[str | Path], owner: str | None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **_as(owner))
    if done.returncode:
        raise AnalysisError(f"PostgreSQL server: {Path(command[0]).name}: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        return int(asked.getsockname()[1])


def _wait(running: subprocess.Popen[bytes], programs: Path, port: int, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        asked: list[str | Path] = [programs / "pg_isready", "-q", "-h", HOST, "-p", str(port)]
        if subprocess.run(asked).returncode == 0:
            return
        time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise AnalysisError(f"PostgreSQL server: it did not start: {' '.join(said)}")

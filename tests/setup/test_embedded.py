"""The servers that come along: their addresses, their owner, and their end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from asylum_portal import embedded, processes

ROOT = Path(__file__).resolve().parents[2]


def sleeper(tmp_path: Path, *, ignoring: str = "") -> processes.Child:
    """A child that starts a child of its own; both sleep."""
    script = (
        "import signal, subprocess, sys, time\n"
        f"for name in '{ignoring}'.split(): signal.signal(getattr(signal, name), signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    return processes.Child(
        [sys.executable, "-c", script], name="sleeper", log=tmp_path / "sleeper.log", patience=0.5
    )


def wait_for_line(log: Path) -> str:
    for _ in range(200):
        if log.exists() and log.read_text().strip():
            return log.read_text().split()[0]
        time.sleep(0.05)
    pytest.fail("the child said nothing")


def gone(number: int) -> bool:
    for _ in range(100):
        try:
            if psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_addresses_follow_from_the_directory_alone(tmp_path: Path) -> None:
    database, broker = embedded.urls(tmp_path)
    assert embedded.urls(tmp_path) == (database, broker)
    assert embedded.urls(tmp_path / "other") != (database, broker)
    assert not list(tmp_path.iterdir()), "asking for the address writes nothing"


@pytest.mark.parametrize("folder", ["short", "a" * 120, "with a blank", "with, comma", "naïef", "سلام"])
def test_a_socket_address_is_short_and_plain_wherever_the_clone_lies(folder: str) -> None:
    sockets = embedded.socket_dir(Path("/srv") / folder / ".portal")
    assert len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) <= 103
    assert not set(str(sockets)) & set(" ,'\"")
    assert str(sockets).isascii()


def test_a_socket_directory_that_somebody_else_prepared_is_refused(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "run").symlink_to(real)
    with pytest.raises(processes.ProcessFailed, match="belongs to somebody else"):
        embedded._private_directory(tmp_path / "run", owner=os.geteuid())


@pytest.fixture
def far_away(tmp_path: Path) -> Path:
    """A state directory with a long and odd path below a directory that nobody else may enter."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    return closed / ("deep " * 20) / "ሰላም" / ".portal"


def test_postgresql_runs_below_a_closed_and_deep_directory_and_keeps_its_data(far_away: Path) -> None:
    import dj_database_url
    import psycopg2

    address = dj_database_url.parse(embedded.urls(far_away)[0])
    parameters = {
        "host": address["HOST"],
        "port": address["PORT"],
        "user": address["USER"],
        "dbname": address["NAME"],
    }
    server = embedded.Postgres(far_away)
    try:
        server.start()
        with psycopg2.connect(**parameters) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT upper('é') AS letter")
            cursor.execute(
                "SELECT current_setting('timezone'), current_setting('server_encoding'), rolsuper"
                " FROM pg_roles WHERE rolname = current_user"
            )
            assert cursor.fetchone() == ("UTC", "UTF8", False)
        connection.close()
        # As after a power cut: no clean end, and the number in its lock file is a stranger's by now.
        server.stop(by=signal.SIGQUIT)
        assert not server.running()
        server.start()
        with psycopg2.connect(**parameters) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT letter FROM kept")
            assert cursor.fetchone() == ("É",)
        connection.close()
    finally:
        server.stop()
        embedded.remove(far_away)
    assert not embedded.socket_dir(far_away).exists()


def test_a_lock_file_that_names_a_strangers_process_does_not_keep_it_from_starting(far_away: Path) -> None:
    server = embedded.Postgres(far_away, throwaway=True)
    try:
        server.start()
        server.stop()
        stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n1\n5432\n\n\n\n")
        server.start()
        assert server.running()
        assert stranger.poll() is None, "the stranger's process lives on"
        stranger.kill()
        stranger.wait()
    finally:
        server.stop()
        embedded.remove(far_away)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs children as somebody else")
def test_root_runs_a_server_as_somebody_else_even_in_a_directory_of_its_own(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    program = closed / "program"
    program.write_text('#!/bin/sh\n[ -x "$0" ] && id -u\n')
    program.chmod(0o700)
    account = processes.unprivileged_account(reaching=[program])
    assert account is not None
    assert account.through_closed_directories
    child = processes.Child([program], name="program", log=tmp_path / "log", account=account)
    child.start()
    assert child.wait(seconds=10) == 0, child.last_words()
    assert child.last_words() == str(account.uid)


def test_stopping_a_child_ends_its_whole_group(tmp_path: Path) -> None:
    child = sleeper(tmp_path)
    child.start()
    grandchild = int(wait_for_line(child.log))
    child.stop()
    assert not child.running()
    assert gone(grandchild)


def test_a_child_that_does_not_listen_is_ended_all_the_same(tmp_path: Path) -> None:
    child = sleeper(tmp_path, ignoring="SIGTERM SIGINT")
    child.start()
    grandchild = int(wait_for_line(child.log))
    child.stop()
    assert not child.running()
    assert gone(grandchild)


@pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel tells children of their parent's death on Linux only"
)
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from asylum_portal.processes import Child\n"
        "asleep = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        f"child = Child(asleep, name='asleep', log=Path({str(tmp_path)!r}) / 'asleep.log')\n"
        "child.start(); print(child.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    number = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(number)


def test_the_register_ends_what_was_left_and_spares_a_stranger_with_the_same_number(tmp_path: Path) -> None:
    left, stranger = sleeper(tmp_path), sleeper(tmp_path)
    left.start()
    stranger.start()
    try:
        register = processes.Register(tmp_path / "children.json")
        register.write([left, stranger])
        # The stranger was born at another moment than the process that the register knew.
        text = register.path.read_text()
        born = psutil.Process(stranger.pid).create_time()
        register.path.write_text(text.replace(str(born), str(born - 3600)))
        register.end_leftovers()
        assert left.wait(seconds=5) is not None
        assert stranger.running()
        assert not register.path.exists()
    finally:
        left.kill()
        stranger.kill()

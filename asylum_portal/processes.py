"""Child processes that end with their parent: the embedded servers and the demo's web, worker and beat."""

import contextlib
import ctypes
import json
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class ProcessFailed(Exception):
    """A child did not start or did not answer; the text is one line for the person at the keyboard."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The system account a child runs as when root may not run it."""

    name: str
    uid: int
    gid: int
    # Below a directory that only root may enter (a clone in /root) the account needs to pass all the same.
    through_closed_directories: bool


def unprivileged_account(*, reaching: Sequence[Path]) -> Account | None:
    """The account for servers that refuse to run as root; None for an ordinary user, who is good enough."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(
        name=entry.pw_name,
        uid=entry.pw_uid,
        gid=entry.pw_gid,
        through_closed_directories=not all(_open_to_all(path) for path in reaching),
    )


def _open_to_all(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def end_with_parent(*, by: signal.Signals) -> None:
    """Ask the kernel for this signal when the parent dies, even by SIGKILL (Linux; elsewhere nothing)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(by), 0, 0, 0)


def _become(account: Account) -> None:
    kernel = _libc if account.through_closed_directories else None
    if kernel is not None:
        # Otherwise access(2), by which PostgreSQL looks for its own programs, forgets the capability
        # that is kept below.
        _ask(kernel.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if kernel is not None:
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        mask = 1 << _CAP_DAC_OVERRIDE
        # effective, permitted, inheritable of the low 32 bits, then of the high ones
        _ask(kernel.capset(header, (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)))
        _ask(kernel.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0))


def _ask(refused: int) -> None:
    if refused:
        raise OSError(ctypes.get_errno(), "the kernel refused")


def _before_exec(account: Account | None, by: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        # The parent may have blocked or ignored signals; its children start with none of that.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.umask(0o077)
        if account is not None:
            _become(account)
        # After the change of account, which clears it.
        end_with_parent(by=by)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


class Child:
    """One process in a group of its own, its output in a log file."""

    def __init__(
        self,
        arguments: Sequence[str | Path],
        *,
        name: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        patience: float = 10,
    ) -> None:
        self.arguments = [str(argument) for argument in arguments]
        self.name = name
        self.log = log
        self.environment = environment
        self.directory = directory
        self.account = account
        self.stop_signal = stop_signal
        self.patience = patience
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            try:
                self._process = subprocess.Popen(
                    self.arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=None if self.environment is None else dict(self.environment),
                    cwd=self.directory,
                    process_group=0,
                    preexec_fn=_before_exec(self.account, self.stop_signal),
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise ProcessFailed(self._why(error)) from error

    def _why(self, error: Exception) -> str:
        if self.account is not None:
            return (
                f"{self.name} does not run as root, and here root cannot run it as '{self.account.name}': "
                "start the portal as an ordinary user"
            )
        return f"{self.name} did not start: {error}"

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait(self, *, seconds: float) -> int | None:
        """The exit code, or None when it is still running after that time."""
        if self._process is None:
            return None
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)  # does nothing when the process has ended

    def stop(self, *, by: signal.Signals | None = None) -> None:
        """Ask it to end, insist after its patience, and leave nothing of its group behind."""
        self.send(by or self.stop_signal)
        self.see_off()

    def see_off(self) -> None:
        """Wait for a process that was asked to end, insist after its patience, and clear its group."""
        self.wait(seconds=self.patience)
        self.kill()

    def kill(self) -> None:
        """End the process and what is left of its group, at once."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def last_words(self) -> str:
        """The last line of its log that says something."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


class Register:
    """Which children run, on disk, so that the next start can end those that outlived a killed parent."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, children: Sequence[Child]) -> None:
        import psutil

        known = {}
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.pid is not None:
                    known[child.pid] = psutil.Process(child.pid).create_time()
        self.path.write_text(json.dumps(known))

    def end_leftovers(self) -> None:
        """End the groups that are still there: same number and same birth, never a stranger's process."""
        import psutil

        try:
            known = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return
        for number, born in known.items():
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
                process = psutil.Process(int(number))
                if abs(process.create_time() - born) > 1:
                    continue
                process.terminate()
                try:
                    process.wait(timeout=10)
                except psutil.TimeoutExpired:
                    os.killpg(int(number), signal.SIGKILL)
        self.path.unlink(missing_ok=True)

"""Where a play takes place: the database that was named, or an own one that runs for the moment of the play.

A play is rolled back. In the demo it does not even share the database with the sample cases: its clock sweeps
over years of simulated time, and neither may wait for the other's rows.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator

import dj_database_url
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from asylum_portal import embedded
from cases.vault import discarding_on_error


class _Over(Exception):
    """The play is over: everything that it wrote goes."""


@contextlib.contextmanager
def database(*, say: Callable[[str], object]) -> Iterator[None]:
    """A database with the portal's tables, for as long as this block runs.

    DATABASE_URL, and any settings but the demo's, name one themselves. Otherwise PostgreSQL is started with a
    directory of its own below the demo's, which stays for the next play, whether the demo runs or not.
    """
    if "DATABASE_URL" in os.environ or settings.DEMO_CLOCK_FILE is None:
        yield
        return
    state = settings.STATE_DIR / "play"
    state.mkdir(parents=True, exist_ok=True)
    with (state / "play.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two plays at once: the second waits
        server = embedded.Postgres(state, throwaway=True)
        server.start()
        before = dict(connection.settings_dict)
        try:
            connections["default"].close()
            connections["default"].settings_dict |= dj_database_url.parse(embedded.urls(state)[0])
            _bring_up_to_date(say)
            yield
        finally:
            connections["default"].close()
            connections["default"].settings_dict |= before
            server.stop()


def _bring_up_to_date(say: Callable[[str], object]) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Making the tables for plays; this happens once ...")
        call_command("migrate", verbosity=0, interactive=False)


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    """All of it in one transaction, which in the end has not happened; files go with their rows."""
    with contextlib.suppress(_Over), discarding_on_error(), transaction.atomic():
        yield
        # What the database checks only when a transaction ends it would never check here.
        connection.check_constraints()
        raise _Over

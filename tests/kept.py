"""What is made once for all tests of a file: each works on a copy, and what it changes is undone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from tests.cast import Cast


@contextmanager
def kept(blocker: Any, make: Callable[[], Cast]) -> Iterator[Cast]:
    """A cast in a transaction around the tests of a file, which then begin with a savepoint.

    Not for files with tests that commit (`transaction=True`); a second cast needs a prefix.
    """
    with blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        cast = make()
        # What PostgreSQL has put off until the commit is looked at now, and not once more after each test.
        connection.check_constraints()
    yield cast
    with blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)

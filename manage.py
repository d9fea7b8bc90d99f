#!/usr/bin/env python
"""Django's command line for the portal; without DJANGO_SETTINGS_MODULE it runs with the demo's settings."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asylum_portal.settings.demo")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        reason = str(error).strip().partition("\n")[0]
        sys.exit(f"The database does not answer. Start it and try again; nothing was written. ({reason})")


if __name__ == "__main__":
    main()

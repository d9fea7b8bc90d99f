from django.core.management.base import BaseCommand, CommandError, CommandParser

from asylum_portal import clock
from asylum_portal.accounts.actions import CODE_LIFE, issue_activation_code
from asylum_portal.accounts.models import User


class Command(BaseCommand):
    help = "Print a new card code for somebody; an older code stops working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("v_number", metavar="V-NUMBER", help="V-number, or user name of staff")

    def handle(self, *args: object, v_number: str, **options: object) -> None:
        try:
            user = User.objects.get_by_natural_key(v_number)
        except User.DoesNotExist:
            raise CommandError(f"nobody has the V-number or user name {v_number}", returncode=2) from None
        try:
            code = issue_activation_code(user, by=None, now=clock.now())
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(f"{user.username}  {code}  ({CODE_LIFE.days} days, once)")

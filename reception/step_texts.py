"""What each step of reception does, in plain words for who takes it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

WHAT_IT_DOES: dict[str, Any] = {
    "refer_to_reception": _("Your centre becomes the place where this person is expected, within 24 hours."),
    "arrive_at_centre": _("The person lives at your centre from this day. Choose the weekday of the report."),
    "order_move": _("The person must go to another centre within 48 hours from this moment."),
    "wait_for_home": _(
        "The person has a permit and waits here for a home. After this week: a report every two weeks."
    ),
    "offer_home": _("The person reads the address of the home, and when it can be seen."),
    "move_into_home": _("The person lives in the home from this day. The place here and the reports end."),
    "propose_end_of_reception": _(
        "The time to leave is over. You prepare the end of the stay. The place stays until you end it."
    ),
    "drop_end_of_reception": _("The stay goes on. Say why."),
    "end_reception": _("The person leaves the centre on this day. The place here and the reports end."),
}
# The button of these is marked: somebody loses a place.
GRAVE = frozenset({"propose_end_of_reception", "end_reception"})

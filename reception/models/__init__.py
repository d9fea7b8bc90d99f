from .place import Centre, Posting, Stay, centres_of
from .reception import Reception
from .reporting import ReportingDuty, ReportingSlot, Weekday

__all__ = [
    "Centre",
    "Posting",
    "Reception",
    "ReportingDuty",
    "ReportingSlot",
    "Stay",
    "Weekday",
    "centres_of",
]

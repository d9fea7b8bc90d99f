from .place import Centre, Posting, Stay, centres_of
from .reporting import ReportingDuty, ReportingSlot, Weekday

__all__ = ["Centre", "Posting", "ReportingDuty", "ReportingSlot", "Stay", "Weekday", "centres_of"]

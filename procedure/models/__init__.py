from .amendment import Amendment
from .appeal import Appeal
from .border import BorderMeasure
from .date_change import DateChange
from .deadline import Deadline
from .family import FamilyReunification
from .filing import Filing
from .history import Transition
from .machine import SmallMachine
from .permit import Permit, Replacement
from .planning import Appointment, ProcedureDay
from .procedure import Procedure
from .return_track import ReturnTrack
from .rule_package import RulePackage
from .stage import StageText
from .suspension import Suspension

__all__ = [
    "Amendment",
    "Appeal",
    "Appointment",
    "BorderMeasure",
    "DateChange",
    "Deadline",
    "FamilyReunification",
    "Filing",
    "Permit",
    "Procedure",
    "ProcedureDay",
    "Replacement",
    "ReturnTrack",
    "RulePackage",
    "SmallMachine",
    "StageText",
    "Suspension",
    "Transition",
]

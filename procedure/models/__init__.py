from .appeal import Appeal
from .border import BorderMeasure
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

__all__ = [
    "Appeal",
    "Appointment",
    "BorderMeasure",
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
    "Transition",
]

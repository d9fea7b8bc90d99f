from .deadline import Deadline
from .filing import Filing
from .history import Transition
from .planning import Appointment, ProcedureDay
from .procedure import Procedure
from .rule_package import RulePackage
from .stage import StageText

__all__ = [
    "Appointment",
    "Deadline",
    "Filing",
    "Procedure",
    "ProcedureDay",
    "RulePackage",
    "StageText",
    "Transition",
]

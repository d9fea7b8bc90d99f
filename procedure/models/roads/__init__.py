"""The steps of a procedure, one road a file, in the order in which a case may travel them (model C2)."""

from .across import AcrossSteps
from .dublin import DublinSteps
from .extended import ExtendedSteps
from .general import GeneralSteps
from .intake import IntakeSteps
from .outcomes import OutcomeSteps
from .repeat import RepeatSteps
from .stopping import StoppingSteps

__all__ = [
    "AcrossSteps",
    "DublinSteps",
    "ExtendedSteps",
    "GeneralSteps",
    "IntakeSteps",
    "OutcomeSteps",
    "RepeatSteps",
    "StoppingSteps",
]

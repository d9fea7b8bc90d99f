from .applicant import Applicant, Family, FamilyMember, PersonName
from .audit import AuditEntry
from .case import Case, SpecialNeed
from .document import Document
from .message import CHANNELS_OF, Channel, Message
from .spells import PARTNERS, Assignment, CounsellorConsent, Guardianship, Involvement, Mandate

__all__ = [
    "CHANNELS_OF",
    "PARTNERS",
    "Applicant",
    "Assignment",
    "AuditEntry",
    "Case",
    "Channel",
    "CounsellorConsent",
    "Document",
    "Family",
    "FamilyMember",
    "Guardianship",
    "Involvement",
    "Mandate",
    "Message",
    "PersonName",
    "SpecialNeed",
]

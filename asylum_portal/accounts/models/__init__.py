from .activation import ActivationCode, ActivationTries
from .organisation import Organisation, Team
from .user import PARTNER_ROLES, Role, User, UserManager

__all__ = [
    "PARTNER_ROLES",
    "ActivationCode",
    "ActivationTries",
    "Organisation",
    "Role",
    "Team",
    "User",
    "UserManager",
]

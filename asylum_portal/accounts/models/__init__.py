from .activation import ActivationCode, ActivationTries
from .organisation import Organisation, Team
from .user import OWN_SIDE, PARTNER_ROLES, Role, User, UserManager

__all__ = [
    "OWN_SIDE",
    "PARTNER_ROLES",
    "ActivationCode",
    "ActivationTries",
    "Organisation",
    "Role",
    "Team",
    "User",
    "UserManager",
]

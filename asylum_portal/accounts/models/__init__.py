from .activation import ActivationCode, ActivationTries
from .organisation import Organisation, Team
from .user import Role, User, UserManager

__all__ = ["ActivationCode", "ActivationTries", "Organisation", "Role", "Team", "User", "UserManager"]

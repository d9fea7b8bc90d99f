"""Sentences of Django and of the sign-in library that people meet here, so that every language has them.

Django has no Tigrinya, Somali, Dari or Pashto; what our catalogues hold goes before what Django holds.
"""

FORMS = (
    "Enter a complete value.",
    "Enter a list of values.",
    "Enter a number.",
    "Enter a valid UUID.",
    "Enter a valid date.",
    "Enter a valid date/time.",
    "Enter a valid email address.",
    "Enter a valid integer.",
    "Enter a valid time.",
    "Enter a valid value.",
    "Enter a whole number.",
    "Ensure this value is greater than or equal to %(limit_value)s.",
    "Ensure this value is less than or equal to %(limit_value)s.",
    "File extension “%(extension)s” is not allowed. Allowed extensions are: %(allowed_extensions)s.",
    "No file was submitted.",
    "No file was submitted. Check the encoding type on the form.",
    "Null characters are not allowed.",
    "Please either submit a file or check the clear checkbox, not both.",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "Select a valid choice. That choice is not one of the available choices.",
    "The submitted file is empty.",
    "This field cannot be blank.",
    "This field cannot be null.",
    "This field is required.",
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image.",
    "Value %(value)r is not a valid choice.",
    "%(model_name)s with this %(field_label)s already exists.",
    "“%(pk)s” is not a valid value.",
    "Clear",
    "Currently",
    "Change",
    "Unknown",
    "Yes",
    "No",
    "and",
)

FORM_COUNTS = (
    (
        "Ensure this filename has at most %(max)d character (it has %(length)d).",
        "Ensure this filename has at most %(max)d characters (it has %(length)d).",
    ),
    (
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
    ),
    (
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
)

PASSWORDS = (
    "The password is too similar to the %(verbose_name)s.",
    "This password is entirely numeric.",
    "This password is too common.",
)

PASSWORD_COUNTS = (
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)

SIGN_IN = (
    "Be patient, you are sending too many requests.",
    "Incorrect code.",
    "Incorrect password.",
    "Invalid login.",
    "Invalid or expired key.",
    "Please type your current password.",
    "The new value must be different from the current one.",
    "The username and/or password you specified are not correct.",
    "This account is currently inactive.",
    "Too many failed login attempts. Try again later.",
    "Use a security key",
    "Use authenticator app or code",
    "Use your password",
    "You cannot deactivate two-factor authentication.",
    "You cannot generate recovery codes without having two-factor authentication enabled.",
    "You must type the same password each time.",
)

MESSAGES: tuple[str, ...] = FORMS + PASSWORDS + SIGN_IN
COUNTS: tuple[tuple[str, str], ...] = FORM_COUNTS + PASSWORD_COUNTS

"""What can be chosen at a step, in the words of the law: grounds, reasons, kinds."""

from django.utils.translation import gettext_lazy as _

EXTENSION_GROUNDS = [
    ("a", _("a. A step of the service is late, and the service could not help it")),
    ("b", _("b. A step of the applicant is late, and more time was asked for with reasons")),
    ("c", _("c. Identity or nationality is still being examined")),
    ("d", _("d. The statements have changed in an important way")),
    ("e", _("e. Circumstances of another permit are being examined")),
    ("f", _("f. A forensic medical examination was offered")),
    ("g", _("g. The applicant did not come, or has disappeared")),
]
DECISION_PERIOD_BASES = [
    ("42(4)(a)", _("Complex case: art. 42(4)(a)")),
    ("42(4)(b)", _("Many applications at once: art. 42(4)(b)")),
    ("42(4)(c)", _("The applicant does not cooperate: art. 42(4)(c)")),
    ("42(5)", _("Three more months: art. 42(5)")),
]
EXTENDED_REASONS = [
    ("overrun", _("The days of the general procedure were not enough")),
    ("more_time", _("More investigation is needed")),
    ("ill", _("The applicant is ill")),
    ("no_interpreter", _("No interpreter was to be had")),
    ("child_under_12", _("Unaccompanied child under twelve")),
    ("family", _("The family is in the extended procedure")),
    ("no_staff", _("No officer with the right experience was to be had")),
]
PREPARATION_EXCEPTIONS = [
    ("", _("No exception")),
    ("3.109(7)a", _("Danger to public order or national security: Vb 3.109(7)(a)")),
    ("3.109(7)b", _("Nuisance at the reception centre: Vb 3.109(7)(b)")),
    ("3.109(7)c", _("Detention: Vb 3.109(7)(c)")),
    ("3.109b(2)", _("At the border, at the person's own request: Vb 3.109b(2)")),
]
CLAIM_KINDS = [
    ("take_charge", _("Take charge: no application there (overname)")),
    ("take_back", _("Take back: an application there (terugname)")),
]
DISCONTINUATION_GROUNDS = [
    ("no_show", _("The person did not come or has disappeared: art. 30c(1)(b), (c)")),
    ("information_ignored", _("Two requests for information were not answered: art. 30c(1)(a)")),
]
PERMIT_GROUNDS = [
    ("a", _("a. Wrong or withheld information")),
    ("b", _("b. Danger to public order or national security")),
    ("c", _("c. The ground of the permit no longer exists")),
    ("d", _("d. The main residence is abroad")),
    ("e", _("e. The family tie no longer exists")),
]

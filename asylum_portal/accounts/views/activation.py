"""The card from the desk: the first time somebody comes in, and again after a forgotten password."""

from allauth.account.internal import flows
from allauth.account.models import Login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from asylum_portal import clock

from ..actions import ActivationRefused, Refusal, activate
from ..forms import ActivationForm
from ..models import User

SENTENCES = {
    Refusal.NOT_RIGHT: _("The V-number or the code is not right. Look at your card and try again."),
    Refusal.BURNT: _(
        "There were ten tries for this V-number. The code does not work any more. "
        "Ask at the desk for a new card."
    ),
    Refusal.EXPIRED: _("This code is too old: it was good for 30 days. Ask at the desk for a new card."),
    Refusal.REPLACED: _(
        "There is a newer card for you. Use the newest card, or ask at the desk for a new one."
    ),
    Refusal.USED: _(
        "This code has been used already. Sign in with your V-number and your own password. "
        "Did you forget the password? Ask at the desk for a new card."
    ),
}


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class ActivationView(FormView):
    """V-number and code in, a password of one's own, and signed in."""

    template_name = "accounts/activate.html"
    form_class = ActivationForm

    def get_initial(self) -> dict[str, str]:
        # The QR code on the card carries the number; the code itself never stands in an address.
        return {"v_number": self.request.GET.get("v", "")[:150]}

    def form_valid(self, form: ActivationForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            user = activate(
                data["v_number"], data["code"], data["password1"], now=clock.now(), language=get_language()
            )
        except ValidationError as weak:
            form.add_error("password1", weak)
            return self.form_invalid(form)
        except ActivationRefused as refused:
            form.add_refusal(SENTENCES[refused.reason])
            return self.form_invalid(form)
        return _sign_in(self.request, user)

    def form_invalid(self, form: ActivationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


def _sign_in(request: HttpRequest, user: User) -> HttpResponse:
    # Somebody else may still be signed in on a shared phone.
    flows.logout.logout(request, show_message=False)
    response = flows.login.perform_password_login(request, {"username": user.username}, Login(user=user))
    request.session.set_expiry(0)
    return response

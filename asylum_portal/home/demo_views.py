"""The demo's clock: whole days forward, so that a visitor can walk a case through its days."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from asylum_portal import clock
from asylum_portal.inputs import DayInput
from procedure.tasks import close_lapsed_steps
from reception.tasks import keep_reporting_slots


class ClockForm(forms.Form):
    """The day to go to; without one, the next day."""

    to = forms.DateField(label=_("Go to this day"), widget=DayInput(), required=False)

    def clean_to(self):
        day = self.cleaned_data["to"]
        if day is not None and day < clock.today():
            raise forms.ValidationError(_("The clock of the demo goes forward only."))
        if day is not None and (day - clock.today()).days > 400:
            raise forms.ValidationError(_("That is too far away."))
        return day


@require_http_methods(["GET", "HEAD", "POST"])
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move to the next day, or to a day; what the night brings is done at once."""
    form = ClockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["to"]
        clock.move(days=(day - clock.today()).days if day else 1)
        # The sweeps of the worker would come within a minute; a visitor should not have to wait for them.
        close_lapsed_steps()
        keep_reporting_slots()
        return redirect("demo-clock")
    status = 400 if form.is_bound and not form.is_valid() else 200
    return render(request, "home/clock.html", {"form": form, "day": clock.today()}, status=status)

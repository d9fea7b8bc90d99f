from django.urls import path

from procedure.views import (
    begin,
    card,
    case,
    client,
    compare,
    days,
    document,
    filing,
    parts,
    repeat,
    rules,
    step,
    why,
    worklist,
)

app_name = "procedure"
urlpatterns = [
    path("work/", worklist.worklist, name="worklist"),
    path("clients/", client.clients, name="clients"),
    path("applications/new/", begin.begin, name="begin"),
    path("cases/<uuid:pk>/", case.case, name="case"),
    path("cases/<uuid:pk>/add-document/", document.add, name="add-document"),
    path("cases/<uuid:pk>/repeat-application/", repeat.announce, name="announce-repeat"),
    path("cases/<uuid:pk>/card/", card.card, name="card"),
    path("cases/<uuid:pk>/partners/add/", parts.involve, name="involve"),
    path("cases/<uuid:pk>/partners/<int:part>/end/", parts.end, name="end-part"),
    path("procedures/<uuid:pk>/days/", days.plan, name="days"),
    path("procedures/<uuid:pk>/dates/", why.terms, name="terms"),
    path("procedures/<uuid:pk>/file/<slug:kind>/", filing.file, name="file"),
    # Last: any other word is the name of a step.
    path("procedures/<uuid:pk>/<slug:name>/", step.step, name="step"),
    path("rules/", rules.packages, name="packages"),
    path("rules/compare/", compare.packages, name="compare"),
    path("rules/changes/<uuid:pk>/", rules.change, name="change"),
    path("rules/<slug:name>/", rules.package, name="package"),
    path("rules/<slug:name>/propose/", rules.propose, name="propose"),
    path("dates/<uuid:pk>/", why.why, name="why"),
    path("receipts/<uuid:pk>/", filing.receipt, name="receipt"),
]

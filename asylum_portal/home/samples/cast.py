"""Those who work on the sample cases, and where."""

from django.utils import translation
from django.utils.translation import gettext

from asylum_portal import languages
from asylum_portal.accounts.models import Role
from procedure.states import State

ORGANISATIONS = [
    ("ind", "ind", "IND"),
    ("coa", "coa", "COA"),
    ("vwn", "vwn", "VluchtelingenWerk Nederland"),
    ("nidos", "nidos", "Nidos"),
    ("kmar", "kmar", "Koninklijke Marechaussee"),
    ("avim", "police", "Politie (AVIM)"),
    ("dtv", "dtv", "DT&V"),
    ("rechtbank", "court", "Rechtbank"),
    ("rvr", "rvr", "Raad voor Rechtsbijstand"),
    ("iom", "iom", "IOM"),
    ("gemeente", "municipality", "Gemeente Voorbeeld"),
]
LAW_FIRMS = [
    ("singel", "law_firm", "Advocaten aan de Singel"),
    ("debrug", "law_firm", "Kantoor De Brug"),
]
# key, role, name, organisation, team
STAFF: list[tuple[str, Role, str, str, int | None]] = [
    ("caseworker", Role.CASEWORKER, "Anneke Visser", "ind", 0),
    ("caseworker2", Role.CASEWORKER, "Bram de Wit", "ind", 1),
    ("planner", Role.PLANNER, "Carla Mulder", "ind", 0),
    ("supervisor", Role.SUPERVISOR, "Dirk Bos", "ind", 0),
    ("lawyer", Role.LAWYER, "mr. Els Hendriks", "singel", None),
    ("lawyer2", Role.LAWYER, "mr. Farid Meijer", "singel", None),
    ("lawyer3", Role.LAWYER, "mr. Greet Postma", "debrug", None),
    ("desk", Role.RECEPTION, "Hanna Kok", "coa", None),
    ("desk2", Role.RECEPTION, "Ivo Smit", "coa", None),
    ("counsellor", Role.COUNSELLOR, "Joke Vos", "vwn", None),
    ("guardian", Role.GUARDIAN, "Karel Prins", "nidos", None),
    ("auditor", Role.AUDITOR, "Lotte Kuipers", "ind", None),
    ("administrator", Role.ADMINISTRATOR, "Mees van Dam", "", None),
    ("kmar", Role.BORDER_POLICE, "Nina Brouwer", "kmar", None),
    ("avim", Role.POLICE, "Otto Willems", "avim", None),
    ("dtv", Role.RETURN_OFFICER, "Petra Jansen", "dtv", None),
    ("court", Role.COURT, "Ruben Schouten", "rechtbank", None),
    ("loket", Role.DESK, "Sanne de Groot", "ind", None),
    ("rvr", Role.LEGAL_AID, "Teun Maas", "rvr", None),
    ("iom", Role.MIGRATION_ADVISER, "Ute Blom", "iom", None),
    ("gemeente", Role.MUNICIPALITY, "Victor Smeets", "gemeente", None),
]
# Which partners have work to do in a case, by where it stands; the rest follows from the steps themselves.
PARTNERS_OF_STATE: dict[State, tuple[Role, ...]] = {
    State.REGISTRATION: (Role.POLICE, Role.LEGAL_AID),
    State.PREPARATION: (Role.LEGAL_AID,),
    State.READY: (Role.LEGAL_AID,),
    State.GRANTED: (Role.DESK, Role.MUNICIPALITY),
    State.REFUSED: (Role.COURT, Role.RETURN_OFFICER, Role.MIGRATION_ADVISER, Role.BORDER_POLICE),
}
CENTRES = [
    ("ter-apel", "COL Ter Apel", "Voorbeeldweg 1, Ter Apel"),
    ("budel", "AZC Budel", "Voorbeeldlaan 12, Budel"),
    ("gilze", "AZC Gilze", "Voorbeeldstraat 4, Gilze"),
    ("zwolle", "AZC Zwolle", "Voorbeeldkade 41, Zwolle"),
]


def desk_texts() -> dict[str, str]:
    """Where to report, in each language that the portal has."""
    texts = {}
    for code in languages.ACTIVE:
        with translation.override(code):
            texts[f"desk_{code}"] = gettext(
                "Come to the desk at the entrance, between 9:00 and 16:00. Bring your card."
            )
    return texts

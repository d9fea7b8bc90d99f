"""What was filed stays as it was filed: only the end of a scan and sealed words are written to a document's row.

Sealed words (its name, its conclusion) are sealed anew when keys change.
"""

from django.db import migrations

FACTS = [
    "id",
    "case_id",
    "code",
    "media_type",
    "extension",
    "size",
    "received_sha256",
    "stored_sha256",
    "stored_path",
    "uploaded_by_id",
    "received_at",
    "translation_of_id",
    "replaces_id",
]

FORWARDS = """
CREATE FUNCTION cases_document_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was filed is not changed: document %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER document_keeps_its_facts BEFORE UPDATE ON cases_document FOR EACH ROW
    WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION cases_document_keeps_its_facts();
""".format(old=", ".join(f"OLD.{fact}" for fact in FACTS), new=", ".join(f"NEW.{fact}" for fact in FACTS))

BACKWARDS = """
DROP TRIGGER document_keeps_its_facts ON cases_document;
DROP FUNCTION cases_document_keeps_its_facts();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

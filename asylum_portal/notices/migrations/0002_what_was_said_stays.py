from django.db import migrations

GUARD = """
CREATE FUNCTION notices_keep_what_was_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.key, NEW.recipient_id, NEW.kind, NEW.context, NEW.about, NEW.created_at, NEW.due_at,
        NEW.message_id)
       IS DISTINCT FROM
       (OLD.id, OLD.key, OLD.recipient_id, OLD.kind, OLD.context, OLD.about, OLD.created_at, OLD.due_at,
        OLD.message_id)
    THEN
        RAISE EXCEPTION 'what a notice says to whom never changes: write another' USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.sent_at IS NOT NULL OR OLD.suppressed_at IS NOT NULL)
       AND (NEW.sent_at, NEW.suppressed_at, NEW.suppressed_reason, NEW.channel, NEW.language, NEW.attempts)
           IS DISTINCT FROM
           (OLD.sent_at, OLD.suppressed_at, OLD.suppressed_reason, OLD.channel, OLD.language, OLD.attempts)
    THEN
        RAISE EXCEPTION 'a notice that was sent or taken back stays so' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER notices_keep_what_was_said BEFORE UPDATE ON notices_notice
    FOR EACH ROW EXECUTE FUNCTION notices_keep_what_was_said();
"""
NO_GUARD = """
DROP TRIGGER notices_keep_what_was_said ON notices_notice;
DROP FUNCTION notices_keep_what_was_said();
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]

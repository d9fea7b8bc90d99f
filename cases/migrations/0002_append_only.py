"""The database itself keeps the audit trail and what was filed: no row is changed or deleted.

TRUNCATE is let through only where `portal.allow_truncate` is on, as the test suite's connection says.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND coalesce(current_setting('portal.allow_truncate', true), '') = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION cases_audit_digest(entry cases_auditentry) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(concat_ws(E'\\x1f',
        entry.chain, entry.sequence::text, entry.previous_hash, extract(epoch FROM entry.at)::text,
        coalesce(entry.actor_id::text, ''), entry.role, entry.organisation, entry.action,
        coalesce(entry.case_id::text, ''), entry.target, entry.purpose, entry.data::text), 'UTF8')), 'hex')
$$;

CREATE FUNCTION cases_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last cases_auditentry;
BEGIN
    NEW.chain := coalesce(NEW.case_id::text, 'portal');
    -- One writer a chain at a time, until commit; other cases go on.
    PERFORM pg_advisory_xact_lock(hashtext('audit'), hashtext(NEW.chain));
    SELECT * INTO last FROM cases_auditentry WHERE chain = NEW.chain ORDER BY sequence DESC LIMIT 1;
    NEW.sequence := coalesce(last.sequence, 0) + 1;
    NEW.previous_hash := coalesce(last.hash, '');
    NEW.hash := cases_audit_digest(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER audit_chain BEFORE INSERT ON cases_auditentry
    FOR EACH ROW EXECUTE FUNCTION cases_audit_chain();
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON cases_auditentry
    FOR EACH ROW EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON cases_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER message_is_append_only BEFORE UPDATE OR DELETE ON cases_message
    FOR EACH ROW EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER message_is_not_truncated BEFORE TRUNCATE ON cases_message
    FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER document_is_not_deleted BEFORE DELETE ON cases_document
    FOR EACH ROW EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER document_is_not_truncated BEFORE TRUNCATE ON cases_document
    FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER document_is_not_truncated ON cases_document;
DROP TRIGGER document_is_not_deleted ON cases_document;
DROP TRIGGER message_is_not_truncated ON cases_message;
DROP TRIGGER message_is_append_only ON cases_message;
DROP TRIGGER audit_is_not_truncated ON cases_auditentry;
DROP TRIGGER audit_is_append_only ON cases_auditentry;
DROP TRIGGER audit_chain ON cases_auditentry;
DROP FUNCTION cases_audit_chain();
DROP FUNCTION cases_audit_digest(cases_auditentry);
DROP FUNCTION portal_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

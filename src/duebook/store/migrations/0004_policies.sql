-- The tenant of the session becomes a uuid once in a statement. Cast outside the sub-select, it was read from its text again for every row that was
-- looked at or written.

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = 'own_tenant' LOOP
        EXECUTE format('ALTER POLICY own_tenant ON %I USING (tenant_id = (SELECT current_setting(''duebook.tenant_id'')::uuid))', name);
    END LOOP;
END
$$;

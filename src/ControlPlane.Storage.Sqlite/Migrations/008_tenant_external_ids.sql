-- The platform's own id for a tenant; that of a deleted one is free again.
ALTER TABLE tenants ADD COLUMN external_id TEXT;
CREATE UNIQUE INDEX tenants_external_id ON tenants (external_id) WHERE external_id IS NOT NULL AND delete_time IS NULL;

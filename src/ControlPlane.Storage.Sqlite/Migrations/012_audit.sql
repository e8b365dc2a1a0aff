-- The audit log. `seq` is the time in microseconds. Tenants by their ids, since those that are deleted have entries too.
CREATE TABLE audit_events (
  seq INTEGER PRIMARY KEY,
  tenant TEXT,
  actor TEXT NOT NULL,
  resource TEXT NOT NULL,
  method TEXT NOT NULL,
  document TEXT NOT NULL
);
CREATE INDEX audit_events_tenant ON audit_events (tenant);
CREATE INDEX audit_events_actor ON audit_events (actor);
CREATE INDEX audit_events_resource ON audit_events (resource);
CREATE INDEX audit_events_method ON audit_events (method);

-- The audit log. `seq` is the time in microseconds, given under the lock of the counters. Tenants by their ids, since those that are deleted
-- have entries too.
CREATE TABLE audit_events (
  seq bigint PRIMARY KEY,
  tenant text,
  actor text NOT NULL,
  resource_type text NOT NULL,
  resource text NOT NULL,
  method text NOT NULL,
  document text NOT NULL
);
CREATE INDEX audit_events_tenant ON audit_events (tenant, seq);
CREATE INDEX audit_events_actor ON audit_events (actor, seq);
CREATE INDEX audit_events_resource ON audit_events (resource, seq);
CREATE INDEX audit_events_method ON audit_events (method, seq);

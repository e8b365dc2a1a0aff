-- JSON; NULL allows everything.
ALTER TABLE tenants ADD COLUMN policy TEXT;

-- AUTOINCREMENT, so that a position in a list never comes to mean another row. A deleted tenant's rows are deleted with it.
CREATE TABLE event_types (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_seq INTEGER NOT NULL REFERENCES tenants (seq),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  deprecated INTEGER NOT NULL,
  version INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL
);
CREATE UNIQUE INDEX event_types_name ON event_types (tenant_seq, name);
CREATE INDEX event_types_tenant ON event_types (tenant_seq);

-- Bulk retries. `terms` is what was asked for; `revision` and `end_position` say what matched at the start, `position` is
-- where to go on. Without a tenant it is over every tenant.
CREATE TABLE redrives (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  tenant_seq INTEGER REFERENCES tenants (seq),
  state INTEGER NOT NULL,
  terms TEXT NOT NULL,
  revision INTEGER NOT NULL,
  end_position INTEGER NOT NULL,
  position INTEGER NOT NULL,
  matched INTEGER NOT NULL,
  retried INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL
);
CREATE UNIQUE INDEX redrives_id ON redrives (id);
CREATE INDEX redrives_tenant ON redrives (tenant_seq);
CREATE INDEX redrives_running ON redrives (state) WHERE state = 1;

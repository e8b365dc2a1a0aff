-- Times are unix microseconds. Texts have an index where they are looked up by; everything else refers to rows by `seq`.
-- The large tables (events, payloads, deliveries, attempts) carry no foreign keys: each would cost a search per inserted row,
-- and the single writer checks what they refer to.

-- One row: the counters, kept in memory and written once per transaction, so that none goes back when rows are deleted.
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  store_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  revision_floor INTEGER NOT NULL,
  event_seq INTEGER NOT NULL,
  delivery_seq INTEGER NOT NULL,
  webhook_seq INTEGER NOT NULL,
  tenant_seq INTEGER NOT NULL,
  key_seq INTEGER NOT NULL,
  -- The latest time seen, and how far a later row was ever behind it: searches by time over rows in order of seq or
  -- revision allow for that much disorder.
  latest_event INTEGER NOT NULL,
  event_disorder INTEGER NOT NULL,
  latest_change INTEGER NOT NULL,
  change_disorder INTEGER NOT NULL
);

CREATE TABLE tenants (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  labels TEXT NOT NULL,
  version INTEGER NOT NULL,
  config_version INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  delete_time INTEGER
);
CREATE UNIQUE INDEX tenants_id ON tenants (id);

CREATE TABLE api_keys (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  tenant_seq INTEGER REFERENCES tenants (seq),
  hash BLOB NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  expire_time INTEGER,
  revoke_time INTEGER,
  last_use_time INTEGER
);
CREATE UNIQUE INDEX api_keys_id ON api_keys (id);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_tenant ON api_keys (tenant_seq);

-- A deleted webhook stays while deliveries refer to it; its ids are free for others.
CREATE TABLE webhooks (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  tenant_seq INTEGER NOT NULL REFERENCES tenants (seq),
  external_id TEXT,
  request_id TEXT,
  version INTEGER NOT NULL,
  failing_since INTEGER,
  delete_time INTEGER,
  document TEXT NOT NULL
);
CREATE UNIQUE INDEX webhooks_id ON webhooks (id);
CREATE INDEX webhooks_tenant ON webhooks (tenant_seq) WHERE delete_time IS NULL;
CREATE UNIQUE INDEX webhooks_external_id ON webhooks (tenant_seq, external_id)
  WHERE external_id IS NOT NULL AND delete_time IS NULL;
CREATE UNIQUE INDEX webhooks_request_id ON webhooks (tenant_seq, request_id)
  WHERE request_id IS NOT NULL AND delete_time IS NULL;

-- Event types (kind 1), instances (kind 2) and lease owners (kind 3), each text once.
CREATE TABLE names (
  seq INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE UNIQUE INDEX names_text ON names (kind, text);

-- The deliveries of an event are stored with it and have the seqs from first_delivery on, without gaps.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  tenant_seq INTEGER NOT NULL,
  type_seq INTEGER NOT NULL,
  instance_seq INTEGER NOT NULL,
  first_delivery INTEGER NOT NULL,
  delivery_count INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  content_type TEXT,
  idempotency_key TEXT,
  fingerprint BLOB,
  labels TEXT
);
CREATE UNIQUE INDEX events_id ON events (id, tenant_seq);
CREATE UNIQUE INDEX events_idempotency_key ON events (tenant_seq, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX events_tenant ON events (tenant_seq);

-- Apart from the events, so that listing those reads no payloads and payloads can expire by range.
CREATE TABLE payloads (
  event_seq INTEGER PRIMARY KEY,
  body BLOB NOT NULL
);

-- next_due is set exactly while a delivery waits (states 1 and 3), lease_until exactly while it is leased (state 2).
CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  tenant_seq INTEGER NOT NULL,
  webhook_seq INTEGER NOT NULL,
  event_seq INTEGER NOT NULL,
  type_seq INTEGER NOT NULL,
  instance_seq INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  state INTEGER NOT NULL,
  end_reason INTEGER NOT NULL,
  trigger INTEGER NOT NULL,
  attempt_count INTEGER NOT NULL,
  round_attempts INTEGER NOT NULL,
  round_start INTEGER NOT NULL,
  next_due INTEGER,
  last_status INTEGER NOT NULL,
  last_failure INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  owner_seq INTEGER,
  lease_until INTEGER
);
CREATE UNIQUE INDEX deliveries_id ON deliveries (id);
CREATE UNIQUE INDEX deliveries_revision ON deliveries (revision);
CREATE INDEX deliveries_webhook ON deliveries (webhook_seq);
CREATE INDEX deliveries_waiting ON deliveries (webhook_seq, next_due) WHERE next_due IS NOT NULL;
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE lease_until IS NOT NULL;
-- Dead letters are looked for among everything else; these indexes hold nothing but them.
CREATE INDEX deliveries_dead ON deliveries (state) WHERE state = 5;
CREATE INDEX deliveries_dead_webhook ON deliveries (webhook_seq) WHERE state = 5;
CREATE INDEX deliveries_dead_tenant ON deliveries (tenant_seq) WHERE state = 5;

-- The key is delivery seq * 2^20 + number, so that the attempts of a delivery lie together without a second index.
CREATE TABLE attempts (
  key INTEGER PRIMARY KEY,
  trigger INTEGER NOT NULL,
  start_time INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  status INTEGER NOT NULL,
  failure INTEGER NOT NULL,
  message TEXT,
  remote_address TEXT,
  response_excerpt TEXT
);

INSERT INTO meta VALUES (1, lower(hex(randomblob(8))), 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0);
INSERT INTO names VALUES (1, 2, '');

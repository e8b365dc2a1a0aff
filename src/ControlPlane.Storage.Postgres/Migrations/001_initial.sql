-- Times are unix microseconds. Events, payloads, deliveries and attempts are partitioned by seq, whose upper bits are the day on which it
-- was given: a partition is a day, and what belongs to an event was given its numbers on the same day. They carry no foreign keys, since
-- each would cost a search per inserted row and hold up dropping a partition.

-- One row: the counters. Whoever commits changes updates it before anything that needs a number, and holds it until the commit, so that
-- numbers are given in the order of the commits and none is missing.
CREATE TABLE store (
  id integer PRIMARY KEY CHECK (id = 1),
  store_id text NOT NULL,
  revision bigint NOT NULL,
  revision_floor bigint NOT NULL,
  event_seq bigint NOT NULL,
  delivery_seq bigint NOT NULL,
  config_seq bigint NOT NULL,
  open bigint NOT NULL,
  partitions_from bigint NOT NULL,
  partitions_until bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO store VALUES (1, substr(md5(random()::text || clock_timestamp()::text), 1, 16), 0, 0, 0, 0, 0, 0, 0, 0);

-- Where the changes of a time begin: everything up to `revision` was changed before or at `latest`.
CREATE TABLE change_marks (
  revision bigint PRIMARY KEY,
  latest bigint NOT NULL
);

-- config_seq is given anew whenever config_version changes, so that nodes find what changed without looking at all tenants.
CREATE TABLE tenants (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  name text NOT NULL,
  labels text NOT NULL,
  policy text NOT NULL,
  version bigint NOT NULL,
  config_version bigint NOT NULL,
  config_seq bigint NOT NULL,
  webhook_number bigint NOT NULL DEFAULT 0,
  create_time bigint NOT NULL,
  update_time bigint NOT NULL,
  delete_time bigint
);
CREATE INDEX tenants_config ON tenants (config_seq);

-- Apart from the tenants, whose rows publishes lock.
CREATE TABLE backlogs (
  tenant_seq bigint PRIMARY KEY,
  open bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE api_keys (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  tenant_seq bigint REFERENCES tenants (seq),
  hash bytea NOT NULL UNIQUE,
  name text NOT NULL,
  scopes text NOT NULL,
  create_time bigint NOT NULL,
  expire_time bigint,
  revoke_time bigint,
  last_use_time bigint
);
CREATE INDEX api_keys_tenant ON api_keys (tenant_seq, seq);

-- A deleted webhook stays while deliveries refer to it; its ids are free for others.
CREATE TABLE webhooks (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  shard smallint NOT NULL,
  tenant_seq bigint NOT NULL REFERENCES tenants (seq),
  external_id text,
  request_id text,
  head_of_line smallint NOT NULL,
  failing_since bigint,
  delete_time bigint,
  document text NOT NULL
);
CREATE INDEX webhooks_tenant ON webhooks (tenant_seq, seq) WHERE delete_time IS NULL;
CREATE INDEX webhooks_deleted ON webhooks (delete_time) WHERE delete_time IS NOT NULL;
CREATE UNIQUE INDEX webhooks_external_id ON webhooks (tenant_seq, external_id) WHERE external_id IS NOT NULL AND delete_time IS NULL;
CREATE UNIQUE INDEX webhooks_request_id ON webhooks (tenant_seq, request_id) WHERE request_id IS NOT NULL AND delete_time IS NULL;

CREATE TABLE event_types (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_seq bigint NOT NULL REFERENCES tenants (seq),
  name text NOT NULL,
  description text NOT NULL,
  deprecated boolean NOT NULL,
  version bigint NOT NULL,
  create_time bigint NOT NULL,
  update_time bigint NOT NULL,
  UNIQUE (tenant_seq, name)
);

CREATE TABLE redrives (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  tenant_seq bigint,
  filter text NOT NULL,
  max_rate double precision NOT NULL,
  state smallint NOT NULL,
  matched integer NOT NULL,
  retried integer NOT NULL,
  skipped integer NOT NULL,
  scope_revision bigint NOT NULL,
  scope_end bigint NOT NULL,
  position bigint NOT NULL,
  create_time bigint NOT NULL,
  update_time bigint NOT NULL
);
CREATE INDEX redrives_tenant ON redrives (tenant_seq, seq);
CREATE INDEX redrives_state ON redrives (state, seq);

-- The deliveries of an event have the seqs from first_delivery on, without gaps.
CREATE TABLE events (
  seq bigint PRIMARY KEY,
  id text NOT NULL,
  tenant_seq bigint NOT NULL,
  type text NOT NULL,
  instance text NOT NULL,
  content_type text NOT NULL,
  idempotency_key text NOT NULL,
  ordering_key text NOT NULL,
  fingerprint bytea,
  labels text,
  first_delivery bigint NOT NULL,
  delivery_count integer NOT NULL,
  create_time bigint NOT NULL
) PARTITION BY RANGE (seq);
CREATE INDEX events_id ON events (id);
CREATE INDEX events_tenant ON events (tenant_seq, seq);

-- The names that callers chose: ids (kind 1) and idempotency keys (kind 2). What keeps two nodes from storing the same event twice.
CREATE TABLE event_names (
  tenant_seq bigint NOT NULL,
  kind smallint NOT NULL,
  name text NOT NULL,
  event_seq bigint NOT NULL,
  PRIMARY KEY (tenant_seq, kind, name)
);
CREATE INDEX event_names_event ON event_names (event_seq);

-- Apart from the events, so that listing those reads no payloads and payloads can expire earlier.
CREATE TABLE payloads (
  event_seq bigint PRIMARY KEY,
  body bytea NOT NULL
) PARTITION BY RANGE (event_seq);
ALTER TABLE payloads ALTER COLUMN body SET STORAGE EXTERNAL;

-- due is set exactly while a delivery waits (states 1 and 3), lease_until exactly while it is leased (state 2). One whose turn in its
-- ordering line it is not is blocked, so that nothing that looks for what is due comes across it.
CREATE TABLE deliveries (
  seq bigint PRIMARY KEY,
  id text NOT NULL,
  tenant_seq bigint NOT NULL,
  webhook_seq bigint NOT NULL,
  event_seq bigint NOT NULL,
  event_id text NOT NULL,
  event_type text NOT NULL,
  instance text NOT NULL,
  line text,
  create_time bigint NOT NULL,
  update_time bigint NOT NULL,
  revision bigint NOT NULL,
  round_start bigint NOT NULL,
  due bigint,
  lease_until bigint,
  fence bigint NOT NULL,
  attempt_count integer NOT NULL,
  round_attempts integer NOT NULL,
  last_status integer NOT NULL,
  state smallint NOT NULL,
  end_reason smallint NOT NULL,
  trigger smallint NOT NULL,
  last_failure smallint NOT NULL,
  blocked boolean NOT NULL,
  lease_owner text
) PARTITION BY RANGE (seq);
CREATE INDEX deliveries_id ON deliveries (id);
CREATE INDEX deliveries_revision ON deliveries (revision);
CREATE INDEX deliveries_webhook ON deliveries (webhook_seq, seq);
CREATE INDEX deliveries_tenant ON deliveries (tenant_seq, seq);
CREATE INDEX deliveries_due ON deliveries (webhook_seq, due, seq) WHERE due IS NOT NULL AND NOT blocked;
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE lease_until IS NOT NULL;
-- Dead letters are looked for among everything else; these indexes hold nothing but them.
CREATE INDEX deliveries_dead ON deliveries (webhook_seq, seq) WHERE state = 5;
CREATE INDEX deliveries_dead_tenant ON deliveries (tenant_seq, seq) WHERE state = 5;
CREATE INDEX deliveries_line ON deliveries (webhook_seq, line, state, seq) WHERE line IS NOT NULL AND end_reason = 0;
CREATE INDEX deliveries_blocked ON deliveries (webhook_seq, line, seq) WHERE blocked;

CREATE TABLE attempts (
  delivery_seq bigint NOT NULL,
  number integer NOT NULL,
  trigger smallint NOT NULL,
  failure smallint NOT NULL,
  status integer NOT NULL,
  start_time bigint NOT NULL,
  duration bigint NOT NULL,
  message text NOT NULL,
  remote_address text NOT NULL,
  -- UTF-8 with anything in it, U+0000 too.
  response_excerpt bytea NOT NULL,
  PRIMARY KEY (delivery_seq, number)
) PARTITION BY RANGE (delivery_seq);

-- Processes that share the database. One that is not there any more owns nothing, whatever it believes.
CREATE TABLE nodes (
  epoch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  started bigint NOT NULL,
  lease_until bigint NOT NULL
) WITH (fillfactor = 10);

-- What nodes own: webhooks by a hash of their id (kind 1), and jobs that one node does for all (kind 2).
CREATE TABLE ownerships (
  kind smallint NOT NULL,
  name text NOT NULL,
  epoch bigint NOT NULL REFERENCES nodes (epoch) ON DELETE CASCADE,
  PRIMARY KEY (kind, name)
);
CREATE INDEX ownerships_epoch ON ownerships (epoch);

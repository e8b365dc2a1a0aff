-- Dead letters have a table of their own: deliveries that end well, which is nearly all, need not be held against three indexes each
-- time they change.
CREATE TABLE dead_letters (
  delivery INTEGER PRIMARY KEY,
  webhook INTEGER NOT NULL,
  tenant INTEGER NOT NULL
);
INSERT INTO dead_letters SELECT seq, webhook_seq, tenant_seq FROM deliveries WHERE state = 5;
CREATE INDEX dead_letters_webhook ON dead_letters (webhook);
CREATE INDEX dead_letters_tenant ON dead_letters (tenant);
DROP INDEX deliveries_dead;
DROP INDEX deliveries_dead_webhook;
DROP INDEX deliveries_dead_tenant;

-- The order of changes is in two indexes: leased deliveries are few, and most leave their lease within milliseconds, so that the large
-- index takes in one entry per delivery that is born leased and succeeds, and gives up none.
DROP INDEX deliveries_revision;
DROP INDEX deliveries_leased;
CREATE INDEX deliveries_revision ON deliveries (revision) WHERE lease_until IS NULL;
CREATE INDEX deliveries_leased ON deliveries (revision) WHERE lease_until IS NOT NULL;

-- Which deliveries a webhook has, up to the seq in meta: brought up to date for about a thousand deliveries at once. With an index that
-- each insert changes, a commit would write one page for nearly every delivery that it adds.
CREATE TABLE webhook_deliveries (
  webhook INTEGER NOT NULL,
  delivery INTEGER NOT NULL,
  PRIMARY KEY (webhook, delivery)
) WITHOUT ROWID;
INSERT INTO webhook_deliveries SELECT webhook_seq, seq FROM deliveries ORDER BY webhook_seq, seq;
DROP INDEX deliveries_webhook;
ALTER TABLE meta ADD COLUMN webhook_deliveries_to INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET webhook_deliveries_to = delivery_seq;

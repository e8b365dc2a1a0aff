-- A number for people, counted within the tenant. A tenant remembers its highest one: the number of a deleted webhook is not used again.
ALTER TABLE webhooks ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE webhooks SET number =
  (SELECT count(*) FROM webhooks earlier WHERE earlier.tenant_seq = webhooks.tenant_seq AND earlier.seq <= webhooks.seq);
ALTER TABLE tenants ADD COLUMN webhook_number INTEGER NOT NULL DEFAULT 0;
UPDATE tenants SET webhook_number = (SELECT count(*) FROM webhooks WHERE webhooks.tenant_seq = tenants.seq);

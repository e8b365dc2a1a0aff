-- Deliveries that a replay created of events stored before. They are in none of the ranges that begin at first_delivery; this finds them by
-- their event, and in the lists of a tenant.
CREATE TABLE later_deliveries (
  delivery INTEGER PRIMARY KEY,
  event INTEGER NOT NULL,
  tenant INTEGER NOT NULL,
  webhook INTEGER NOT NULL
);
CREATE INDEX later_deliveries_event ON later_deliveries (event, webhook);
CREATE INDEX later_deliveries_tenant ON later_deliveries (tenant);

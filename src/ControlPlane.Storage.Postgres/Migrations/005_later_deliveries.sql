-- What a replay asks besides the filter; NULL for a bulk retry.
ALTER TABLE redrives ADD COLUMN replay text;

-- Deliveries that a replay created of events stored before. They are in none of the ranges that begin at first_delivery, and lie in the day
-- on which they were created; this finds them by their event, and keeps that until they are gone.
CREATE TABLE later_deliveries (
  delivery_seq bigint PRIMARY KEY,
  event_seq bigint NOT NULL,
  webhook_seq bigint NOT NULL
);
CREATE INDEX later_deliveries_event ON later_deliveries (event_seq, webhook_seq);

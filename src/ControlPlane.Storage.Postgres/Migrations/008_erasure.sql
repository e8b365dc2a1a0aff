-- When an event expires, if it has a time of its own to, and when it was erased.
ALTER TABLE events ADD COLUMN expire_time bigint;
ALTER TABLE events ADD COLUMN erase_time bigint;
CREATE INDEX events_expiring ON events (expire_time) WHERE expire_time IS NOT NULL AND erase_time IS NULL;

-- Why a delivery ends when it was not sent, set when its event is erased while it is leased; 0 otherwise.
ALTER TABLE deliveries ADD COLUMN erased smallint NOT NULL DEFAULT 0;

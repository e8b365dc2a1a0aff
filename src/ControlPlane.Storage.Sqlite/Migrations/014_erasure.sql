-- When an event expires, if it has a time of its own to, and when it was erased.
ALTER TABLE events ADD COLUMN expire_time INTEGER;
ALTER TABLE events ADD COLUMN erase_time INTEGER;
CREATE INDEX events_expiring ON events (expire_time) WHERE expire_time IS NOT NULL AND erase_time IS NULL;

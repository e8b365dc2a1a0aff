-- The latest event when somebody last took note that the name is used: events that refer to it are not much later (see Names.cs).
-- For names from before nothing better is known than now.
ALTER TABLE names ADD COLUMN last_event INTEGER NOT NULL DEFAULT 0;
UPDATE names SET last_event = (SELECT event_seq FROM meta);

-- Retention walks the large tables in orders that they have already, so that they get no index for it. These two are small.
CREATE INDEX webhooks_deleted ON webhooks (delete_time) WHERE delete_time IS NOT NULL;
CREATE INDEX redrives_ended ON redrives (update_time) WHERE state <> 1;

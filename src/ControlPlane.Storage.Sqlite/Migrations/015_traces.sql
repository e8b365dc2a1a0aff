-- The trace that the deliveries of an event belong to: its traceparent, then after a space its tracestate if it has one.
ALTER TABLE events ADD COLUMN trace TEXT;

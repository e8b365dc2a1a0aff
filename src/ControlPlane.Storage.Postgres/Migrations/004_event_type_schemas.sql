ALTER TABLE event_types
  ADD COLUMN schema text NOT NULL DEFAULT '',
  ADD COLUMN schema_version integer NOT NULL DEFAULT 0,
  ADD COLUMN examples text[] NOT NULL DEFAULT '{}';

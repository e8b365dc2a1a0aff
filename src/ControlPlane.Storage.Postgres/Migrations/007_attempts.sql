-- How attempts ended, by minute and by hour (numbered from 1970 on), of each webhook (its seq) and each tenant (its seq below zero). Every
-- node adds to what is there.
CREATE TABLE stats_minutes (
  minute bigint NOT NULL,
  owner bigint NOT NULL,
  counts integer[] NOT NULL,
  PRIMARY KEY (minute, owner)
) WITH (fillfactor = 50);
CREATE TABLE stats_hours (
  hour bigint NOT NULL,
  owner bigint NOT NULL,
  counts integer[] NOT NULL,
  PRIMARY KEY (hour, owner)
);
CREATE FUNCTION stats_add(one integer[], other integer[]) RETURNS integer[] IMMUTABLE LANGUAGE sql AS $$
  SELECT coalesce(array_agg(least(2147483647, coalesce(a, 0)::bigint + coalesce(b, 0))::integer ORDER BY n), '{}')
  FROM unnest(one, other) WITH ORDINALITY u (a, b, n)
$$;
CREATE AGGREGATE stats_sum (integer[]) (SFUNC = stats_add, STYPE = integer[], INITCOND = '{}');

-- How many deliveries of a webhook wait. Those that are born leased and succeed never do, so they cost it nothing.
CREATE TABLE webhook_backlogs (
  webhook_seq bigint PRIMARY KEY,
  waiting bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO webhook_backlogs SELECT webhook_seq, count(*) FROM deliveries WHERE due IS NOT NULL GROUP BY webhook_seq;

-- How attempts ended, by minute and by hour (numbered from 1970 on), of each webhook (its seq) and each tenant (its seq below zero). What is
-- written in a commit lies together, whichever webhooks it is about.
CREATE TABLE stats_minutes (
  minute INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  counts BLOB NOT NULL,
  PRIMARY KEY (minute, owner)
) WITHOUT ROWID;
CREATE TABLE stats_hours (
  hour INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  counts BLOB NOT NULL,
  PRIMARY KEY (hour, owner)
) WITHOUT ROWID;

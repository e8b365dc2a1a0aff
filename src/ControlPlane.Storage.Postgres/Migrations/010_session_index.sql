-- Sessions are removed by the time at which they end.
CREATE INDEX api_keys_sessions ON api_keys (expire_time) WHERE starts_with(id, 'psn_');

-- The valid keys of a tenant are counted before one more is made, however many ended.
CREATE INDEX api_keys_valid ON api_keys (tenant_seq, coalesce(expire_time, 9223372036854775807)) WHERE revoke_time IS NULL;

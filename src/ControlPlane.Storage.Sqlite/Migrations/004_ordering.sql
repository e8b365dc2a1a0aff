-- The deliveries of one ordering key to one webhook form a line. `line` is a hash of the key, NULL without one. A delivery whose
-- turn it is not has `line_due` instead of `next_due`, so that nothing that looks for what is due comes across it.
ALTER TABLE events ADD COLUMN ordering_key TEXT;
ALTER TABLE deliveries ADD COLUMN line INTEGER;
ALTER TABLE deliveries ADD COLUMN line_due INTEGER;
ALTER TABLE webhooks ADD COLUMN head_of_line INTEGER NOT NULL DEFAULT 1;

-- Those whose turn it is or that stepped aside, and those behind them.
CREATE INDEX deliveries_line ON deliveries (webhook_seq, line, state, next_due)
  WHERE line IS NOT NULL AND line_due IS NULL AND end_reason = 0;
CREATE INDEX deliveries_line_held ON deliveries (webhook_seq, line) WHERE line_due IS NOT NULL;

-- Deliveries of large publishes that are yet to be stored, by the first seq of theirs, in transactions after that of their event.
CREATE TABLE slices (
  first INTEGER PRIMARY KEY,
  deliveries TEXT NOT NULL
);

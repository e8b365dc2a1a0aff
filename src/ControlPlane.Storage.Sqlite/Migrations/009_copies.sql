-- How far an unfinished copy of another store is; NULL in a store that can be used.
ALTER TABLE meta ADD COLUMN copy_mark TEXT;

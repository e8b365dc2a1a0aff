-- How far an unfinished copy of another store is; NULL in a store that can be used.
ALTER TABLE store ADD COLUMN copy_mark text;

DROP INDEX login_links_by_referrer;
ALTER TABLE referrers DROP COLUMN portal_links_from;
DROP TABLE joins;

ALTER TABLE tokens DROP COLUMN login_id;
DROP TABLE login_links;
DROP TABLE logins;

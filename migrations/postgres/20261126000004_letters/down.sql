DROP TABLE owner_notices;
DROP TABLE mail_bounces;

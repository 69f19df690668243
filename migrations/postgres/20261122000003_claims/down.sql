DROP TABLE sale_signals;
DROP TABLE claims;
DROP TABLE introductions;

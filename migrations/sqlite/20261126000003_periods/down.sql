DROP TRIGGER transfers_in_open_period;
DROP TABLE period_reports;
DROP TABLE periods;

DROP TRIGGER transfers_in_open_period ON transfers;
DROP FUNCTION refuse_closed();
DROP TABLE period_reports;
DROP TABLE periods;

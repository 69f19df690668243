DROP INDEX sales_by_referrer;
DROP INDEX sales_by_time;

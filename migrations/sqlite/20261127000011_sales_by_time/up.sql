-- Lists and reports of a period read the orders of that period only; a referrer's orders are found without the others'.
CREATE INDEX sales_by_time ON sales (occurred_at, id);
CREATE INDEX sales_by_referrer ON sales (referrer_id, occurred_at, id) WHERE referrer_id IS NOT NULL;

DROP TABLE submission_items;
DROP TABLE submissions;
DROP TABLE payout_providers;

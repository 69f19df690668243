DROP TABLE not_paid;
DROP TABLE detail_reminders;
DROP TABLE payout_method_changes;
DROP TABLE payout_methods;

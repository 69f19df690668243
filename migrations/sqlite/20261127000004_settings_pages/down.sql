DROP INDEX inbound_deliveries_by_connection;
DROP TABLE letter_texts;

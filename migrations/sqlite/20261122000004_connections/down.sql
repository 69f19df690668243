DROP TABLE coupons;
DROP TABLE inbound_deliveries;
DROP TABLE connections;

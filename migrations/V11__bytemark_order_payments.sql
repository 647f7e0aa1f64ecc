-- One row per payment that settled a transit ticket order. Bytemark is the ticket vendor, the service writes the row.
-- Joins bytemark_order_items on order_uuid, auth_user on user_id, points_transaction.note on order_uuid.
CREATE TABLE IF NOT EXISTS `bytemark_order_payments` (
  `id` int NOT NULL AUTO_INCREMENT,
  `payment_id` int DEFAULT NULL COMMENT 'payment at the ticket vendor, 0 for coins',
  `payment_type` varchar(32) DEFAULT NULL COMMENT 'coins or tokens',
  `total_price` decimal(10,2) DEFAULT NULL COMMENT 'amount that this payment settled',
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  `order_id` int NOT NULL COMMENT 'order at the ticket vendor',
  `order_uuid` varchar(64) DEFAULT NULL COMMENT 'order at the ticket vendor, the key to join on',
  `created_on` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, look-back column',
  `f_token_id` int NOT NULL DEFAULT 0 COMMENT 'kind of token that paid, as token_transaction.f_token_id, 0 if none',
  PRIMARY KEY (`id`),
  -- daily revenue and refresh: a date range summed from the index alone. Ticket report: the orders of a date range
  KEY `daily_payments_idx` (`created_on`, `total_price`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Payments of transit ticket orders: one row per payment';

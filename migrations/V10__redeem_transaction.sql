-- One row per gift card that a user bought with points. The service writes it once, with the points movement.
-- Joins auth_user on user_id. points_transaction.note holds transaction_id where activity_type is 3.
CREATE TABLE IF NOT EXISTS `redeem_transaction` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  `giftcard_id` int DEFAULT NULL COMMENT 'gift card in the service, which has no table here',
  `points` decimal(10,2) NOT NULL COMMENT 'points paid, negative',
  `amount` decimal(10,2) DEFAULT NULL COMMENT 'value of the gift card, in units of currency',
  `currency` varchar(3) DEFAULT NULL COMMENT 'ISO 4217 code, such as USD',
  `transaction_id` varchar(255) NOT NULL COMMENT 'order number of the gift card, points_transaction.note repeats it',
  `created_on` datetime NOT NULL COMMENT 'US/Central wall clock, look-back column',
  PRIMARY KEY (`id`),
  -- from a points movement to its gift card
  KEY `transaction_id_idx_1` (`transaction_id`),
  -- incremental load and refresh: the redemptions since a moment
  KEY `created_on_idx` (`created_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Gift cards bought with points: one row per redemption';

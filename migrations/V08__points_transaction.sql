-- One row per user and movement of points, which the app calls coins. A double-entry ledger: what one account pays
-- another receives, and ref_transaction_id links the two halves. The service appends rows and never changes them.
-- Joins auth_user on user_id, redeem_transaction and bytemark_order_payments through note.
CREATE TABLE IF NOT EXISTS `points_transaction` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  `activity_type` int NOT NULL COMMENT '1 adjustment, 2 purchase, 3 redemption, 4 promotion, 5 auto-refill, 6 incentive, 7 carpool driver, 8 carpool rider, 9 into escrow, 10 from escrow, 11 transit ticket, 12 fee, 13 and 14 parking, 15 campaign reward, 16 ridehail fare, 17 challenge, 18 tier benefit',
  `points` decimal(10,2) NOT NULL COMMENT 'points moved, positive when the user gains them',
  `balance` decimal(10,2) NOT NULL COMMENT 'points the user has after this movement',
  `note` varchar(200) DEFAULT NULL COMMENT 'activity_type 11: bytemark_order_payments.order_uuid, activity_type 3: redeem_transaction.transaction_id',
  `created_on` datetime NOT NULL COMMENT 'US/Central wall clock, look-back column',
  `payer` int NOT NULL DEFAULT 0 COMMENT 'who pays the coins: auth_user.id or a system account (2000 budget, 2001 escrow, 2002 incentives, 2100 Stripe, 2101 Bytemark, 2102 gift cards)',
  `payee` int NOT NULL DEFAULT 0 COMMENT 'who receives the coins: auth_user.id or a system account, as in payer',
  `ref_transaction_id` int NOT NULL DEFAULT 0 COMMENT 'points_transaction.id of the other half, 0 if there is none',
  PRIMARY KEY (`id`),
  -- history of a user by date. Also narrows the search for duplicates to rows of one user, moment and activity
  KEY `coins_history_idx_1` (`user_id`, `created_on`, `activity_type`, `id`),
  -- from a ticket order or a gift card back to its movement
  KEY `note_idx__000` (`note`),
  -- daily revenue, points by activity and refresh: a date range summed from the index alone, with the ends that tell
  -- what was gained. Rows arrive in date order, so it grows at its end
  KEY `daily_points_idx` (`created_on`, `points`, `user_id`, `activity_type`, `payer`, `payee`),
  -- last balance, the balance check in id order, and count and sum per user: all from the index alone, without a sort
  KEY `user_ledger_idx` (`user_id`, `id`, `points`, `balance`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Ledger of points: one row per user and movement';

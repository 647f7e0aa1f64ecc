-- One row per account whose old rows of points_transaction were dropped: the points that it had after the movement
-- through_id, which its balance goes on from. Movements with this id and lower ones are in it, whether their rows are
-- there or not. Written before the rows go, and empty until then. Joins points_transaction on user_id.
CREATE TABLE IF NOT EXISTS `points_opening` (
  `user_id` int NOT NULL COMMENT 'auth_user.id or a system account, as points_transaction.user_id',
  `through_id` int NOT NULL COMMENT 'points_transaction.id of the last movement that is in the balance, whose row may be gone',
  `balance` decimal(10,2) NOT NULL COMMENT 'points the user has after this movement',
  `dropped_before` datetime NOT NULL COMMENT 'US/Central wall clock, rows of the user from before it may be gone',
  -- last balance: one row, in the statement that reads the newest movement
  PRIMARY KEY (`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Opening balances of points: one row per user whose old movements were dropped';

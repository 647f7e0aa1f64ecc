-- What an account has of a kind of token after the movement through_id, where old rows of token_transaction were dropped:
-- one row for the balance, and one per grant that is not used up and can expire later. Movements with this id and lower
-- ones are in it, whether their rows are there or not. Written before the rows go, and empty until then. Joins
-- token_transaction on user_id and f_token_id.
CREATE TABLE IF NOT EXISTS `token_opening` (
  `user_id` int NOT NULL COMMENT 'auth_user.id or a system account, as token_transaction.user_id',
  `f_token_id` int NOT NULL COMMENT 'kind of token, as token_transaction.f_token_id',
  `place` int NOT NULL DEFAULT 0 COMMENT '0: the balance, from 1: grants, in the order in which they are spent',
  `through_id` int NOT NULL COMMENT 'token_transaction.id of the last movement that is in it, whose row may be gone',
  `tokens` decimal(10,2) NOT NULL COMMENT 'what is left of the grant, place 0: of all that have expired, below 0 what was spent beyond all grants',
  `balance` decimal(10,2) DEFAULT NULL COMMENT 'place 0: tokens the user has of this kind after this movement, otherwise empty',
  `issued_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock, when the tokens were issued',
  `expired_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock, when the tokens expire',
  `dropped_before` datetime NOT NULL COMMENT 'US/Central wall clock, rows of the user from before it may be gone',
  -- last balance and what can be spent: a few rows, in the statement that reads the movements
  PRIMARY KEY (`user_id`, `f_token_id`, `place`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Opening balances of tokens: one row per balance or grant that outlives its movements';

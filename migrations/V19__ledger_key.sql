-- One row per idempotency key that a caller gave to the ledger, with what was recorded under it. It makes a second
-- call with the same key return the first result. The service appends a row with the movement and deletes it when its
-- key has expired, a day later at the earliest. No dashboard needs it. Joins points_transaction on movement_id and
-- counterpart_id.
CREATE TABLE IF NOT EXISTS `ledger_key` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `idempotency_key` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'as the caller gave it, compared byte by byte',
  `content` char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'digest of all that the caller asked for, in hexadecimal digits',
  `movement_id` int NOT NULL DEFAULT 0 COMMENT 'points_transaction.id of the movement, or of the half of the payer, 0 if nothing was recorded',
  `balance` decimal(10,2) NOT NULL DEFAULT 0.00 COMMENT 'points the user has after this movement',
  `counterpart_id` int NOT NULL DEFAULT 0 COMMENT 'points_transaction.id of the half of the payee, 0 if there is none',
  `counterpart_balance` decimal(10,2) NOT NULL DEFAULT 0.00 COMMENT 'points the payee has after this movement',
  `moved_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock, created_on of the movement',
  `recorded_on` datetime NOT NULL COMMENT 'UTC, when the key was first given, load column',
  PRIMARY KEY (`id`),
  -- has this key been given before
  UNIQUE KEY `idempotency_key_idx` (`idempotency_key`),
  -- keys that have expired
  KEY `recorded_on_idx` (`recorded_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Idempotency keys of the ledger: one row per key';

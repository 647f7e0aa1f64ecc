-- One row per change of a row that sums are made of, where triggers were asked for: which hour is not as it was summed.
-- The triggers append with the change itself, and whoever sums the hour again deletes what was read before. Without
-- triggers it stays empty. Joins nothing.
CREATE TABLE IF NOT EXISTS `summary_log` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `source` tinyint NOT NULL COMMENT '1 points, 2 tokens, 3 tickets, 4 trips and their users, as summary_state.source',
  `at` datetime DEFAULT NULL COMMENT 'US/Central wall clock, the date of the row, before the change or after it',
  `user_id` int DEFAULT NULL COMMENT 'auth_user.id of a trip that came, went or moved: who may be new on the day, or gone',
  PRIMARY KEY (`id`),
  -- reports: which hours of a range changed. Refresh: the changes of a source
  KEY `changed_idx` (`source`, `at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Changed hours: one row per change';

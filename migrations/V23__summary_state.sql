-- One row per source of sums: how far they go. Whoever sums locks the row first, so that two of them queue, and whoever
-- reads takes from sums what is before summed_until, and the rest from the rows. Joins nothing.
CREATE TABLE IF NOT EXISTS `summary_state` (
  `source` tinyint NOT NULL COMMENT '1 points, 2 tokens, 3 tickets, as summary_revenue.source, 4 summary_trips, 5 summary_users',
  `summed_until` datetime DEFAULT NULL COMMENT 'US/Central wall clock, begin of the first hour that is not summed, empty before the first',
  `kept_from` datetime DEFAULT NULL COMMENT 'US/Central wall clock, rows before it were dropped, and their sums are all that is left',
  `is_exact` tinyint(1) NOT NULL DEFAULT 0 COMMENT '0: sums are right if no row changed after it was summed, 1: triggers note each hour that changes',
  PRIMARY KEY (`source`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='State of the sums: one row per source';

-- One row per hour, ledger and what its rows are for: the sums of points_transaction, token_transaction and
-- bytemark_order_payments, so that a report over months reads thousands of rows and not millions. Derived, and made
-- again from the rows. Hours that summary_state does not count as summed are not to be read here. Joins nothing.
-- In the night that has an hour twice, one row has both.
CREATE TABLE IF NOT EXISTS `summary_revenue` (
  `source` tinyint NOT NULL COMMENT '1 points_transaction, 2 token_transaction, 3 bytemark_order_payments',
  `hour` datetime NOT NULL COMMENT 'US/Central wall clock, begin of the hour',
  `activity_type` int NOT NULL DEFAULT 0 COMMENT 'source 1: points_transaction.activity_type, otherwise 0',
  `has_type` tinyint(1) NOT NULL DEFAULT 0 COMMENT '1: the rows have a payment_type, 0: they have none',
  `payment_type` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '' COMMENT 'source 3: bytemark_order_payments.payment_type, otherwise empty',
  `positive` decimal(32,2) NOT NULL DEFAULT 0.00 COMMENT 'sum of the amounts above 0',
  `negative` decimal(32,2) NOT NULL DEFAULT 0.00 COMMENT 'sum of the amounts below 0',
  `gained` decimal(32,2) NOT NULL DEFAULT 0.00 COMMENT 'source 1: points that users gained from outside, otherwise 0',
  `movements` int NOT NULL DEFAULT 0 COMMENT 'how many rows there are',
  -- reports and refresh: the hours of one ledger, and nothing else
  PRIMARY KEY (`source`, `hour`, `activity_type`, `has_type`, `payment_type`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Hourly sums of points, tokens and tickets: one row per hour, ledger and type';

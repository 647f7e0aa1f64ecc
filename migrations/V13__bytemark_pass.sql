-- One row per first use of a pass, written by the service when the vendor reports it.
-- It has no user: go through bytemark_order_items on pass_uuid, then bytemark_order_payments on order_uuid.
CREATE TABLE IF NOT EXISTS `bytemark_pass` (
  `id` int NOT NULL AUTO_INCREMENT,
  `oauth_token` varchar(512) DEFAULT NULL COMMENT 'credential: access of the user to the ticket vendor, keep it out of datasets',
  `pass_uuid` varchar(64) DEFAULT NULL COMMENT 'bytemark_order_items.pass_uuid',
  `event_uuid` varchar(64) DEFAULT NULL COMMENT 'event at the ticket vendor that reported the use',
  `time_used` datetime DEFAULT NULL COMMENT 'US/Central wall clock, first use, load column',
  PRIMARY KEY (`id`),
  -- ticket report: when a pass was first used, from the index alone
  KEY `pass_idx` (`pass_uuid`, `time_used`),
  -- incremental load: the passes used since a moment
  KEY `time_used_idx` (`time_used`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='First uses of transit passes: one row per pass used';

-- One row per thing that a user did in the app, such as OpenApp, PurchaseTicket, ActivateTicket or Redeem.
-- The app reports it, the service appends it. Joins auth_user on user_id.
-- gmt_time and local_time are the same moment, in UTC and on the clock of the device.
CREATE TABLE IF NOT EXISTS `app_data` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  `user_action` varchar(50) DEFAULT NULL COMMENT 'OpenApp, PurchaseTicket, ActivateTicket, Redeem and others',
  `gmt_time` datetime NOT NULL COMMENT 'UTC, moment of the action',
  `local_time` datetime NOT NULL COMMENT 'wall clock of the device, in its own time zone, moment of the action',
  `lat` double DEFAULT NULL COMMENT 'degrees of latitude, -90 to 90',
  `lon` double DEFAULT NULL COMMENT 'degrees of longitude, -180 to 180',
  `email` varchar(150) DEFAULT NULL,
  `ref_id` varchar(150) DEFAULT NULL COMMENT 'what the action was about, such as an order number',
  `thre` int DEFAULT 0 COMMENT 'number that the app sends with some actions',
  `points` int DEFAULT 0 COMMENT 'points that the action moved, the ledger in points_transaction is exact',
  `price` int DEFAULT 0 COMMENT 'price that the app showed, a whole number',
  `ticket_mode` varchar(50) DEFAULT NULL,
  `ticket_type` varchar(50) DEFAULT NULL,
  `created_on` datetime NOT NULL COMMENT 'US/Central wall clock, look-back column',
  `modified_on` datetime NOT NULL COMMENT 'US/Central wall clock, last change, load column',
  PRIMARY KEY (`id`),
  -- refresh: the actions of the last days. Dates of this column stay, those of modified_on do not
  KEY `created_on_idx` (`created_on`),
  -- incremental load: the actions changed since a moment
  KEY `modified_on_idx` (`modified_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Actions in the app: one row per action';

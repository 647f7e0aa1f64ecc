-- One row per successful invitation: the sender brought the receiver to the app. The service writes it once.
-- Joins auth_user twice, on sender_user_id and receiver_user_id, and campaign on ap_campaign_id.
-- A user and a device can be brought only once, hence the two unique keys.
CREATE TABLE IF NOT EXISTS `referral_history` (
  `id` int NOT NULL AUTO_INCREMENT,
  `sender_user_id` int unsigned NOT NULL COMMENT 'auth_user.id of the user who invited',
  `receiver_user_id` int unsigned NOT NULL COMMENT 'auth_user.id of the user who came',
  `receiver_device_id` varchar(512) NOT NULL COMMENT 'device of the receiver',
  `ap_campaign_id` int unsigned NOT NULL COMMENT 'campaign.ap_campaign_id',
  `created_at` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock',
  `updated_at` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, last change, load column',
  PRIMARY KEY (`id`),
  -- rule: a user is brought once. Also finds the inviter of a user
  UNIQUE KEY `receiver_user_id` (`receiver_user_id`),
  -- rule: a device is brought once. 2048 key bytes, which ROW_FORMAT=DYNAMIC allows
  UNIQUE KEY `receiver_device_id` (`receiver_device_id`),
  -- promo report: the users whom a sender brought
  KEY `sender_idx` (`sender_user_id`),
  -- incremental load: the rows changed since a moment
  KEY `updated_at_idx` (`updated_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Referrals: one row per user who came by invitation';

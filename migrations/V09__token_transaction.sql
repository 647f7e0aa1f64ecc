-- One row per grant or use of agency tokens, the credit that a campaign gives and that pays for transit tickets.
-- The service appends rows and later marks their notices as sent.
-- Joins auth_user on user_id, campaign on ap_campaign_id and campaign_promo_code on cp_id.
CREATE TABLE IF NOT EXISTS `token_transaction` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int NOT NULL DEFAULT 0 COMMENT 'auth_user.id',
  `enterprise_id` int DEFAULT NULL COMMENT 'employer of the user, as auth_user.enterprise_id',
  `activity_type` int DEFAULT NULL COMMENT '1 issued (tokens above 0), 2 spent on transit tickets (tokens below 0)',
  `tokens` decimal(10,2) DEFAULT NULL COMMENT 'tokens moved, positive when the user gains them',
  `balance` decimal(10,2) DEFAULT NULL COMMENT 'tokens the user has of this f_token_id after this movement',
  `note` varchar(200) DEFAULT NULL,
  `campaign_id` int DEFAULT NULL COMMENT 'campaign in the service, join on ap_campaign_id instead',
  `ap_campaign_id` int DEFAULT NULL COMMENT 'campaign.ap_campaign_id',
  `created_on` datetime DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, look-back column',
  `f_agency_id` int NOT NULL DEFAULT 0 COMMENT 'transit agency that honours the tokens',
  `agency_name` varchar(255) NOT NULL DEFAULT '',
  `f_token_id` int NOT NULL DEFAULT 0 COMMENT 'kind of token, balances are kept per user and kind',
  `token_name` varchar(255) NOT NULL DEFAULT '',
  `f_campaign_id` int NOT NULL DEFAULT 0 COMMENT 'campaign that campaign_name belongs to',
  `campaign_name` varchar(255) NOT NULL DEFAULT '',
  `issued_on` datetime DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, when the tokens were issued',
  `expired_on` datetime DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, when the tokens expire',
  `dist_notify_status` tinyint(1) NOT NULL DEFAULT 0 COMMENT 'notice of the grant: 0 pending, 1 sent',
  `expire_notify_status` tinyint(1) NOT NULL DEFAULT 0 COMMENT 'notice of the expiry: 0 pending, 1 sent',
  `subtitle` varchar(255) NOT NULL DEFAULT '' COMMENT 'second line of the entry as the app shows it',
  `cp_id` int unsigned NOT NULL DEFAULT 0 COMMENT 'campaign_promo_code.id, 0 without a code',
  PRIMARY KEY (`id`),
  -- tokens of a user that are valid at a moment
  KEY `main_query_index_1` (`user_id`, `activity_type`, `f_agency_id`, `f_token_id`, `issued_on`, `expired_on`),
  -- notices that are still to be sent
  KEY `notification_index_1` (`dist_notify_status`, `expire_notify_status`),
  -- daily revenue and refresh: a date range summed from the index alone. Rows arrive in date order, so it grows at its end
  KEY `daily_tokens_idx` (`created_on`, `tokens`),
  -- campaign report: recipients, sums and first grants of a campaign from the index alone. Promo check: has this user had this campaign
  KEY `campaign_idx` (`ap_campaign_id`, `user_id`, `activity_type`, `issued_on`, `tokens`),
  -- last balance per user and kind of token, and count and sum per user: from the index alone, without a sort
  KEY `user_ledger_idx` (`user_id`, `f_token_id`, `id`, `tokens`, `balance`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Ledger of agency tokens: one row per grant or use';

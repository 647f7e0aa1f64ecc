-- One row per token campaign. The service keeps the list.
-- token_transaction and referral_history join on ap_campaign_id, campaign_promo_code on id.
-- Small and without a date: read whole, in id order.
CREATE TABLE IF NOT EXISTS `campaign` (
  `id` int NOT NULL AUTO_INCREMENT,
  `ap_campaign_id` int NOT NULL DEFAULT 0 COMMENT 'number by which the other tables know the campaign',
  `token_id` int NOT NULL DEFAULT 0 COMMENT 'kind of token that the campaign gives out',
  `name` varchar(32) NOT NULL DEFAULT '',
  `tokens` decimal(10,2) NOT NULL DEFAULT 0.00 COMMENT 'tokens that the campaign may give out in all',
  PRIMARY KEY (`id`),
  -- campaign report: one campaign by its number, and the join from token_transaction
  UNIQUE KEY `ap_campaign_id` (`ap_campaign_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Token campaigns: one row per campaign';

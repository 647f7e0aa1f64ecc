-- One row per promotional code that users can enter. The service writes it with its campaign.
-- Joins campaign on campaign_id. token_transaction.cp_id says which code a grant came from.
CREATE TABLE IF NOT EXISTS `campaign_promo_code` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `campaign_id` int unsigned NOT NULL COMMENT 'campaign.id',
  `promo_code` varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '' COMMENT 'the code as typed, upper and lower case differ',
  `created_at` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, load column',
  PRIMARY KEY (`id`),
  -- rule: a code exists once. Also finds the campaign of a code
  UNIQUE KEY `promo_code` (`promo_code`),
  -- incremental load: the codes made since a moment
  KEY `created_at_idx` (`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Promotional codes: one row per code';

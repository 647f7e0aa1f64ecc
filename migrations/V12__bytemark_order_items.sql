-- One row per pass bought in a transit ticket order. The service writes it with the order.
-- Joins bytemark_order_payments on order_uuid, which has the buyer and the date, and bytemark_pass on pass_uuid.
-- It has no date of its own: load it in id order.
CREATE TABLE IF NOT EXISTS `bytemark_order_items` (
  `id` int NOT NULL AUTO_INCREMENT,
  `order_id` int NOT NULL COMMENT 'order at the ticket vendor',
  `order_uuid` varchar(64) DEFAULT NULL COMMENT 'bytemark_order_payments.order_uuid',
  `oauth_token` varchar(512) DEFAULT NULL COMMENT 'credential: access of the user to the ticket vendor, keep it out of datasets',
  `product_uuid` varchar(64) DEFAULT NULL COMMENT 'kind of ticket at the ticket vendor',
  `pass_uuid` varchar(64) DEFAULT NULL COMMENT 'bytemark_pass.pass_uuid',
  PRIMARY KEY (`id`),
  -- ticket report: the passes of an order
  KEY `order_idx` (`order_uuid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Passes bought in transit ticket orders: one row per pass';

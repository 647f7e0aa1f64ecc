-- One row per label that a user can carry: 1 pioneer, 2 local_user, 3 non_local_user, 4 qualified_pioneer.
-- The service keeps this short list. auth_user_label.label_id points here.
CREATE TABLE IF NOT EXISTS `user_label` (
  `id` int NOT NULL AUTO_INCREMENT COMMENT '1 pioneer, 2 local_user, 3 non_local_user, 4 qualified_pioneer',
  `name` varchar(255) NOT NULL,
  `created_on` datetime DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock',
  `modified_on` datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, last change, load column',
  PRIMARY KEY (`id`),
  -- incremental load: every dated table is read by its date, this small one too
  KEY `modified_on_idx` (`modified_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Labels that users can carry: one row per label';

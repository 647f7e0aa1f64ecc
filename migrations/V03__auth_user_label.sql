-- One row per user and label: who is a pioneer, who is local. The service adds a row when it labels a user.
-- Joins auth_user on user_id and user_label on label_id. A user carries each label at most once.
CREATE TABLE IF NOT EXISTS `auth_user_label` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int unsigned NOT NULL COMMENT 'auth_user.id',
  `label_id` int unsigned NOT NULL COMMENT 'user_label.id',
  `sheet_added_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock, when the user was added to the sheet of labels',
  `created_on` datetime DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock',
  `modified_on` datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, last change, load column',
  PRIMARY KEY (`id`),
  -- the labels of a user, each at most once
  UNIQUE KEY `user_label_idx__0` (`user_id`, `label_id`),
  -- the users of a label, answered from the index alone
  KEY `label_idx` (`label_id`, `user_id`),
  -- incremental load: the rows changed since a moment
  KEY `modified_on_idx` (`modified_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Labels of users: one row per user and label';

-- One row per user and group of the app. The service adds it on request and changes member_status later.
-- Joins auth_user on user_id. It has no date and is read whole, in id order, so the primary key is its only index.
CREATE TABLE IF NOT EXISTS `group_member` (
  `id` int NOT NULL AUTO_INCREMENT,
  `group_id` int NOT NULL COMMENT 'group in the service, which has no table here',
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  `member_status` int NOT NULL DEFAULT 0 COMMENT '0 none, 1 pending, 2 member, 3 manager',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Group memberships: one row per group and user';

-- One row per day and user who started a trip on it. Active users do not add up from day to day: whoever counts those of
-- a month needs to know who they are. Derived from trip, and made again from its rows. Joins auth_user on user_id.
-- Days that summary_state does not count as summed are not to be read here.
CREATE TABLE IF NOT EXISTS `summary_users` (
  `day` datetime NOT NULL COMMENT 'US/Central wall clock, midnight of the day',
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  -- reports and refresh: a range of days
  PRIMARY KEY (`day`, `user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Active users: one row per day and user';

-- One row per entry of the commute log that a user keeps for an employer: a telework day or a trip.
-- The user logs it, or the service does (is_autolog), and both may change it later.
-- Joins auth_user on user_id and trip on trip_id. Count only is_active = 1.
CREATE TABLE IF NOT EXISTS `telework` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  `enterprise_id` int NOT NULL COMMENT 'employer, as auth_user.enterprise_id',
  `trip_date` varchar(512) NOT NULL COMMENT 'day as text, use started_on for date arithmetic',
  `trip_id` int DEFAULT NULL COMMENT 'trip.id, empty for an entry without a recorded trip',
  `is_autolog` int NOT NULL DEFAULT 0 COMMENT '1: logged by the service, 0: by the user',
  `is_active` int NOT NULL DEFAULT 1 COMMENT '1: counts, 0: withdrawn',
  `started_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock',
  `ended_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock',
  `is_round_trip` char(1) NOT NULL DEFAULT 'F' COMMENT 'T or F',
  `is_recurring_trip` char(1) NOT NULL DEFAULT 'F' COMMENT 'T or F',
  `origin_telework_id` int NOT NULL DEFAULT 0 COMMENT 'telework.id of the entry that this one repeats, 0 if none',
  `is_work_place` char(1) NOT NULL DEFAULT 'F' COMMENT 'T or F',
  `created_on` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT 'US/Central wall clock',
  `modified_on` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT 'US/Central wall clock, last change, load column',
  PRIMARY KEY (`id`),
  -- incremental load: the rows changed since a moment
  KEY `modified_on_idx` (`modified_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Commute log: one row per logged day or trip';

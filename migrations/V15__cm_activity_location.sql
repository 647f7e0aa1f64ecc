-- One row per habit of a user: trips that resemble each other in origin, destination, time slot and mode.
-- A job of the service clusters the trips anew from time to time and updates these rows.
-- Joins auth_user on user_id. o_id and d_id group nearby places, and the places themselves are not copied.
CREATE TABLE IF NOT EXISTS `cm_activity_location` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int unsigned NOT NULL COMMENT 'auth_user.id',
  `o_id` int unsigned DEFAULT NULL COMMENT 'origin: number of a location cluster',
  `d_id` int unsigned DEFAULT NULL COMMENT 'destination: number of a location cluster',
  `departure_time` datetime DEFAULT NULL COMMENT 'UTC, usual departure',
  `departure_weekday` tinyint(1) DEFAULT 0 COMMENT '1 weekday, 0 weekend',
  `departure_time_orig` datetime DEFAULT NULL COMMENT 'UTC, original departure',
  `arrival_time` datetime DEFAULT NULL COMMENT 'UTC like departure_time, usual arrival',
  `arrival_timeslot` tinyint DEFAULT 0 COMMENT '15-minute slot of the day',
  `arrival_weekday` tinyint(1) DEFAULT 0 COMMENT '1 weekday, 0 weekend',
  `timeslot` tinyint DEFAULT 0 COMMENT '15-minute slot of the day, departure',
  `travel_mode` smallint unsigned DEFAULT 0 COMMENT 'as trip.travel_mode, 0 unknown',
  `trip_count` int DEFAULT 0 COMMENT 'trips in this cluster',
  `trip_count_quarterly` int DEFAULT 0 COMMENT 'trips in this cluster in the last quarter',
  `job_time` datetime DEFAULT NULL COMMENT 'US/Central wall clock, run of the clustering job',
  `probability_driving` decimal(5,2) DEFAULT NULL COMMENT 'per cent, 0-100',
  `probability_transit` decimal(5,2) DEFAULT NULL COMMENT 'per cent, 0-100',
  `probability_walking` decimal(5,2) DEFAULT NULL COMMENT 'per cent, 0-100',
  `probability_bicycling` decimal(5,2) DEFAULT NULL COMMENT 'per cent, 0-100',
  `pred_dest` int DEFAULT NULL COMMENT 'predicted destination: number of a location cluster',
  `top_lt1_ceff_prob` double DEFAULT NULL COMMENT 'probability 0-1 of the best prediction',
  `bayes_count` int DEFAULT NULL COMMENT 'count behind the Bayes prediction',
  `bayes_od_count` int DEFAULT NULL COMMENT 'count behind it for this origin and destination',
  `bayes_total_count` int DEFAULT NULL COMMENT 'count behind it in all',
  `created_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock',
  `modified_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock, last change, load column',
  PRIMARY KEY (`id`),
  -- habits of a user. Not unique, in spite of its name, which the service gave it
  KEY `habitual_trip_uindex` (`user_id`, `o_id`, `d_id`, `timeslot`, `departure_weekday`, `travel_mode`),
  -- trip analytics: hot spots with their mean probabilities, read in group order from the index alone
  KEY `hot_spot_idx` (`o_id`, `d_id`, `travel_mode`, `probability_driving`, `probability_transit`),
  -- incremental load: the rows changed since a moment
  KEY `modified_on_idx` (`modified_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Habitual trips: one row per user, origin, destination, time slot and mode';

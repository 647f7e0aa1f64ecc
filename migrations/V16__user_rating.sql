-- One row per rating that a user gave after a trip. The service writes it once.
-- Joins auth_user on user_id. trip_type says which kind of trip the number in trip_id belongs to.
CREATE TABLE IF NOT EXISTS `user_rating` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  `trip_id` int NOT NULL COMMENT 'trip.id, or the trip of the kind that trip_type names',
  `trip_type` varchar(32) DEFAULT NULL,
  `rating` int unsigned NOT NULL COMMENT 'stars, 1-5',
  `created_on` datetime NOT NULL COMMENT 'US/Central wall clock, look-back column',
  PRIMARY KEY (`id`),
  -- incremental load and refresh: the ratings since a moment
  KEY `created_on_idx` (`created_on`),
  -- data set of ratings: the join from trip, with the stars from the index alone
  KEY `trip_rating_idx` (`trip_id`, `rating`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Ratings of trips: one row per rating';

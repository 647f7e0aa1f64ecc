-- One row per hour and mode: the trips that started in it, summed up. Derived from trip, and made again from its rows.
-- Hours that summary_state does not count as summed are not to be read here. Joins nothing.
-- In the night that has an hour twice, one row has both.
CREATE TABLE IF NOT EXISTS `summary_trips` (
  `hour` datetime NOT NULL COMMENT 'US/Central wall clock, begin of the hour',
  `travel_mode` int NOT NULL COMMENT 'as trip.travel_mode',
  `trips` int NOT NULL DEFAULT 0 COMMENT 'how many trips started',
  `metres` double NOT NULL DEFAULT 0 COMMENT 'metres, over the trips whose distance is known',
  `measured` int NOT NULL DEFAULT 0 COMMENT 'how many of the trips have a distance that is known',
  -- reports and refresh: a range of hours
  PRIMARY KEY (`hour`, `travel_mode`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Hourly sums of trips: one row per hour and mode';

-- One row per recorded trip, whatever the mode. The service writes it at the start and completes it at the end.
-- Joins auth_user on user_id and token_transaction on user_id, with started_on after the grant for campaign effects.
-- A trip that runs has no ended_on yet: let a refresh look back further than the longest trip.
CREATE TABLE IF NOT EXISTS `trip` (
  `id` int NOT NULL AUTO_INCREMENT,
  `user_id` int NOT NULL COMMENT 'auth_user.id',
  `reservation_id` int DEFAULT NULL COMMENT 'reservation in the service, at most one trip each',
  `role` int DEFAULT NULL COMMENT '1 driver, 2 passenger',
  `travel_mode` int NOT NULL COMMENT '1 driving, 2 public transit, 3 walking, 4 biking, 5 intermodal, 6 trucking, 7 park and ride, 8 ridehail, 100 carpool, 101 instant carpool',
  `card_id` varchar(512) DEFAULT NULL COMMENT 'card in the app that the trip was started from',
  `started_on` datetime NOT NULL COMMENT 'US/Central wall clock, look-back column',
  `ended_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock, empty while the trip runs',
  `estimated_arrival_on` datetime DEFAULT NULL COMMENT 'US/Central wall clock, forecast',
  `origin` varchar(200) DEFAULT NULL COMMENT 'address',
  `origin_name` varchar(200) DEFAULT NULL,
  `origin_latitude` double DEFAULT NULL COMMENT 'degrees, -90 to 90',
  `origin_longitude` double DEFAULT NULL COMMENT 'degrees, -180 to 180',
  `destination` varchar(200) DEFAULT NULL COMMENT 'address',
  `destination_name` varchar(200) DEFAULT NULL,
  `destination_latitude` double DEFAULT NULL COMMENT 'degrees, -90 to 90',
  `destination_longitude` double DEFAULT NULL COMMENT 'degrees, -180 to 180',
  `final_destination_name` varchar(200) DEFAULT NULL COMMENT 'where the user goes in the end, beyond destination',
  `final_destination_address` varchar(200) DEFAULT NULL,
  `final_destination_latitude` double DEFAULT NULL COMMENT 'degrees, -90 to 90',
  `final_destination_longitude` double DEFAULT NULL COMMENT 'degrees, -180 to 180',
  `distance` double DEFAULT NULL COMMENT 'metres',
  `trip_detail_uuid` varchar(255) DEFAULT NULL COMMENT 'trip details in the service, which have no table here',
  `is_calendar_event` int DEFAULT NULL COMMENT '1: belongs to a calendar entry',
  `local_time` datetime DEFAULT NULL COMMENT 'wall clock at the place of the trip',
  `trajectory_distance` double DEFAULT 0 COMMENT 'metres, along the recorded trajectory',
  `is_HGAC` tinyint(1) DEFAULT 0 COMMENT '1: inside the boundary of the region',
  `end_status` tinyint NOT NULL DEFAULT 0 COMMENT '0 not ended, 1 ended by the driver, 2 ended by the user',
  `navigation_app` tinyint NOT NULL DEFAULT 1 COMMENT '1 HERE, 2 Google, 3 Apple, 4 Waze',
  `car_navigation_system` varchar(16) DEFAULT NULL COMMENT 'carplay or androidauto',
  `occupancy` tinyint DEFAULT 1 COMMENT 'persons in the vehicle',
  `failed_reason` varchar(128) DEFAULT NULL,
  `eta_valid_result` tinyint DEFAULT NULL COMMENT 'result of checking the estimated arrival',
  `end_type` varchar(16) DEFAULT NULL COMMENT 'auto or manual',
  PRIMARY KEY (`id`),
  -- rule: one trip per reservation
  UNIQUE KEY `reservation_id` (`reservation_id`),
  -- campaign and engagement reports: the trips of a user, from a moment on
  KEY `user_started_idx` (`user_id`, `started_on`),
  -- trip analytics and refresh: a date range by mode and distance from the index alone
  KEY `trip_analytics_idx` (`started_on`, `travel_mode`, `distance`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='Trips: one row per recorded trip, any mode';

-- Full plays of a listener on a day, for the tiers that have so many a day.
CREATE TABLE dailyPlays (
  listener VARCHAR(44) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'u and the id of a user, or a and the daily hash of a visitor',
  day DATE NOT NULL,
  plays INT DEFAULT 0 NOT NULL,
  PRIMARY KEY (day, listener)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

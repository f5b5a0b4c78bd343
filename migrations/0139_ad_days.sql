-- How often an advertisement was seen and followed on a day, by listeners with an account and by visitors.
CREATE TABLE adDays (
  adId INT NOT NULL,
  day DATE NOT NULL,
  impressions INT DEFAULT 0 NOT NULL,
  clicks INT DEFAULT 0 NOT NULL,
  visitorImpressions INT DEFAULT 0 NOT NULL,
  visitorClicks INT DEFAULT 0 NOT NULL,
  billed INT NULL COMMENT 'in cents: what the advertiser pays for the day; NULL: the day is not closed',
  FOREIGN KEY (adId) REFERENCES advertisements(id),
  PRIMARY KEY (adId, day),
  INDEX idx_adDays_day (day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What advertisers have shown to listeners without a subscription, and what they pay for it.
CREATE TABLE advertisements (
  id INT AUTO_INCREMENT PRIMARY KEY,
  advertiser VARCHAR(120) NOT NULL,
  headline VARCHAR(80) NOT NULL,
  body VARCHAR(200) NOT NULL,
  link VARCHAR(500) NOT NULL,
  pricePerThousand INT NOT NULL COMMENT 'in cents, for a thousand impressions',
  startsOn DATE NOT NULL,
  endsOn DATE NULL COMMENT 'its last day; NULL: until it is paused',
  isActive INT DEFAULT 1 NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  INDEX idx_advertisements_active (isActive, startsOn)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

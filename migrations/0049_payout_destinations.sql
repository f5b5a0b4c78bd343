-- Where an artist wants to be paid.
CREATE TABLE payoutDestinations (
  artistId INT PRIMARY KEY,
  method ENUM('paypal', 'stripe', 'bank') NOT NULL,
  destination VARCHAR(255) NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (artistId) REFERENCES artistProfiles(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What an artist earned, net, a row for each cent once. The columns are a contract: none is added here.
CREATE TABLE IF NOT EXISTS creatorEarnings (
  id INT AUTO_INCREMENT PRIMARY KEY,
  artistId INT NOT NULL,
  trackId INT,
  playlistId INT,
  earningType ENUM('streams', 'downloads', 'tips', 'merchandise') NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
  period VARCHAR(64),
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (artistId) REFERENCES artistProfiles(id) ON DELETE CASCADE,
  FOREIGN KEY (trackId) REFERENCES artistUploads(id) ON DELETE SET NULL,
  FOREIGN KEY (playlistId) REFERENCES userPlaylists(id) ON DELETE SET NULL,
  INDEX idx_artistId (artistId),
  INDEX idx_earningType (earningType),
  INDEX idx_createdAt (createdAt),
  INDEX idx_period (period),
  INDEX idx_creatorEarnings_artist_type (artistId, earningType)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

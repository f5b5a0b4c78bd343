-- Each time a playlist was shared, and where. The columns are a contract: none is added here.
CREATE TABLE IF NOT EXISTS playlistShares (
  id INT AUTO_INCREMENT PRIMARY KEY,
  playlistId INT NOT NULL,
  sharedBy INT NOT NULL,
  platform VARCHAR(64),
  sharedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (playlistId) REFERENCES userPlaylists(id) ON DELETE CASCADE,
  FOREIGN KEY (sharedBy) REFERENCES users(id) ON DELETE CASCADE,
  INDEX idx_playlistId (playlistId),
  INDEX idx_sharedBy (sharedBy),
  INDEX idx_platform (platform)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

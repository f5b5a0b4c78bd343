-- Who follows which playlist. The columns are a contract: none is added here.
CREATE TABLE IF NOT EXISTS playlistFollowers (
  id INT AUTO_INCREMENT PRIMARY KEY,
  playlistId INT NOT NULL,
  userId INT NOT NULL,
  followedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (playlistId) REFERENCES userPlaylists(id) ON DELETE CASCADE,
  FOREIGN KEY (userId) REFERENCES users(id) ON DELETE CASCADE,
  INDEX idx_playlistId (playlistId),
  INDEX idx_userId (userId),
  UNIQUE KEY unique_playlist_follower (playlistId, userId)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

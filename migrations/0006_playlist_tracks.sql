-- The songs of a mix, in order.
CREATE TABLE IF NOT EXISTS playlistTracks (
  id INT AUTO_INCREMENT PRIMARY KEY,
  playlistId INT NOT NULL,
  trackId INT NOT NULL,
  position INT DEFAULT 0 NOT NULL,
  addedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (playlistId) REFERENCES playlists(id) ON DELETE CASCADE,
  FOREIGN KEY (trackId) REFERENCES tracks(id) ON DELETE CASCADE,
  INDEX idx_playlistTracks_order (playlistId, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

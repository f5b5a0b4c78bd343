-- The tracks and songs of a user's playlist, in order.
CREATE TABLE userPlaylistTracks (
  id INT AUTO_INCREMENT PRIMARY KEY,
  playlistId INT NOT NULL,
  position INT NOT NULL COMMENT 'from 1, without gaps',
  uploadId INT NULL,
  trackId INT NULL COMMENT 'a song of the catalogue',
  addedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (playlistId) REFERENCES userPlaylists(id) ON DELETE CASCADE,
  FOREIGN KEY (uploadId) REFERENCES artistUploads(id),
  FOREIGN KEY (trackId) REFERENCES tracks(id),
  INDEX idx_userPlaylistTracks_order (playlistId, position)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Every play as it was heard, counted or not, with the reason.
CREATE TABLE IF NOT EXISTS streamHistory (
  id BIGINT AUTO_INCREMENT PRIMARY KEY,
  userId INT NULL,
  anonymousId CHAR(43) NULL COMMENT 'a keyed hash that changes daily, for visitors',
  uploadId INT NULL,
  trackId INT NULL COMMENT 'a song of the catalogue',
  playlistId INT NULL,
  source VARCHAR(32) DEFAULT 'page' NOT NULL COMMENT 'page, playlist, embed, search, share',
  playId CHAR(26) NULL COMMENT 'given when playing starts; a report twice is one row',
  listenedMs INT DEFAULT 0 NOT NULL COMMENT 'really listened to',
  counted INT DEFAULT 0 NOT NULL,
  excludedReason VARCHAR(32) NULL,
  playedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id) ON DELETE SET NULL,
  FOREIGN KEY (uploadId) REFERENCES artistUploads(id),
  FOREIGN KEY (trackId) REFERENCES tracks(id),
  FOREIGN KEY (playlistId) REFERENCES userPlaylists(id) ON DELETE SET NULL,
  UNIQUE KEY unique_streamHistory_playId (playId),
  INDEX idx_streamHistory_user (userId, id),
  INDEX idx_streamHistory_upload (uploadId, playedAt),
  INDEX idx_streamHistory_once (uploadId, userId, playedAt),
  INDEX idx_streamHistory_anonymous (uploadId, anonymousId, playedAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

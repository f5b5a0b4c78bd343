-- Every download of an upload that was begun: the truth behind artistUploads.downloads.
CREATE TABLE trackDownloads (
  id BIGINT AUTO_INCREMENT PRIMARY KEY,
  trackId INT NOT NULL,
  userId INT NULL COMMENT 'NULL: a visitor',
  format VARCHAR(16) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  downloadedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (trackId) REFERENCES artistUploads(id),
  FOREIGN KEY (userId) REFERENCES users(id) ON DELETE SET NULL,
  INDEX idx_trackDownloads_track (trackId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

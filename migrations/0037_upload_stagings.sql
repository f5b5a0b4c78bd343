-- Uploads from their first byte until there is a row in artistUploads.
CREATE TABLE uploadStagings (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  artistId INT NOT NULL,
  fileName VARCHAR(255) NOT NULL,
  bytesReceived BIGINT DEFAULT 0 NOT NULL,
  bytesExpected BIGINT NULL,
  state ENUM('uploading', 'uploaded', 'failed') NOT NULL,
  failure VARCHAR(64) NULL,
  trackId INT NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  updatedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (artistId) REFERENCES artistProfiles(id),
  FOREIGN KEY (trackId) REFERENCES artistUploads(id),
  INDEX idx_uploadStagings_artist (artistId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Every stored file, with what is known of it.
CREATE TABLE IF NOT EXISTS uploadedFiles (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NULL,
  fileKey VARCHAR(512) NOT NULL,
  fileName VARCHAR(255) NULL COMMENT 'as the person called it',
  mimeType VARCHAR(128) NOT NULL,
  size BIGINT NOT NULL COMMENT 'in bytes',
  metadata JSON NULL COMMENT 'duration in seconds, bitrate in kbit/s, sampleRate in Hz',
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id) ON DELETE SET NULL,
  UNIQUE KEY unique_uploadedFiles_fileKey (fileKey)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

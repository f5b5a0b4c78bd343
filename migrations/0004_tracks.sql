-- The label's songs. (What artists upload stands in artistUploads.)
CREATE TABLE IF NOT EXISTS tracks (
  id INT AUTO_INCREMENT PRIMARY KEY,
  albumId INT NULL,
  title VARCHAR(255) NOT NULL,
  artistName VARCHAR(255) NOT NULL,
  genre VARCHAR(64),
  trackNumber INT NULL,
  audioUrl VARCHAR(512) NULL,
  audioKey VARCHAR(512) NULL,
  coverArtUrl VARCHAR(512) NULL,
  duration INT COMMENT 'in seconds',
  price INT COMMENT 'in cents; NULL: not for sale',
  isExplicit INT DEFAULT 0 NOT NULL,
  isPublished INT DEFAULT 0 NOT NULL,
  plays INT DEFAULT 0 NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (albumId) REFERENCES albums(id) ON DELETE SET NULL,
  INDEX idx_tracks_album (albumId, trackNumber),
  INDEX idx_tracks_isPublished (isPublished, id),
  INDEX idx_tracks_genre (genre)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

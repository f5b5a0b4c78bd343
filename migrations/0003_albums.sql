-- The label's albums.
CREATE TABLE IF NOT EXISTS albums (
  id INT AUTO_INCREMENT PRIMARY KEY,
  title VARCHAR(255) NOT NULL,
  artistName VARCHAR(255) NOT NULL,
  description TEXT,
  genre VARCHAR(64),
  coverImageUrl VARCHAR(512),
  price INT COMMENT 'in cents; NULL: not for sale',
  releaseDate TIMESTAMP NULL,
  isPublished INT DEFAULT 0 NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  INDEX idx_albums_isPublished (isPublished, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

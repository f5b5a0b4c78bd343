-- An artist: at most one per account. The columns are a contract: none is added here.
CREATE TABLE IF NOT EXISTS artistProfiles (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL UNIQUE,
  artistName VARCHAR(255) NOT NULL,
  bio TEXT,
  profileImage VARCHAR(512),
  bannerImage VARCHAR(512),
  genre VARCHAR(64),
  location VARCHAR(255),
  website VARCHAR(512),
  socialLinks TEXT COMMENT 'JSON',
  followers INT DEFAULT 0 NOT NULL,
  totalPlays INT DEFAULT 0 NOT NULL,
  verifiedBadge INT DEFAULT 0 NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id) ON DELETE CASCADE,
  INDEX idx_userId (userId),
  INDEX idx_genre (genre),
  INDEX idx_createdAt (createdAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

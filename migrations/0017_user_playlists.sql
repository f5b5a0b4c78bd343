-- A playlist by a listener. The columns are a contract: none is added here.
CREATE TABLE IF NOT EXISTS userPlaylists (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  name VARCHAR(255) NOT NULL,
  description TEXT,
  coverImageUrl VARCHAR(512),
  isPublic INT DEFAULT 0 NOT NULL,
  plays INT DEFAULT 0 NOT NULL,
  shares INT DEFAULT 0 NOT NULL,
  followers INT DEFAULT 0 NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id) ON DELETE CASCADE,
  INDEX idx_userId (userId),
  INDEX idx_isPublic (isPublic),
  INDEX idx_createdAt (createdAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

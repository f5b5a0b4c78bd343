-- A genre of the catalogue that a listener has bought access to.
CREATE TABLE IF NOT EXISTS genreAccess (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  genre VARCHAR(64) NOT NULL,
  paymentId INT NULL,
  grantedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  expiresAt TIMESTAMP NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  UNIQUE KEY unique_genreAccess (userId, genre)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Albums bought.
CREATE TABLE IF NOT EXISTS albumPurchases (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  albumId INT NOT NULL,
  paymentId INT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  purchasedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  FOREIGN KEY (albumId) REFERENCES albums(id),
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  INDEX idx_albumPurchases_user (userId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

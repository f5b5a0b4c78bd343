-- Impressions and clicks per listener and advertisement. The columns are a contract: none is added here.
CREATE TABLE IF NOT EXISTS adMetrics (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  adId VARCHAR(255) NOT NULL,
  impressions INT DEFAULT 0 NOT NULL,
  clicks INT DEFAULT 0 NOT NULL,
  lastInteraction TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id) ON DELETE CASCADE,
  INDEX idx_userId (userId),
  INDEX idx_adId (adId),
  INDEX idx_createdAt (createdAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Payouts that artists asked for. The columns are a contract: none is added here.
CREATE TABLE IF NOT EXISTS creatorPayouts (
  id INT AUTO_INCREMENT PRIMARY KEY,
  artistId INT NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  status ENUM('pending', 'processing', 'completed', 'failed') DEFAULT 'pending' NOT NULL,
  paymentMethod VARCHAR(64),
  transactionId VARCHAR(255),
  requestedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  processedAt TIMESTAMP NULL,
  FOREIGN KEY (artistId) REFERENCES artistProfiles(id) ON DELETE CASCADE,
  INDEX idx_artistId (artistId),
  INDEX idx_status (status),
  INDEX idx_requestedAt (requestedAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

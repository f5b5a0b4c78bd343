-- Tips from listeners to artists. The columns are a contract: none is added here.
CREATE TABLE IF NOT EXISTS tips (
  id INT AUTO_INCREMENT PRIMARY KEY,
  senderId INT NOT NULL,
  recipientId INT NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  message TEXT,
  trackId INT,
  paymentStatus ENUM('pending', 'completed', 'failed') DEFAULT 'completed' NOT NULL,
  stripePaymentId VARCHAR(255),
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (senderId) REFERENCES users(id) ON DELETE CASCADE,
  FOREIGN KEY (recipientId) REFERENCES users(id) ON DELETE CASCADE,
  FOREIGN KEY (trackId) REFERENCES artistUploads(id) ON DELETE SET NULL,
  INDEX idx_senderId (senderId),
  INDEX idx_recipientId (recipientId),
  INDEX idx_createdAt (createdAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Every payment by a listener, whatever it was for.
CREATE TABLE IF NOT EXISTS payments (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
  purpose VARCHAR(32) NOT NULL COMMENT 'tip, purchase, subscription, merchandise',
  provider VARCHAR(32) NOT NULL COMMENT 'sandbox, stripe, paypal',
  providerPaymentId VARCHAR(255) NULL,
  status ENUM('pending', 'completed', 'failed', 'refunded') DEFAULT 'pending' NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  completedAt TIMESTAMP NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  UNIQUE KEY unique_payments_provider (provider, providerPaymentId),
  INDEX idx_payments_user (userId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Who subscribes to which tier, from when until when.
CREATE TABLE IF NOT EXISTS userSubscriptions (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  tierId INT NOT NULL,
  status ENUM('active', 'past_due', 'cancelled', 'expired') DEFAULT 'active' NOT NULL,
  currentPeriodStart TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  currentPeriodEnd TIMESTAMP NULL,
  cancelAtPeriodEnd INT DEFAULT 0 NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  FOREIGN KEY (tierId) REFERENCES subscriptionTiers(id),
  INDEX idx_userSubscriptions_user (userId, status)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

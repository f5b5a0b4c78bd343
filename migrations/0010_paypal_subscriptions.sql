-- The agreement at PayPal behind a subscription.
CREATE TABLE IF NOT EXISTS paypalSubscriptions (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  userSubscriptionId INT NULL,
  paypalSubscriptionId VARCHAR(255) NOT NULL,
  status VARCHAR(32) NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  FOREIGN KEY (userSubscriptionId) REFERENCES userSubscriptions(id),
  UNIQUE KEY unique_paypalSubscription (paypalSubscriptionId)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

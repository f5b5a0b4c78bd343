-- Each payment of a subscription: what it is for, and the days that it covers.
CREATE TABLE subscriptionOrders (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  paymentId INT NOT NULL,
  tierId INT NOT NULL,
  subscriptionId INT NULL COMMENT 'none yet: this payment begins it',
  kind ENUM('start', 'change', 'renewal', 'late') NOT NULL COMMENT 'late: paid by hand, after a renewal failed',
  amount INT NOT NULL COMMENT 'in cents',
  startsAt TIMESTAMP(6) NULL,
  endsAt TIMESTAMP(6) NULL COMMENT 'no longer with it',
  state ENUM('pending', 'completed', 'failed') NOT NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  completedAt TIMESTAMP(6) NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  FOREIGN KEY (tierId) REFERENCES subscriptionTiers(id),
  FOREIGN KEY (subscriptionId) REFERENCES userSubscriptions(id),
  UNIQUE KEY unique_subscriptionOrder_payment (paymentId),
  INDEX idx_subscriptionOrders_user (userId, id),
  INDEX idx_subscriptionOrders_subscription (subscriptionId, state)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

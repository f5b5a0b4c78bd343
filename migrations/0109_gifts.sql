-- Codes by which what was bought for somebody else is taken along, and who keeps it.
CREATE TABLE gifts (
  id INT AUTO_INCREMENT PRIMARY KEY,
  orderId INT NOT NULL,
  code CHAR(16) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  downloads INT DEFAULT 0 NOT NULL COMMENT 'without an account',
  claimedBy INT NULL COMMENT 'the account that keeps it',
  claimedAt TIMESTAMP(6) NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (orderId) REFERENCES purchaseOrders(id),
  FOREIGN KEY (claimedBy) REFERENCES users(id),
  UNIQUE KEY unique_gift_order (orderId),
  UNIQUE KEY unique_gift_code (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

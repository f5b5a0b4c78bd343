-- What somebody is buying or has bought: one thing of either catalogue, and what was asked and chosen for it.
CREATE TABLE purchaseOrders (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  paymentId INT NOT NULL,
  uploadId INT NULL,
  trackId INT NULL,
  albumId INT NULL,
  price INT NOT NULL COMMENT 'what was asked, in cents',
  amount INT NOT NULL COMMENT 'what the buyer chose to pay, in cents',
  state ENUM('pending', 'completed', 'failed') NOT NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  completedAt TIMESTAMP(6) NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  FOREIGN KEY (uploadId) REFERENCES artistUploads(id),
  FOREIGN KEY (trackId) REFERENCES tracks(id),
  FOREIGN KEY (albumId) REFERENCES albums(id),
  UNIQUE KEY unique_purchaseOrder_payment (paymentId),
  INDEX idx_purchaseOrders_user (userId, state, completedAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Songs of the catalogue and downloads of uploads that were bought.
CREATE TABLE IF NOT EXISTS songPurchases (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  trackId INT NULL COMMENT 'a song of the catalogue',
  uploadId INT NULL COMMENT 'an upload of an artist',
  paymentId INT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  purchasedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  FOREIGN KEY (trackId) REFERENCES tracks(id),
  FOREIGN KEY (uploadId) REFERENCES artistUploads(id),
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  INDEX idx_songPurchases_user (userId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

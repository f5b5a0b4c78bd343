-- What people say under an upload; artistUploads.comments counts those not removed.
CREATE TABLE trackComments (
  id INT AUTO_INCREMENT PRIMARY KEY,
  trackId INT NOT NULL,
  userId INT NOT NULL,
  body TEXT NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  removedAt TIMESTAMP NULL,
  FOREIGN KEY (trackId) REFERENCES artistUploads(id),
  FOREIGN KEY (userId) REFERENCES users(id),
  INDEX idx_trackComments_track (trackId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

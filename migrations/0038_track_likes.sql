-- Who likes which upload; artistUploads.likes counts these.
CREATE TABLE trackLikes (
  trackId INT NOT NULL,
  userId INT NOT NULL,
  likedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  PRIMARY KEY (trackId, userId),
  FOREIGN KEY (trackId) REFERENCES artistUploads(id),
  FOREIGN KEY (userId) REFERENCES users(id),
  INDEX idx_trackLikes_user (userId, likedAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

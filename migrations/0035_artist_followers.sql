-- Who follows whom; artistProfiles.followers counts these.
CREATE TABLE artistFollowers (
  artistId INT NOT NULL,
  userId INT NOT NULL,
  followedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  PRIMARY KEY (artistId, userId),
  FOREIGN KEY (artistId) REFERENCES artistProfiles(id),
  FOREIGN KEY (userId) REFERENCES users(id),
  INDEX idx_artistFollowers_user (userId, followedAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

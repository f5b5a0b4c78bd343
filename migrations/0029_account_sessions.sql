-- Whose session it is, so that a person can see and end them.
CREATE TABLE accountSessions (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  userId INT NOT NULL,
  sessionId CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  userAgent VARCHAR(255) NOT NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  lastSeenAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  UNIQUE KEY unique_accountSession (sessionId),
  INDEX idx_accountSessions_user (userId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

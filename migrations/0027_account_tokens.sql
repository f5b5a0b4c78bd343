-- Links sent by e-mail: verification, reset, a new address. Only the token's digest is kept.
CREATE TABLE accountTokens (
  digest CHAR(43) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  userId INT NOT NULL,
  purpose ENUM('verify', 'reset', 'change') NOT NULL,
  email VARCHAR(254) NOT NULL COMMENT 'the address it was sent to',
  expiresAt TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  usedAt TIMESTAMP NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  INDEX idx_accountTokens_user (userId, purpose)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

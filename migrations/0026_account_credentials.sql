-- How a person logs in: the e-mail, normalised and unique, and the password's hash.
CREATE TABLE accountCredentials (
  userId INT PRIMARY KEY,
  email VARCHAR(254) NOT NULL COMMENT 'as it was typed',
  emailKey VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'normalised; anonymised when the account is closed',
  emailVerifiedAt TIMESTAMP NULL,
  passwordHash VARCHAR(255) NULL COMMENT 'Argon2id; NULL: only a reset by e-mail gets in',
  closedAt TIMESTAMP NULL,
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  UNIQUE KEY unique_account_email (emailKey)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

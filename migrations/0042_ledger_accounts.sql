-- The journal's accounts: whose, for what, in which currency.
CREATE TABLE ledgerAccounts (
  id INT AUTO_INCREMENT PRIMARY KEY,
  code VARCHAR(100) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'such as artist:12:available',
  artistId INT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  mayBeNegative INT NOT NULL COMMENT '1: an account of the outside world',
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (artistId) REFERENCES artistProfiles(id),
  UNIQUE KEY unique_ledgerAccount (code, currency)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

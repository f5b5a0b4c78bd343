-- What was taken back from an artist who had been paid already. The next earnings pay it first.
CREATE TABLE artistDebts (
  id INT AUTO_INCREMENT PRIMARY KEY,
  artistId INT NOT NULL,
  transactionId CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'what took it back',
  amount INT NOT NULL COMMENT 'in cents',
  remaining INT NOT NULL COMMENT 'of it, what is still owed',
  openedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  settledAt TIMESTAMP(6) NULL,
  FOREIGN KEY (artistId) REFERENCES artistProfiles(id),
  FOREIGN KEY (transactionId) REFERENCES ledgerTransactions(id),
  INDEX idx_artistDebts_artist (artistId, remaining)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The lines of a transaction; they sum to zero. Only ever added to.
CREATE TABLE ledgerEntries (
  id BIGINT AUTO_INCREMENT PRIMARY KEY,
  transactionId CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  line INT NOT NULL,
  accountId INT NOT NULL,
  amount BIGINT NOT NULL COMMENT 'in cents; positive: the account holds more',
  FOREIGN KEY (transactionId) REFERENCES ledgerTransactions(id),
  FOREIGN KEY (accountId) REFERENCES ledgerAccounts(id),
  UNIQUE KEY unique_ledgerEntry (transactionId, line),
  INDEX idx_ledgerEntries_account (accountId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

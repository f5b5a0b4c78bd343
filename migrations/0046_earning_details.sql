-- A row of creatorEarnings: what justifies it, what it came from, when it may be paid out.
CREATE TABLE earningDetails (
  earningId INT PRIMARY KEY,
  transactionId CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  line INT NOT NULL COMMENT 'the entry of the transaction',
  gross INT NOT NULL COMMENT 'in cents',
  fee INT NOT NULL COMMENT 'in cents',
  availableAt TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  releasedAt TIMESTAMP(6) NULL COMMENT 'moved from on hold to available',
  FOREIGN KEY (earningId) REFERENCES creatorEarnings(id),
  FOREIGN KEY (transactionId) REFERENCES ledgerTransactions(id),
  UNIQUE KEY unique_earning_entry (transactionId, line),
  INDEX idx_earningDetails_release (releasedAt, availableAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

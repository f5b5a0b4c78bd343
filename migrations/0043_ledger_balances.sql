-- Each account's balance: the sum of its entries, kept beside them.
CREATE TABLE ledgerBalances (
  accountId INT PRIMARY KEY,
  balance BIGINT DEFAULT 0 NOT NULL COMMENT 'in cents',
  FOREIGN KEY (accountId) REFERENCES ledgerAccounts(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What happened, once per key. Only ever added to.
CREATE TABLE ledgerTransactions (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  idempotencyKey VARCHAR(120) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  fingerprint CHAR(43) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'a digest of its content: the same key with other content is an error',
  kind VARCHAR(64) NOT NULL,
  subject VARCHAR(64) NOT NULL COMMENT 'the table of the row that it justifies',
  subjectId INT NOT NULL,
  reverses CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NULL,
  occurredAt TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  FOREIGN KEY (reverses) REFERENCES ledgerTransactions(id),
  UNIQUE KEY unique_ledgerTransaction (idempotencyKey),
  INDEX idx_ledgerTransactions_subject (subject, subjectId)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A payout's destination, its approvals, and why it failed.
CREATE TABLE payoutDetails (
  payoutId INT PRIMARY KEY,
  formKey CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'the key of the form: sent twice, it is one payout',
  requestedBy INT NOT NULL,
  destination VARCHAR(255) NOT NULL,
  firstApproverId INT NULL,
  secondApproverId INT NULL,
  approvedAt TIMESTAMP NULL,
  failureReason VARCHAR(500) NULL,
  FOREIGN KEY (payoutId) REFERENCES creatorPayouts(id),
  FOREIGN KEY (requestedBy) REFERENCES users(id),
  FOREIGN KEY (firstApproverId) REFERENCES users(id),
  FOREIGN KEY (secondApproverId) REFERENCES users(id),
  UNIQUE KEY unique_payout_formKey (formKey)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

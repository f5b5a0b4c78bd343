-- A payment under way: what it is for, its parts, where to go afterwards.
CREATE TABLE checkouts (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  paymentId INT NOT NULL,
  subject VARCHAR(64) NOT NULL COMMENT 'the table of what is paid for',
  subjectId INT NOT NULL,
  formKey CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'the key of the form: sent twice, it is one checkout',
  fingerprint CHAR(43) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  amount INT NOT NULL COMMENT 'what the payer pays, in cents',
  fee INT NOT NULL COMMENT 'of it, the platform fee',
  net INT NOT NULL COMMENT 'of it, what the artist receives',
  state ENUM('open', 'completed', 'declined', 'expired') NOT NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  finishedAt TIMESTAMP(6) NULL,
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  UNIQUE KEY unique_checkout_payment (paymentId),
  UNIQUE KEY unique_checkout_formKey (formKey)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

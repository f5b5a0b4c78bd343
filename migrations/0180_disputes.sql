-- Payments that a payer's bank takes back: at once, until it is decided who is right.
CREATE TABLE disputes (
  id INT AUTO_INCREMENT PRIMARY KEY,
  provider VARCHAR(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  reference VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the name that the provider gave it',
  payment VARCHAR(255) NOT NULL COMMENT 'the provider''s name of the payment',
  paymentId INT NULL COMMENT 'none: the payment is not known here, or not yet',
  amount INT NOT NULL COMMENT 'in cents, what the bank takes',
  fee INT NOT NULL COMMENT 'what the provider takes for it',
  feeBack INT NOT NULL COMMENT 'of it, what the provider gives back when it is won',
  taken INT NOT NULL COMMENT 'of the amount, what was left of the payment and taken from whom it went to; the rest the site bears',
  net INT NOT NULL COMMENT 'of what was taken, the receiver''s part',
  reason VARCHAR(100) NOT NULL COMMENT 'the bank''s word',
  state ENUM('open', 'won', 'lost') NOT NULL COMMENT 'what the provider said last',
  answerBy TIMESTAMP NULL,
  openedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  takenAt TIMESTAMP(6) NULL,
  settledAt TIMESTAMP(6) NULL COMMENT 'when the journal followed the decision',
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  UNIQUE KEY unique_dispute_reference (provider, reference),
  INDEX idx_disputes_payment (paymentId, id),
  INDEX idx_disputes_unsettled (settledAt, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The statement: which earnings a payout pays, to the cent.
CREATE TABLE payoutEarnings (
  payoutId INT NOT NULL,
  earningId INT NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  PRIMARY KEY (payoutId, earningId),
  FOREIGN KEY (payoutId) REFERENCES creatorPayouts(id),
  FOREIGN KEY (earningId) REFERENCES creatorEarnings(id),
  INDEX idx_payoutEarnings_earning (earningId)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

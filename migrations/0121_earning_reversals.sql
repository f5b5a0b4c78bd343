-- Earnings that take others back, and why. They are released together with what they take back.
CREATE TABLE earningReversals (
  earningId INT PRIMARY KEY,
  ofEarningId INT NOT NULL COMMENT 'what is taken back',
  refundId INT NOT NULL,
  FOREIGN KEY (earningId) REFERENCES creatorEarnings(id),
  FOREIGN KEY (ofEarningId) REFERENCES creatorEarnings(id),
  FOREIGN KEY (refundId) REFERENCES refunds(id),
  INDEX idx_earningReversals_of (ofEarningId)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

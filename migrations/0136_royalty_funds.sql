-- What of a subscription's payment goes to whom its payer hears in the days it covers.
CREATE TABLE royaltyFunds (
  paymentId INT PRIMARY KEY,
  userId INT NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  startsAt TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) COMMENT 'the days it covers: from',
  endsAt TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) COMMENT 'and until, no longer with it',
  closingId INT NULL COMMENT 'the month that shared it',
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  FOREIGN KEY (userId) REFERENCES users(id),
  FOREIGN KEY (closingId) REFERENCES royaltyClosings(id),
  INDEX idx_royaltyFunds_listener (userId, startsAt),
  INDEX idx_royaltyFunds_open (closingId, endsAt, paymentId)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

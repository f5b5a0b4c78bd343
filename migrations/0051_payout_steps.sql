-- What happened to a payout, step by step, as the artist and the admin see it.
CREATE TABLE payoutSteps (
  id INT AUTO_INCREMENT PRIMARY KEY,
  payoutId INT NOT NULL,
  step ENUM('requested', 'first_approval', 'approved', 'sent', 'completed', 'refused', 'failed', 'returned') NOT NULL,
  actorId INT NULL COMMENT 'NULL: the system',
  note VARCHAR(500) NULL,
  happenedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (payoutId) REFERENCES creatorPayouts(id),
  FOREIGN KEY (actorId) REFERENCES users(id),
  INDEX idx_payoutSteps_payout (payoutId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

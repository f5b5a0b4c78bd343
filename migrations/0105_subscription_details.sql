-- How a subscription is paid for and goes on. Without a row here (one of an adopted database) it ends with its period.
CREATE TABLE subscriptionDetails (
  subscriptionId INT PRIMARY KEY,
  provider VARCHAR(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  anchorDay INT NOT NULL COMMENT 'the day of the month on which it began; shorter months end it earlier',
  nextTierId INT NULL COMMENT 'the tier from the next period on',
  attempts INT DEFAULT 0 NOT NULL COMMENT 'renewals of this period that failed',
  nextAttemptAt TIMESTAMP(6) NULL,
  keptUntil TIMESTAMP(6) NULL COMMENT 'until then the tier is kept, though the next period is not paid',
  updatedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (subscriptionId) REFERENCES userSubscriptions(id),
  FOREIGN KEY (nextTierId) REFERENCES subscriptionTiers(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A day's advertising money or a month's subscription money, shared among those who were heard: each once.
CREATE TABLE royaltyClosings (
  id INT AUTO_INCREMENT PRIMARY KEY,
  cadence VARCHAR(16) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'daily or monthly, as creatorEarnings.period',
  startsOn DATE NOT NULL,
  endsOn DATE NOT NULL COMMENT 'the first day that is no longer in it',
  amount INT DEFAULT 0 NOT NULL COMMENT 'in cents: what there was to share',
  plays INT DEFAULT 0 NOT NULL COMMENT 'counted plays that shared it',
  listeners INT DEFAULT 0 NOT NULL COMMENT 'who they were by: accounts and, for a day, visitors',
  sharedAt TIMESTAMP(6) NULL COMMENT 'every share is worked out; from now on the shares stay as they are',
  postedAt TIMESTAMP(6) NULL COMMENT 'every share is in the journal',
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  UNIQUE KEY unique_royaltyClosing (cadence, startsOn)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

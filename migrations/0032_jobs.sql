-- Work to be done in the background, at least once.
CREATE TABLE jobs (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  kind VARCHAR(64) NOT NULL,
  payload TEXT NOT NULL COMMENT 'JSON',
  state ENUM('queued', 'running', 'done', 'dead') DEFAULT 'queued' NOT NULL,
  attempts INT DEFAULT 0 NOT NULL,
  runAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  lockedUntil TIMESTAMP(6) NULL,
  lastError TEXT NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  finishedAt TIMESTAMP(6) NULL,
  INDEX idx_jobs_due (state, runAt),
  INDEX idx_jobs_kind (kind, state)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

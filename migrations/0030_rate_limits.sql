-- Attempts per bucket and window, over all servers.
CREATE TABLE rateLimits (
  bucket VARCHAR(120) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  hits INT NOT NULL,
  resetsAt TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  INDEX idx_rateLimits_resetsAt (resetsAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

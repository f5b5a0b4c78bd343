-- One batch of plays is judged at a time, over all servers: its one row is the lock.
CREATE TABLE playJudge (
  id INT PRIMARY KEY,
  batches BIGINT DEFAULT 0 NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Up to which line a listener deleted the whole history.
CREATE TABLE historyCuts (
  userId INT PRIMARY KEY,
  upTo BIGINT NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

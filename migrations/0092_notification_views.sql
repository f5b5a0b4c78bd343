-- Until when somebody has seen what happened. What happened stands in the rows of the rooms themselves.
CREATE TABLE notificationViews (
  userId INT PRIMARY KEY,
  seenAt TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (userId) REFERENCES users(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- When a listener wants no history: what is heard meanwhile is not listed.
CREATE TABLE historyPauses (
  id INT AUTO_INCREMENT PRIMARY KEY,
  userId INT NOT NULL,
  pausedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  resumedAt TIMESTAMP NULL,
  FOREIGN KEY (userId) REFERENCES users(id),
  INDEX idx_historyPauses_user (userId, pausedAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

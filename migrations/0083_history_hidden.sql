-- Lines that a listener deleted from the history. The plays stay, for they are what artists are paid by.
CREATE TABLE historyHidden (
  historyId BIGINT PRIMARY KEY,
  hiddenAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  FOREIGN KEY (historyId) REFERENCES streamHistory(id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

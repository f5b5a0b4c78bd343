-- What payment providers tell, as it came, once by its id.
CREATE TABLE providerEvents (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  provider VARCHAR(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  eventId VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the name that the provider gave it',
  kind VARCHAR(100) NOT NULL,
  payload MEDIUMTEXT NOT NULL,
  state ENUM('received', 'done', 'kept') NOT NULL COMMENT 'kept: nothing of ours follows from it',
  note VARCHAR(500) NULL,
  receivedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  processedAt TIMESTAMP(6) NULL,
  UNIQUE KEY unique_providerEvent (provider, eventId),
  INDEX idx_providerEvents_state (state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

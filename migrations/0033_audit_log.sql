-- Who did what to whose money or account. Only ever added to.
CREATE TABLE auditLog (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  actorId INT NULL COMMENT 'NULL: the system',
  action VARCHAR(64) NOT NULL,
  subject VARCHAR(64) NOT NULL COMMENT 'a table',
  subjectId INT NOT NULL,
  detail TEXT NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (actorId) REFERENCES users(id),
  INDEX idx_auditLog_subject (subject, subjectId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

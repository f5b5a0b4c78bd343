-- Mail written in the transaction that causes it, sent by a job afterwards.
CREATE TABLE outgoingMails (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  recipient VARCHAR(254) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  body TEXT NOT NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  sentAt TIMESTAMP(6) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

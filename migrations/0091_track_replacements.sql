-- New audio of a track on its way: the old one plays until this one is ready, and stays if it fails.
CREATE TABLE trackReplacements (
  trackId INT PRIMARY KEY,
  stagingId CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  failure VARCHAR(64) NULL COMMENT 'a reason from the message catalogue',
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (trackId) REFERENCES artistUploads(id),
  FOREIGN KEY (stagingId) REFERENCES uploadStagings(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

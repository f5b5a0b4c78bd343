-- What the pipeline knows of an upload's audio, and its state.
CREATE TABLE trackMedia (
  trackId INT PRIMARY KEY,
  state ENUM('uploaded', 'processing', 'ready', 'failed', 'unavailable') NOT NULL,
  failure VARCHAR(64) NULL COMMENT 'a reason from the message catalogue',
  standardKey VARCHAR(512) NULL COMMENT 'AAC, what every listener may hear',
  highKey VARCHAR(512) NULL COMMENT 'AAC, high quality',
  durationMs INT NULL,
  loudness INT NULL COMMENT 'integrated, in hundredths of LUFS (EBU R128)',
  truePeak INT NULL COMMENT 'in hundredths of dBTP',
  waveform VARBINARY(2048) NULL COMMENT 'peaks, one byte each, 0 to 255',
  withdrawnAt TIMESTAMP NULL COMMENT 'taken down by the artist; buyers keep theirs',
  updatedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (trackId) REFERENCES artistUploads(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

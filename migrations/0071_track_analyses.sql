-- What was found by listening to an upload. What its artist says instead stands in artistUploads.
CREATE TABLE trackAnalyses (
  trackId INT PRIMARY KEY,
  audioKey VARCHAR(512) NOT NULL COMMENT 'the original that was listened to',
  codec VARCHAR(32) NOT NULL COMMENT 'of the original',
  isLossless INT DEFAULT 0 NOT NULL,
  sampleRate INT NOT NULL COMMENT 'in Hz',
  channels INT NOT NULL,
  bitDepth INT NULL COMMENT 'of lossless originals',
  bpm INT NULL COMMENT 'in hundredths of beats a minute; NULL: no steady beat was found',
  musicalKey VARCHAR(10) NULL COMMENT 'such as F#m; NULL: none stands out',
  analysedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (trackId) REFERENCES artistUploads(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

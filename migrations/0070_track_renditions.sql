-- The files that were made of an upload's audio for listening: what each holds, to the sample.
CREATE TABLE trackRenditions (
  trackId INT NOT NULL,
  quality VARCHAR(16) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'aac-128, aac-256, opus-96, opus-160, flac',
  fileKey VARCHAR(512) NOT NULL,
  mimeType VARCHAR(128) NOT NULL COMMENT 'with the codec, as a player asks for it',
  bitrate INT NOT NULL COMMENT 'in kbit/s, as it came out',
  size BIGINT NOT NULL COMMENT 'in bytes',
  sampleRate INT NOT NULL COMMENT 'in Hz',
  encoderDelay INT NOT NULL COMMENT 'samples before the first one of the music',
  padding INT NOT NULL COMMENT 'samples after the last one of the music',
  samples BIGINT NOT NULL COMMENT 'of the music, in each channel',
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  PRIMARY KEY (trackId, quality),
  FOREIGN KEY (trackId) REFERENCES artistUploads(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

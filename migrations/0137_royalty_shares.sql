-- Who gets what of a closing, for which piece, heard from where: what the journal and creatorEarnings are written from,
-- and what every cent is traced by.
CREATE TABLE royaltyShares (
  id BIGINT AUTO_INCREMENT PRIMARY KEY,
  closingId INT NOT NULL,
  paymentId INT NULL COMMENT 'whose money: a listener''s payment; NULL: what all share',
  artistId INT NULL COMMENT 'NULL: the label',
  uploadId INT NULL,
  trackId INT NULL COMMENT 'a song of the catalogue',
  playlistId INT NULL COMMENT 'heard from',
  plays INT NOT NULL COMMENT 'counted',
  listeners INT NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  FOREIGN KEY (closingId) REFERENCES royaltyClosings(id),
  FOREIGN KEY (paymentId) REFERENCES royaltyFunds(paymentId),
  FOREIGN KEY (artistId) REFERENCES artistProfiles(id),
  FOREIGN KEY (uploadId) REFERENCES artistUploads(id),
  FOREIGN KEY (trackId) REFERENCES tracks(id),
  FOREIGN KEY (playlistId) REFERENCES userPlaylists(id) ON DELETE SET NULL,
  INDEX idx_royaltyShares_closing (closingId, artistId),
  INDEX idx_royaltyShares_payment (paymentId)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

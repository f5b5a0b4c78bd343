-- The short code of a share, and what came of it.
CREATE TABLE playlistShareLinks (
  code CHAR(10) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  shareId INT NOT NULL,
  playlistId INT NOT NULL,
  visits INT DEFAULT 0 NOT NULL,
  follows INT DEFAULT 0 NOT NULL,
  FOREIGN KEY (shareId) REFERENCES playlistShares(id) ON DELETE CASCADE,
  FOREIGN KEY (playlistId) REFERENCES userPlaylists(id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- New releases, and whether an artist has something to hear.
CREATE INDEX idx_artistUploads_released ON artistUploads (isPublished, releaseDate);

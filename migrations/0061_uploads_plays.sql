-- The charts.
CREATE INDEX idx_artistUploads_plays ON artistUploads (isPublished, plays);

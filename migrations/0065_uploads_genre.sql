-- How many tracks a genre has, and its page by key.
CREATE INDEX idx_artistUploads_publishedGenre ON artistUploads (isPublished, genre);

-- What an artist earned, in the order of its list and by month, however much that is.
CREATE INDEX idx_creatorEarnings_artist_time ON creatorEarnings (artistId, createdAt);

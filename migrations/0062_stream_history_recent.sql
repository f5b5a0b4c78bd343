-- What was heard most in the last thirty days, from the index alone.
CREATE INDEX idx_streamHistory_recent ON streamHistory (counted, playedAt, uploadId);

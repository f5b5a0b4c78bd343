-- What a listener heard around a time, to tell repeats and plays at the same time.
CREATE INDEX idx_streamHistory_listener ON streamHistory (userId, playedAt);

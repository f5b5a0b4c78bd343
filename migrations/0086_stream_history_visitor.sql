-- The same of a visitor.
CREATE INDEX idx_streamHistory_visitor ON streamHistory (anonymousId, playedAt);

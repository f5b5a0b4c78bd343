-- Artists by their followers.
CREATE INDEX idx_artistProfiles_followers ON artistProfiles (followers);

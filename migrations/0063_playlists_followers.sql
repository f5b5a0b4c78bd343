-- Public playlists by their followers.
CREATE INDEX idx_userPlaylists_followers ON userPlaylists (isPublic, followers);

-- What a file that is sent in pieces is known by when it is chosen again, and the track whose audio it will replace.
ALTER TABLE uploadStagings
  ADD COLUMN fingerprint VARCHAR(64) CHARACTER SET ascii COLLATE ascii_general_ci NULL COMMENT 'of name, size and change, made by the sender',
  ADD COLUMN replaces INT NULL,
  ADD CONSTRAINT fk_uploadStagings_replaces FOREIGN KEY (replaces) REFERENCES artistUploads(id);

-- What must be the same on every server and never change once set (the currency).
CREATE TABLE siteSettings (
  name VARCHAR(64) PRIMARY KEY,
  value VARCHAR(255) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

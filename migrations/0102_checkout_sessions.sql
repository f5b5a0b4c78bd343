-- Where a provider takes the payment of a checkout.
CREATE TABLE checkoutSessions (
  checkoutId CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  provider VARCHAR(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  reference VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the name that the provider gave it',
  url TEXT NOT NULL,
  openedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  FOREIGN KEY (checkoutId) REFERENCES checkouts(id),
  UNIQUE KEY unique_checkoutSession (provider, reference)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

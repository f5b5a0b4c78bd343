-- Money that came for a checkout that was closed; it goes back.
CREATE TABLE latePayments (
  id INT AUTO_INCREMENT PRIMARY KEY,
  checkoutId CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  provider VARCHAR(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  reference VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the payment at the provider',
  amount INT NOT NULL COMMENT 'in cents',
  reason VARCHAR(500) NOT NULL,
  arrivedAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  returnedAt TIMESTAMP(6) NULL,
  FOREIGN KEY (checkoutId) REFERENCES checkouts(id),
  UNIQUE KEY unique_latePayment (provider, reference)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

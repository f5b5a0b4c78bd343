-- What the sandbox provider did with a payout it was sent. Development only.
CREATE TABLE sandboxTransfers (
  idempotencyKey VARCHAR(120) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  reference VARCHAR(64) NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  outcome ENUM('paid', 'refused') NOT NULL,
  reason VARCHAR(255) NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

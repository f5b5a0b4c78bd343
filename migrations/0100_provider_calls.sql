-- What is asked of a payment provider: written before it is sent, ended once.
CREATE TABLE providerCalls (
  id CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci PRIMARY KEY,
  provider VARCHAR(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'sandbox, stripe, paypal',
  idempotencyKey VARCHAR(100) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  generation INT NOT NULL COMMENT 'counts keys whose lifetime at the provider ended',
  request TEXT NOT NULL COMMENT 'JSON: sent again exactly as it was',
  state ENUM('pending', 'answered', 'refused') NOT NULL,
  answer TEXT NULL COMMENT 'JSON',
  attempts INT NOT NULL,
  lastError VARCHAR(500) NULL,
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  keyMadeAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  nextAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL COMMENT 'when it is sent again',
  finishedAt TIMESTAMP(6) NULL,
  UNIQUE KEY unique_providerCall (provider, idempotencyKey),
  INDEX idx_providerCalls_due (state, nextAt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

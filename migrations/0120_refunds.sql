-- What goes back to a payer: wholly or in part, and why.
CREATE TABLE refunds (
  id INT AUTO_INCREMENT PRIMARY KEY,
  paymentId INT NOT NULL,
  formKey CHAR(26) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'the key of the form: sent twice, it is one refund',
  requestedBy INT NOT NULL,
  amount INT NOT NULL COMMENT 'in cents',
  net INT NOT NULL COMMENT 'of it, what the receiver gives back',
  fee INT NOT NULL COMMENT 'of it, what the site gives back',
  reason VARCHAR(500) NOT NULL,
  state ENUM('pending', 'completed', 'failed') NOT NULL,
  failure VARCHAR(500) NULL COMMENT 'what the provider said',
  createdAt TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL,
  finishedAt TIMESTAMP(6) NULL,
  FOREIGN KEY (paymentId) REFERENCES payments(id),
  FOREIGN KEY (requestedBy) REFERENCES users(id),
  UNIQUE KEY unique_refund_formKey (formKey),
  INDEX idx_refunds_payment (paymentId, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A tip's fee, the wish to be anonymous, the artist's reply.
CREATE TABLE tipDetails (
  tipId INT PRIMARY KEY,
  paymentId INT NOT NULL,
  fee INT NOT NULL COMMENT 'in cents',
  feeCovered INT NOT NULL COMMENT '1: the listener paid the fee on top',
  anonymous INT NOT NULL,
  reply TEXT NULL,
  repliedAt TIMESTAMP NULL,
  FOREIGN KEY (tipId) REFERENCES tips(id),
  FOREIGN KEY (paymentId) REFERENCES payments(id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

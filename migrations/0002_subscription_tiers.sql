-- What a listener can subscribe to.
CREATE TABLE IF NOT EXISTS subscriptionTiers (
  id INT AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) NOT NULL,
  description TEXT,
  monthlyPrice INT DEFAULT 0 NOT NULL COMMENT 'in cents',
  features TEXT COMMENT 'JSON array of feature names',
  createdAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updatedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP NOT NULL,
  UNIQUE KEY unique_subscriptionTiers_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

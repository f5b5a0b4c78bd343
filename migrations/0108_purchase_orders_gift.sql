-- What is bought for somebody else is given away by a code.
ALTER TABLE purchaseOrders ADD COLUMN gift INT DEFAULT 0 NOT NULL;

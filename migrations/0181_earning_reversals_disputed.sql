-- Earnings are taken back by a refund or by a dispute.
ALTER TABLE earningReversals
  MODIFY refundId INT NULL,
  ADD COLUMN disputeId INT NULL,
  ADD CONSTRAINT fk_earningReversals_dispute FOREIGN KEY (disputeId) REFERENCES disputes(id);

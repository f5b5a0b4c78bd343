-- Which subscriptions end now.
CREATE INDEX idx_userSubscriptions_due ON userSubscriptions (status, currentPeriodEnd, id);

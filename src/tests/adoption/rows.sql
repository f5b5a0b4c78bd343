-- Rows of every kind in the contract's nine tables, for users 1 to 4.
INSERT INTO artistProfiles (userId, artistName, bio, socialLinks, followers, verifiedBadge) VALUES
	(1, 'Ada Lumen', 'Lights & noise 🎶', '{"twitter":"https://twitter.com/ada"}', 7, 1), (2, 'Ben', NULL, NULL, 0, 0);
INSERT INTO artistUploads (artistId, title, genre, audioUrl, audioKey, duration, `key`, releaseDate, isPublished, downloadable, downloadPrice, plays, createdAt) VALUES
	(1, 'First light', 'ambient', '/a/1', 'uploads/1.flac', 180, 'F# minor', '2024-02-29 12:00:00', 1, 1, 199, 1200, '2024-03-01 10:00:00'),
	(2, 'Draft', 'folk', '/a/2', 'uploads/2.mp3', NULL, NULL, NULL, 0, 0, NULL, 0, '2024-03-02 10:00:00');
INSERT INTO userPlaylists (userId, name, isPublic, plays, shares, followers) VALUES (3, 'Evening', 1, 3, 2, 2), (4, 'Private', 0, 0, 0, 0);
INSERT INTO playlistFollowers (playlistId, userId, followedAt) VALUES (1, 1, '2024-04-01 00:00:01'), (1, 2, '2024-04-02 00:00:00');
INSERT INTO playlistShares (playlistId, sharedBy, platform) VALUES (1, 3, 'whatsapp'), (1, 1, NULL);
INSERT INTO creatorEarnings (artistId, trackId, playlistId, earningType, amount, period, createdAt) VALUES
	(1, 1, NULL, 'streams', 4000, 'monthly', '2024-05-01 00:00:00'), (1, 1, NULL, 'downloads', 199, NULL, '2024-05-02 00:00:00'),
	(1, NULL, 1, 'tips', 500, NULL, '2024-05-03 00:00:00'), (2, NULL, NULL, 'merchandise', 2500, NULL, '2024-05-04 00:00:00');
INSERT INTO creatorPayouts (artistId, amount, status, paymentMethod, transactionId, requestedAt, processedAt) VALUES
	(1, 2000, 'completed', 'paypal', 'PP-1', '2024-06-01 00:00:00', '2024-06-02 00:00:00'), (1, 1000, 'pending', 'bank', NULL, '2024-06-03 00:00:00', NULL),
	(2, 1500, 'failed', 'stripe', NULL, '2024-06-03 00:00:00', '2024-06-04 00:00:00');
INSERT INTO tips (senderId, recipientId, amount, message, trackId, paymentStatus, stripePaymentId, createdAt) VALUES
	(3, 1, 500, 'Thank you 💛', 1, 'completed', 'pi_1', '2024-05-03 00:00:00'), (4, 1, 300, NULL, NULL, 'failed', NULL, '2024-05-04 00:00:00');
INSERT INTO adMetrics (userId, adId, impressions, clicks) VALUES (3, 'ad-1', 12, 1), (4, 'ad-1', 1, 0);

-- An older site: its own tables, and the contract's nine as Drizzle makes them from their TypeScript.
CREATE TABLE `users` (
	`id` int AUTO_INCREMENT NOT NULL,
	`openId` varchar(64) NOT NULL,
	`name` text,
	`email` varchar(320),
	`loginMethod` varchar(64),
	`role` enum('user','admin') NOT NULL DEFAULT 'user',
	`createdAt` timestamp NOT NULL DEFAULT (now()),
	`updatedAt` timestamp NOT NULL DEFAULT (now()) ON UPDATE CURRENT_TIMESTAMP,
	`lastSignedIn` timestamp NOT NULL DEFAULT (now()),
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `users_openId_unique` UNIQUE(`openId`)
);
CREATE TABLE `subscriptionTiers` (
	`id` int AUTO_INCREMENT NOT NULL,
	`name` varchar(128) NOT NULL,
	`description` text,
	`monthlyPrice` int NOT NULL,
	`features` text,
	CONSTRAINT `subscriptionTiers_id` PRIMARY KEY(`id`)
);
CREATE TABLE `userSubscriptions` (
	`id` int AUTO_INCREMENT NOT NULL,
	`userId` int NOT NULL,
	`tierId` int NOT NULL,
	`startDate` timestamp NOT NULL DEFAULT (now()),
	`endDate` timestamp NULL,
	CONSTRAINT `userSubscriptions_id` PRIMARY KEY(`id`)
);
CREATE TABLE `tracks` (
	`id` int AUTO_INCREMENT NOT NULL,
	`title` varchar(255) NOT NULL,
	`genre` text,
	`audioUrl` text,
	CONSTRAINT `tracks_id` PRIMARY KEY(`id`)
);
CREATE TABLE `favorites` (
	`id` int AUTO_INCREMENT NOT NULL,
	`userId` int NOT NULL,
	`trackId` int NOT NULL,
	`createdAt` timestamp NOT NULL DEFAULT (now()),
	CONSTRAINT `favorites_id` PRIMARY KEY(`id`)
);
CREATE TABLE `__drizzle_migrations` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`hash` text NOT NULL,
	`created_at` bigint,
	CONSTRAINT `drizzle_id` PRIMARY KEY(`id`)
);
INSERT INTO `users` (`openId`, `name`, `email`, `role`) VALUES
	('o-ada', 'Ada 🎧', ' Ada@Example.org ', 'admin'), ('o-ben', 'Ben', 'ben@example.org', 'user'),
	('o-cy', 'Cy', 'ADA@example.org', 'user'), ('o-dee', 'Dee', NULL, 'user'), ('o-eve', NULL, 'no address', 'user');
INSERT INTO `subscriptionTiers` (`name`, `monthlyPrice`) VALUES ('Free', 0), ('Premium', 1299);
INSERT INTO `userSubscriptions` (`userId`, `tierId`) VALUES (2, 2);
INSERT INTO `tracks` (`title`, `genre`) VALUES ('An old song', 'folk');
INSERT INTO `favorites` (`userId`, `trackId`) VALUES (1, 1), (2, 1);
INSERT INTO `__drizzle_migrations` (`hash`, `created_at`) VALUES ('abc', 1);
CREATE TABLE `artistProfiles` (
	`id` int AUTO_INCREMENT NOT NULL,
	`userId` int NOT NULL,
	`artistName` varchar(255) NOT NULL,
	`bio` text,
	`profileImage` varchar(512),
	`bannerImage` varchar(512),
	`genre` varchar(64),
	`location` varchar(255),
	`website` varchar(512),
	`socialLinks` text,
	`followers` int NOT NULL DEFAULT 0,
	`totalPlays` int NOT NULL DEFAULT 0,
	`verifiedBadge` int NOT NULL DEFAULT 0,
	`createdAt` timestamp NOT NULL DEFAULT (now()),
	`updatedAt` timestamp NOT NULL DEFAULT (now()) ON UPDATE CURRENT_TIMESTAMP,
	CONSTRAINT `artistProfiles_id` PRIMARY KEY(`id`),
	CONSTRAINT `artistProfiles_userId_unique` UNIQUE(`userId`)
);
CREATE TABLE `artistUploads` (
	`id` int AUTO_INCREMENT NOT NULL,
	`artistId` int NOT NULL,
	`title` varchar(255) NOT NULL,
	`description` text,
	`genre` varchar(64) NOT NULL,
	`audioUrl` varchar(512) NOT NULL,
	`audioKey` varchar(512) NOT NULL,
	`coverArtUrl` varchar(512),
	`duration` int,
	`bpm` int,
	`key` varchar(10),
	`releaseDate` timestamp,
	`isPublished` int NOT NULL DEFAULT 0,
	`isExplicit` int NOT NULL DEFAULT 0,
	`downloadable` int NOT NULL DEFAULT 0,
	`downloadPrice` int,
	`plays` int NOT NULL DEFAULT 0,
	`downloads` int NOT NULL DEFAULT 0,
	`likes` int NOT NULL DEFAULT 0,
	`comments` int NOT NULL DEFAULT 0,
	`createdAt` timestamp NOT NULL DEFAULT (now()),
	`updatedAt` timestamp NOT NULL DEFAULT (now()) ON UPDATE CURRENT_TIMESTAMP,
	CONSTRAINT `artistUploads_id` PRIMARY KEY(`id`)
);
CREATE TABLE `userPlaylists` (
	`id` int AUTO_INCREMENT NOT NULL,
	`userId` int NOT NULL,
	`name` varchar(255) NOT NULL,
	`description` text,
	`coverImageUrl` varchar(512),
	`isPublic` int NOT NULL DEFAULT 0,
	`plays` int NOT NULL DEFAULT 0,
	`shares` int NOT NULL DEFAULT 0,
	`followers` int NOT NULL DEFAULT 0,
	`createdAt` timestamp NOT NULL DEFAULT (now()),
	`updatedAt` timestamp NOT NULL DEFAULT (now()) ON UPDATE CURRENT_TIMESTAMP,
	CONSTRAINT `userPlaylists_id` PRIMARY KEY(`id`)
);
CREATE TABLE `playlistFollowers` (
	`id` int AUTO_INCREMENT NOT NULL,
	`playlistId` int NOT NULL,
	`userId` int NOT NULL,
	`followedAt` timestamp NOT NULL DEFAULT (now()),
	CONSTRAINT `playlistFollowers_id` PRIMARY KEY(`id`)
);
CREATE TABLE `playlistShares` (
	`id` int AUTO_INCREMENT NOT NULL,
	`playlistId` int NOT NULL,
	`sharedBy` int NOT NULL,
	`platform` varchar(64),
	`sharedAt` timestamp NOT NULL DEFAULT (now()),
	CONSTRAINT `playlistShares_id` PRIMARY KEY(`id`)
);
CREATE TABLE `creatorEarnings` (
	`id` int AUTO_INCREMENT NOT NULL,
	`artistId` int NOT NULL,
	`trackId` int,
	`playlistId` int,
	`earningType` enum('streams','downloads','tips','merchandise') NOT NULL,
	`amount` int NOT NULL,
	`currency` varchar(3) NOT NULL DEFAULT 'USD',
	`period` varchar(64),
	`createdAt` timestamp NOT NULL DEFAULT (now()),
	CONSTRAINT `creatorEarnings_id` PRIMARY KEY(`id`)
);
CREATE TABLE `creatorPayouts` (
	`id` int AUTO_INCREMENT NOT NULL,
	`artistId` int NOT NULL,
	`amount` int NOT NULL,
	`status` enum('pending','processing','completed','failed') NOT NULL DEFAULT 'pending',
	`paymentMethod` varchar(64),
	`transactionId` varchar(255),
	`requestedAt` timestamp NOT NULL DEFAULT (now()),
	`processedAt` timestamp,
	CONSTRAINT `creatorPayouts_id` PRIMARY KEY(`id`)
);
CREATE TABLE `tips` (
	`id` int AUTO_INCREMENT NOT NULL,
	`senderId` int NOT NULL,
	`recipientId` int NOT NULL,
	`amount` int NOT NULL,
	`message` text,
	`trackId` int,
	`paymentStatus` enum('pending','completed','failed') NOT NULL DEFAULT 'completed',
	`stripePaymentId` varchar(255),
	`createdAt` timestamp NOT NULL DEFAULT (now()),
	CONSTRAINT `tips_id` PRIMARY KEY(`id`)
);
CREATE TABLE `adMetrics` (
	`id` int AUTO_INCREMENT NOT NULL,
	`userId` int NOT NULL,
	`adId` varchar(255) NOT NULL,
	`impressions` int NOT NULL DEFAULT 0,
	`clicks` int NOT NULL DEFAULT 0,
	`lastInteraction` timestamp NOT NULL DEFAULT (now()),
	`createdAt` timestamp NOT NULL DEFAULT (now()),
	CONSTRAINT `adMetrics_id` PRIMARY KEY(`id`)
);
ALTER TABLE `artistProfiles` ADD CONSTRAINT `artistProfiles_userId_users_id_fk` FOREIGN KEY (`userId`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `artistUploads` ADD CONSTRAINT `artistUploads_artistId_artistProfiles_id_fk` FOREIGN KEY (`artistId`) REFERENCES `artistProfiles`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `userPlaylists` ADD CONSTRAINT `userPlaylists_userId_users_id_fk` FOREIGN KEY (`userId`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `playlistFollowers` ADD CONSTRAINT `playlistFollowers_playlistId_userPlaylists_id_fk` FOREIGN KEY (`playlistId`) REFERENCES `userPlaylists`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `playlistFollowers` ADD CONSTRAINT `playlistFollowers_userId_users_id_fk` FOREIGN KEY (`userId`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `playlistShares` ADD CONSTRAINT `playlistShares_playlistId_userPlaylists_id_fk` FOREIGN KEY (`playlistId`) REFERENCES `userPlaylists`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `playlistShares` ADD CONSTRAINT `playlistShares_sharedBy_users_id_fk` FOREIGN KEY (`sharedBy`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `creatorEarnings` ADD CONSTRAINT `creatorEarnings_artistId_artistProfiles_id_fk` FOREIGN KEY (`artistId`) REFERENCES `artistProfiles`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `creatorEarnings` ADD CONSTRAINT `creatorEarnings_trackId_artistUploads_id_fk` FOREIGN KEY (`trackId`) REFERENCES `artistUploads`(`id`) ON DELETE set null ON UPDATE no action;
ALTER TABLE `creatorEarnings` ADD CONSTRAINT `creatorEarnings_playlistId_userPlaylists_id_fk` FOREIGN KEY (`playlistId`) REFERENCES `userPlaylists`(`id`) ON DELETE set null ON UPDATE no action;
ALTER TABLE `creatorPayouts` ADD CONSTRAINT `creatorPayouts_artistId_artistProfiles_id_fk` FOREIGN KEY (`artistId`) REFERENCES `artistProfiles`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `tips` ADD CONSTRAINT `tips_senderId_users_id_fk` FOREIGN KEY (`senderId`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `tips` ADD CONSTRAINT `tips_recipientId_users_id_fk` FOREIGN KEY (`recipientId`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `tips` ADD CONSTRAINT `tips_trackId_artistUploads_id_fk` FOREIGN KEY (`trackId`) REFERENCES `artistUploads`(`id`) ON DELETE set null ON UPDATE no action;
ALTER TABLE `adMetrics` ADD CONSTRAINT `adMetrics_userId_users_id_fk` FOREIGN KEY (`userId`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;

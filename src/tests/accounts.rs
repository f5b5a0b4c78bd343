//! Accounts: the ways in and out, what strangers learn, what is left when someone goes.

use crate::{
    app::{Person, TestApp},
    database::TestDatabase,
};
use eternity::{accounts::entitlements::entitlements, ids::UserId};
use reqwest::StatusCode;
use time::Duration;

const ADA: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";

/// The path of the link in the latest mail to this address.
async fn link_to(site: &TestApp, address: &str) -> String {
    site.work().await;
    let (_, body) = site.mail_to(address).await.expect("a mail");
    let mut links = body.split_whitespace().filter_map(|word| word.strip_prefix(&site.url));
    links.rfind(|path| *path != "/log-in").expect("a link with a token").to_owned()
}

fn token_of(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

/// Somebody who signed up and confirmed the e-mail, logged in.
async fn somebody(site: &TestApp, email: &str) -> Person {
    let person = site.visitor();
    let (to, _) = person.submit("/sign-up", "/api/accounts/sign-up", &[("name", "Ada"), ("email", email), ("password", PASSWORD)]).await;
    assert_eq!(to, "/sign-up/sent");
    let link = link_to(site, email).await;
    let (to, page) = person.submit(&link, "/api/accounts/verify-email", &[("token", token_of(&link))]).await;
    assert_eq!(to, "/");
    assert!(page.contains("Your e-mail is confirmed. Welcome."));
    person
}

async fn log_in(site: &TestApp, email: &str, password: &str) -> (Person, String, String) {
    let person = site.visitor();
    let (to, page) = person.submit("/log-in", "/api/accounts/log-in", &[("email", email), ("password", password), ("next", "/settings")]).await;
    (person, to, page)
}

#[tokio::test]
async fn signing_up_confirming_logging_out_and_in() {
    let site = TestApp::start().await;
    let person = somebody(&site, ADA).await;
    let page = person.page("/settings").await;
    assert!(page.contains("Your e-mail is ada@example.org.") && page.contains("value=\"Ada\""), "{page}");

    let (to, page) = person.submit("/settings", "/log-out", &[]).await;
    assert_eq!(to, "/");
    assert!(page.contains("You are logged out."), "{page}");
    assert_eq!(person.get("/settings").await.headers()["location"], "/log-in?next=%2Fsettings");

    let (person, to, _) = log_in(&site, " ADA@Example.org ", PASSWORD).await;
    assert_eq!(to, "/settings", "the e-mail is normalised, next is followed");
    assert_eq!(person.get("/settings").await.status(), StatusCode::OK);
    let (_, to, _) = log_in_to(&site, "https://evil.example/").await;
    assert_eq!(to, "/", "next stays local");
}

async fn log_in_to(site: &TestApp, next: &str) -> (Person, String, String) {
    let person = site.visitor();
    let (to, page) = person.submit("/log-in", "/api/accounts/log-in", &[("email", ADA), ("password", PASSWORD), ("next", next)]).await;
    (person, to, page)
}

#[tokio::test]
async fn a_refused_form_comes_back_with_what_was_typed_but_no_password() {
    let site = TestApp::start().await;
    let fields = [("name", "Ada <b>"), ("email", "ada.example.org"), ("password", "short-one")];
    let (to, page) = site.visitor().submit("/sign-up", "/api/accounts/sign-up", &fields).await;
    assert_eq!(to, "/sign-up");
    assert!(page.contains("This is not an e-mail address") && page.contains("Use 10 characters or more."), "{page}");
    assert!(page.contains("value=\"ada.example.org\"") && page.contains("value=\"Ada &lt;b&gt;\""), "{page}");
    assert!(!page.contains("short-one"));
    let (status, error) = site.visitor().call("accounts/sign-up", &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(error["Invalid"].as_array().unwrap().len(), 2, "{error}");
}

#[tokio::test]
async fn strangers_do_not_learn_who_has_an_account() {
    let site = TestApp::start().await;
    somebody(&site, ADA).await;
    let stranger = site.visitor();
    for (function, others) in [("sign-up", &[("name", "X"), ("password", "another password")][..]), ("forgotten-password", &[][..])] {
        let mut answers = Vec::new();
        for email in [ADA, "nobody@example.org"] {
            let fields: Vec<(&str, &str)> = others.iter().copied().chain([("email", email)]).collect();
            answers.push(stranger.call(&format!("accounts/{function}"), &fields).await);
        }
        assert_eq!(answers[0], answers[1], "{function}");
        assert_eq!(answers[0].0, StatusCode::OK);
    }
    // The owner gets a remark, and the password is still the owner's.
    let remarks = "SELECT COUNT(*) FROM outgoingMails WHERE recipient = 'ada@example.org' AND subject = 'You have an account already'";
    assert_eq!(site.number(remarks).await, 1);
    let wrong = stranger.call("accounts/log-in", &[("email", ADA), ("password", "another password")]).await;
    let unknown = stranger.call("accounts/log-in", &[("email", "who@example.org"), ("password", "another password")]).await;
    assert_eq!(wrong, unknown);
    // An account of one's own making that was never confirmed answers the same: or signing up and logging in would tell.
    let unconfirmed = stranger.call("accounts/log-in", &[("email", "nobody@example.org"), ("password", "another password")]).await;
    assert_eq!(wrong, unconfirmed);
    assert_eq!(wrong.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn links_act_on_a_button_once_and_for_a_while() {
    let site = TestApp::start().await;
    let person = site.visitor();
    person.submit("/sign-up", "/api/accounts/sign-up", &[("name", "Ada"), ("email", ADA), ("password", PASSWORD)]).await;
    let link = link_to(&site, ADA).await;
    let kept: String = sqlx::query_scalar("SELECT digest FROM accountTokens").fetch_one(&site.app.db).await.unwrap();
    assert_ne!(kept, token_of(&link), "only the digest is kept");
    // Looking does nothing, as often as one likes.
    for _ in 0..2 {
        assert!(person.page(&link).await.contains("Is ada@example.org your address?"));
    }
    assert_eq!(site.number("SELECT COUNT(*) FROM accountCredentials WHERE emailVerifiedAt IS NOT NULL").await, 0);
    site.app.clock.advance(Duration::hours(25));
    assert!(person.page(&link).await.contains("This link has expired"));
    let (_, page) = person.submit(&link, "/api/accounts/verify-email", &[("token", token_of(&link))]).await;
    assert!(page.contains("This link was used already, has expired"), "{page}");
}

#[tokio::test]
async fn a_reset_sets_the_password_ends_sessions_and_works_once() {
    let site = TestApp::start().await;
    let person = somebody(&site, ADA).await;
    let helper = site.visitor();
    let (to, _) = helper.submit("/forgotten-password", "/api/accounts/forgotten-password", &[("email", ADA)]).await;
    assert_eq!(to, "/forgotten-password/sent");
    let link = link_to(&site, ADA).await;
    assert!(link.starts_with("/reset-password/"));
    assert!(helper.page(&link).await.contains("For the account of ada@example.org."));
    let (to, page) = helper.submit(&link, "/api/accounts/reset-password", &[("token", token_of(&link)), ("new_password", "short")]).await;
    assert_eq!(to, link);
    assert!(page.contains("Use 10 characters or more."));
    let fields = [("token", token_of(&link)), ("new_password", "a new password")];
    let (to, _) = helper.submit(&link, "/api/accounts/reset-password", &fields).await;
    assert_eq!(to, "/");
    assert_eq!(helper.get("/settings").await.status(), StatusCode::OK, "logged in");
    assert_eq!(person.get("/settings").await.status(), StatusCode::SEE_OTHER, "the old session is ended");
    let (_, page) = helper.submit(&link, "/api/accounts/reset-password", &fields).await;
    assert!(page.contains("This link has expired"), "{page}");
    assert_eq!(log_in(&site, ADA, PASSWORD).await.1, "/log-in");
    assert_eq!(log_in(&site, ADA, "a new password").await.1, "/settings");
    assert_eq!(site.mail_to(ADA).await.unwrap().0, "Your password was changed");
}

#[tokio::test]
async fn someone_without_a_password_gets_in_by_mail() {
    let site = TestApp::start().await;
    sqlx::raw_sql("INSERT INTO users (id, name) VALUES (77, 'Old Hand'); INSERT INTO accountCredentials (userId, email, emailKey) VALUES (77, 'Old@Example.org', 'old@example.org')")
        .execute(&site.app.db)
        .await
        .unwrap();
    assert_eq!(log_in(&site, "old@example.org", "whatever it was").await.1, "/log-in");
    let person = site.visitor();
    person.submit("/forgotten-password", "/api/accounts/forgotten-password", &[("email", "old@example.org")]).await;
    let link = link_to(&site, "Old@Example.org").await;
    person.submit(&link, "/api/accounts/reset-password", &[("token", token_of(&link)), ("new_password", PASSWORD)]).await;
    assert!(person.page("/settings").await.contains("value=\"Old Hand\""));
    assert_eq!(log_in(&site, "OLD@example.org", PASSWORD).await.1, "/settings");
}

#[tokio::test]
async fn guessing_is_limited_and_a_right_password_forgives() {
    let site = TestApp::start().await;
    somebody(&site, ADA).await;
    let guess = async |password: &str| site.visitor().call("accounts/log-in", &[("email", ADA), ("password", password)]).await.0;
    for _ in 0..9 {
        assert_eq!(guess("wrong wrong wrong").await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(guess(PASSWORD).await, StatusCode::OK);
    for _ in 0..10 {
        assert_eq!(guess("wrong wrong wrong").await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(guess(PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    // Another server of the same site counts the same tries.
    let second = TestApp::start_on(TestDatabase::at(site.database_url().to_owned()), |_| {}).await;
    let there = second.visitor().call("accounts/log-in", &[("email", ADA), ("password", PASSWORD)]).await.0;
    assert_eq!(there, StatusCode::TOO_MANY_REQUESTS);
    site.app.clock.advance(Duration::minutes(16));
    assert_eq!(guess(PASSWORD).await, StatusCode::OK);
}

#[tokio::test]
async fn logging_in_gives_a_new_session_id() {
    let site = TestApp::start().await;
    somebody(&site, ADA).await;
    let person = site.visitor();
    // A refused form starts a session, for what was typed.
    let refused = person.post("/log-in", "/api/accounts/log-in", &[("email", ADA), ("password", "")]).await;
    let before = refused.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(before.contains("HttpOnly") && before.contains("SameSite=Lax"), "{before}");
    let entered = person.post("/log-in", "/api/accounts/log-in", &[("email", ADA), ("password", PASSWORD)]).await;
    let after = entered.headers()["set-cookie"].to_str().unwrap();
    assert_ne!(before.split(';').next(), after.split(';').next());
    // Logging in once more replaces the session in the list.
    person.post("/log-in", "/api/accounts/log-in", &[("email", ADA), ("password", PASSWORD)]).await;
    assert_eq!(site.number("SELECT COUNT(*) FROM accountSessions").await, 2, "one of signing up, one of this browser");
}

#[tokio::test]
async fn settings_change_name_password_and_e_mail() {
    let site = TestApp::start().await;
    let person = somebody(&site, ADA).await;
    let (other, ..) = log_in(&site, ADA, PASSWORD).await;
    let (_, page) = person.submit("/settings", "/api/accounts/rename", &[("name", " Ada  Lovelace ")]).await;
    assert!(page.contains("value=\"Ada Lovelace\""), "{page}");

    // A link that is out must not survive the change of the password.
    site.visitor().submit("/forgotten-password", "/api/accounts/forgotten-password", &[("email", ADA)]).await;
    let reset = link_to(&site, ADA).await;
    let wrong = [("current_password", "not this one"), ("new_password", "a new password")];
    let (_, page) = person.submit("/settings", "/api/accounts/change-password", &wrong).await;
    assert!(page.contains("This is not your password."), "{page}");
    let right = [("current_password", PASSWORD), ("new_password", "a new password")];
    let (_, page) = person.submit("/settings", "/api/accounts/change-password", &right).await;
    assert!(page.contains("Your password is changed"), "{page}");
    assert_eq!(other.get("/settings").await.status(), StatusCode::SEE_OTHER, "other sessions end");
    assert!(other.page(&reset).await.contains("This link has expired"));

    let new = "ada@lovelace.example";
    let (_, page) = person.submit("/settings", "/api/accounts/change-email", &[("email", new), ("password", "a new password")]).await;
    assert!(page.contains("until then the old one stays"), "{page}");
    let link = link_to(&site, new).await;
    person.submit(&link, "/api/accounts/verify-email", &[("token", token_of(&link))]).await;
    assert!(person.page("/settings").await.contains("Your e-mail is ada@lovelace.example."));
    let (subject, body) = site.mail_to(ADA).await.unwrap();
    assert!(subject == "Your e-mail was changed" && body.contains(new), "the old address is told");
    assert_eq!(log_in(&site, ADA, "a new password").await.1, "/log-in");
    assert_eq!(log_in(&site, new, "a new password").await.1, "/settings");
}

#[tokio::test]
async fn an_e_mail_that_is_taken_can_not_be_taken_over() {
    let site = TestApp::start().await;
    let person = somebody(&site, ADA).await;
    somebody(&site, "bob@example.org").await;
    let (_, page) = person.submit("/settings", "/api/accounts/change-email", &[("email", "Bob@example.org"), ("password", PASSWORD)]).await;
    assert!(page.contains("We sent a mail to Bob@example.org."), "the answer is the same");
    assert_eq!(site.mail_to("bob@example.org").await.unwrap().0, "Your e-mail is in use already");
    // Free when asked, taken when confirmed.
    person.submit("/settings", "/api/accounts/change-email", &[("email", "carl@example.org"), ("password", PASSWORD)]).await;
    let link = link_to(&site, "carl@example.org").await;
    somebody(&site, "carl@example.org").await;
    let (_, page) = person.submit(&link, "/api/accounts/verify-email", &[("token", token_of(&link))]).await;
    assert!(page.contains("This e-mail has an account by now."), "{page}");
    assert!(person.page("/settings").await.contains("Your e-mail is ada@example.org."));
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_alone() {
    let site = TestApp::start().await;
    let ada = somebody(&site, ADA).await;
    let (phone, ..) = log_in(&site, ADA, PASSWORD).await;
    let bob = somebody(&site, "bob@example.org").await;
    let phones: String = sqlx::query_scalar(
        "SELECT accountSessions.id FROM accountSessions JOIN accountCredentials USING (userId) WHERE email = ? ORDER BY id DESC LIMIT 1",
    )
    .bind(ADA)
    .fetch_one(&site.app.db)
    .await
    .unwrap();
    assert_eq!(bob.call("accounts/end-session", &[("session", &phones)]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(phone.get("/settings").await.status(), StatusCode::OK);
    let (_, page) = ada.submit("/settings", "/api/accounts/end-session", &[("session", &phones)]).await;
    assert!(page.contains("The session is ended."));
    assert_eq!(phone.get("/settings").await.status(), StatusCode::SEE_OTHER);
    let (phone, ..) = log_in(&site, ADA, PASSWORD).await;
    ada.submit("/settings", "/api/accounts/end-other-sessions", &[]).await;
    assert_eq!(phone.get("/settings").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(ada.get("/settings").await.status(), StatusCode::OK);
    assert_eq!(bob.get("/settings").await.status(), StatusCode::OK);
}

async fn run(site: &TestApp, sql: &str) {
    sqlx::raw_sql(sql).execute(&site.app.db).await.unwrap();
}

#[tokio::test]
async fn a_closed_account_leaves_no_person_and_all_money_records() {
    let site = TestApp::start().await;
    let ada = somebody(&site, ADA).await;
    let bob = somebody(&site, "bob@example.org").await;
    // Ada (1) is an artist; Bob (2) as well. Ada follows, likes and comments on Bob, and tipped him.
    run(
        &site,
        "INSERT INTO artistProfiles (id, userId, artistName, bio, followers) VALUES (1, 1, 'Ada & the Engines', 'About', 0), (2, 2, 'Bob', 'About', 1);
         INSERT INTO artistUploads (id, artistId, title, genre, audioUrl, audioKey, isPublished, likes, comments)
           VALUES (1, 1, 'One', 'Jazz', '', 'a', 1, 0, 0), (2, 2, 'Two', 'Jazz', '', 'b', 1, 1, 2);
         INSERT INTO trackMedia (trackId, state) VALUES (1, 'ready'), (2, 'ready');
         INSERT INTO userPlaylists (id, userId, name, isPublic, followers) VALUES (1, 1, 'Mine', 1, 0), (2, 2, 'His', 1, 1);
         INSERT INTO artistFollowers (artistId, userId) VALUES (2, 1);
         INSERT INTO trackLikes (trackId, userId) VALUES (2, 1);
         INSERT INTO trackComments (trackId, userId, body) VALUES (2, 1, 'Good'), (2, 1, 'Very good');
         INSERT INTO playlistFollowers (playlistId, userId) VALUES (2, 1);
         INSERT INTO tips (senderId, recipientId, amount, paymentStatus) VALUES (1, 2, 500, 'completed');
         INSERT INTO ledgerAccounts (id, code, artistId, currency, mayBeNegative) VALUES (1, 'artist:1:available', 1, 'USD', 0), (2, 'artist:1:on_hold', 1, 'USD', 0);
         INSERT INTO ledgerBalances (accountId, balance) VALUES (1, 1250), (2, 0);
         INSERT INTO creatorPayouts (artistId, amount, status) VALUES (1, 1000, 'processing')",
    )
    .await;
    let page = ada.page("/settings/close").await;
    assert!(page.contains("12.50 USD is available to you.") && page.contains("A payout of 10.00 is under way."), "{page}");
    let (status, error) = ada.call("accounts/close", &[("password", PASSWORD)]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(error["Refused"].as_str().unwrap().contains("12.50 USD"), "{error}");
    assert_eq!(site.number("SELECT COUNT(*) FROM users WHERE name IS NULL").await, 0);

    run(&site, "UPDATE ledgerBalances SET balance = 0; UPDATE creatorPayouts SET status = 'completed'").await;
    assert!(ada.page("/settings/close").await.contains("autocomplete=\"current-password\""));
    let (_, page) = ada.submit("/settings/close", "/api/accounts/close", &[("password", "not this one")]).await;
    assert!(page.contains("This is not your password."), "{page}");
    let (to, page) = ada.submit("/settings/close", "/api/accounts/close", &[("password", PASSWORD)]).await;
    assert_eq!(to, "/");
    assert!(page.contains("Your account is deleted."), "{page}");

    assert_eq!(ada.get("/settings").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(log_in(&site, ADA, PASSWORD).await.1, "/log-in");
    for (sql, number) in [
        ("SELECT COUNT(*) FROM users WHERE id = 1 AND name IS NULL", 1),
        ("SELECT COUNT(*) FROM accountCredentials WHERE userId = 1 AND closedAt IS NOT NULL AND passwordHash IS NULL AND email NOT LIKE '%ada%'", 1),
        ("SELECT COUNT(*) FROM artistProfiles WHERE id = 1 AND bio IS NULL", 1),
        ("SELECT COUNT(*) FROM artistUploads WHERE id = 1 AND isPublished = 0", 1),
        ("SELECT COUNT(*) FROM trackMedia WHERE trackId = 1 AND withdrawnAt IS NOT NULL", 1),
        ("SELECT COUNT(*) FROM trackMedia WHERE trackId = 2 AND withdrawnAt IS NULL", 1),
        ("SELECT isPublic FROM userPlaylists WHERE id = 1", 0),
        ("SELECT followers FROM artistProfiles WHERE id = 2", 0),
        ("SELECT followers FROM userPlaylists WHERE id = 2", 0),
        ("SELECT likes + comments FROM artistUploads WHERE id = 2", 0),
        ("SELECT (SELECT COUNT(*) FROM artistFollowers) + (SELECT COUNT(*) FROM trackLikes) + (SELECT COUNT(*) FROM playlistFollowers)", 0),
        ("SELECT COUNT(*) FROM trackComments WHERE body <> ''", 0),
        ("SELECT COUNT(*) FROM tips", 1),
        ("SELECT COUNT(*) FROM accountSessions WHERE userId = 1", 0),
        ("SELECT COUNT(*) FROM auditLog WHERE action = 'account.closed'", 1),
    ] {
        assert_eq!(site.number(sql).await, number, "{sql}");
    }
    assert_eq!(bob.get("/settings").await.status(), StatusCode::OK);
    // The address is free again.
    somebody(&site, ADA).await;
}

#[tokio::test]
async fn entitlements_follow_what_was_paid_for() {
    let site = TestApp::start().await;
    somebody(&site, ADA).await;
    let ada = Some(UserId(1));
    let free = entitlements(&site.app, ada).await.unwrap();
    assert_eq!(free, entitlements(&site.app, None).await.unwrap(), "visitors have the limits of Free");
    assert_eq!((free.tier.as_str(), free.ads, free.daily_plays, free.high_quality), ("Free", true, Some(100), false));

    let now = site.app.clock.now();
    for (tier, status) in [("Premium", "active"), ("Supporter", "cancelled")] {
        sqlx::query("INSERT INTO userSubscriptions (userId, tierId, status, currentPeriodStart, currentPeriodEnd) SELECT 1, id, ?, ?, ? FROM subscriptionTiers WHERE name = ?")
            .bind(status)
            .bind(now)
            .bind(now + Duration::days(if tier == "Premium" { 30 } else { 10 }))
            .bind(tier)
            .execute(&site.app.db)
            .await
            .unwrap();
    }
    let supporter = entitlements(&site.app, ada).await.unwrap();
    assert_eq!((supporter.tier.as_str(), supporter.ads, supporter.daily_plays, supporter.exclusive), ("Supporter", false, None, true));
    site.app.clock.advance(Duration::days(11));
    let premium = entitlements(&site.app, ada).await.unwrap();
    assert_eq!((premium.tier.as_str(), premium.lossless, premium.exclusive), ("Premium", true, false));
    site.app.clock.advance(Duration::days(30));
    assert_eq!(entitlements(&site.app, ada).await.unwrap(), free);
}

#[tokio::test]
async fn the_mailbox_of_development_can_be_read() {
    let site = TestApp::start().await;
    let person = site.visitor();
    assert!(person.page("/dev/mailbox").await.contains("No mail yet."));
    person.submit("/sign-up", "/api/accounts/sign-up", &[("name", "Ada"), ("email", ADA), ("password", PASSWORD)]).await;
    let list = person.page("/dev/mailbox").await;
    assert!(list.contains("Confirm your e-mail") && list.contains(ADA), "{list}");
    let id: String = sqlx::query_scalar("SELECT id FROM outgoingMails").fetch_one(&site.app.db).await.unwrap();
    let link = link_to(&site, ADA).await;
    let mail = person.page(&format!("/dev/mailbox/{id}")).await;
    assert!(mail.contains(&format!("href=\"{link}\"")), "{mail}");
    assert_eq!(person.get("/dev/mailbox/NONE").await.status(), StatusCode::NOT_FOUND);
}

//! The list of one's receipts, and mixes of the house: lists that lead to pages.

use crate::app::TestApp;

#[tokio::test]
async fn receipts_are_the_payers_alone_and_come_by_pages() {
    let site = TestApp::start().await;
    let (lena, user) = site.signed_in("Lena").await;
    let (_, recipient) = site.signed_in("Ada").await;
    let (other, _) = site.signed_in("Eve").await;
    let db = &site.app.db;
    sqlx::query("INSERT INTO artistProfiles (userId, artistName) VALUES (?, 'The Wells')").bind(recipient).execute(db).await.unwrap();
    for number in 0..23 {
        let payment = sqlx::query("INSERT INTO payments (userId, amount, purpose, status, provider) VALUES (?, 500, 'tip', 'completed', 'sandbox')")
            .bind(user)
            .execute(db)
            .await
            .unwrap()
            .last_insert_id();
        let tip = sqlx::query("INSERT INTO tips (senderId, recipientId, amount, paymentStatus) VALUES (?, ?, 500, 'completed')")
            .bind(user)
            .bind(recipient)
            .execute(db)
            .await
            .unwrap()
            .last_insert_id();
        sqlx::query("INSERT INTO tipDetails (tipId, paymentId, fee, feeCovered, anonymous) VALUES (?, ?, 25, 0, 0)")
            .bind(tip)
            .bind(payment)
            .execute(db)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO checkouts (id, paymentId, subject, subjectId, formKey, fingerprint, amount, fee, net, state) VALUES (?, ?, 'tips', ?, ?, '', 500, 25, 475, ?)",
        )
        .bind(format!("01ARZ3NDEKTSV4RRFFQ69G5F{number:02}"))
        .bind(payment)
        .bind(tip)
        .bind(format!("01ARZ3NDEKTSV4RRFFQ69G6F{number:02}"))
        .bind(if number == 22 { "declined" } else { "completed" })
        .execute(db)
        .await
        .unwrap();
    }
    let first = lena.page("/receipts").await;
    assert_eq!(first.matches("href=\"/receipts/").count(), 20, "{first}");
    assert!(first.contains("Your tip to The Wells") && first.contains("Declined") && first.contains("$5.00"), "{first}");
    let next = first.split("href=\"/receipts?after=").nth(1).unwrap().split('"').next().unwrap();
    let second = lena.page(&format!("/receipts?after={next}")).await;
    assert_eq!(second.matches("href=\"/receipts/").count(), 3, "{second}");
    assert!(other.page("/receipts").await.contains("You have paid nothing yet"));
}

#[tokio::test]
async fn published_mixes_are_listed() {
    let site = TestApp::start().await;
    for (name, published) in [("Slow morning", 1), ("Kept back", 0)] {
        sqlx::query("INSERT INTO playlists (name, isPublished) VALUES (?, ?)").bind(name).bind(published).execute(&site.app.db).await.unwrap();
    }
    let page = site.visitor().page("/mixes").await;
    assert!(page.contains("Slow morning") && page.contains("0 songs") && !page.contains("Kept back"), "{page}");
}

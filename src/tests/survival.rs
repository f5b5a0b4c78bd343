//! What was said to be done is there, once, whatever was killed meanwhile: the database, the program, or the connection between COMMIT and its answer.
//! Short by default; `make soak` sets ETERNITY_SOAK for the full length.

use crate::{
    app::TestApp,
    database::{TestDatabase, engine_options, fresh_database},
    fakepay::FakePay,
    money::{account, artist, books_balance, browser, wish},
    process::Server,
};
use eternity::{
    accounts::Me,
    checkout,
    ids::ArtistId,
    payments::Provider,
    payouts::{self, Destination, Method},
    server::{
        database::embedded::{Options, Private},
        tokens,
    },
    tips,
};
use reqwest::{Client, StatusCode, header};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use time::OffsetDateTime;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
};

/// The first length for every run of the tests, the second for a soak.
pub fn length(short: usize, full: usize) -> usize {
    if std::env::var_os("ETERNITY_SOAK").is_some() { full } else { short }
}

/// Tries until it works, as an impatient person does. What never works within five minutes is an error.
async fn insist<T>(what: &str, attempt: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..6_000 {
        if let Some(done) = attempt().await {
            return done;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} never worked");
}

/// Where a form leads, if it arrived.
async fn send(client: &Client, url: &str, fields: &[(&str, &str)]) -> Option<String> {
    let request = client.post(url).header(header::ACCEPT, "text/html").header("sec-fetch-site", "same-origin").form(fields);
    let answer = request.send().await.ok()?;
    (answer.status() == StatusCode::SEE_OTHER).then(|| answer.headers()[header::LOCATION].to_str().unwrap().to_owned())
}

/// A listener who tips through the provider's page, and the provider that tells so, until each was acknowledged.
async fn tip(fake: &FakePay, url: &str, client: &Client, artist: ArtistId, cents: i64) {
    let (key, to, amount) = (tokens::ulid(), artist.to_string(), format!("{}.{:02}", cents / 100, cents % 100));
    let fields = [("form_key", key.as_str()), ("artist", &to), ("amount", &amount)];
    let send_tip = async || send(client, &format!("{url}/api/tips/send"), &fields).await.filter(|path| path.starts_with("/checkout/"));
    let path = insist("a tip", &send_tip).await;
    // The page of the checkout brings one to the provider's.
    let id = path.trim_start_matches("/checkout/").split('?').next().unwrap().to_owned();
    insist("the provider's page", async || {
        client.get(format!("{url}{path}")).header(header::ACCEPT, "text/html").send().await.ok()?;
        fake.sessions().iter().any(|session| session.checkout == id).then_some(())
    })
    .await;
    let event = fake.pay(&id);
    let told = async || {
        let signature = FakePay::sign(&fake.secret, OffsetDateTime::now_utc(), &event);
        let request = crate::app::client().build().unwrap().post(format!("{url}/hooks/stripe")).header("stripe-signature", signature);
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(event.clone())
            .send()
            .await
            .ok()
            .filter(|answer| answer.status() == StatusCode::OK)
    };
    insist("an event", &told).await;
    // Some come twice; the form sent again leads to the same checkout.
    if cents % 3 == 0 {
        insist("an event", &told).await;
        assert_eq!(insist("a tip", &send_tip).await, path);
    }
}

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Database,
    Program,
}

/// Kills two seconds after each time it answers again, until the work is done or it was killed often enough.
async fn killing(
    victim: Victim,
    folder: &Path,
    database: &mut Option<Private>,
    server: &mut Server,
    kills: &AtomicUsize,
    most: usize,
    done: &AtomicBool,
) {
    while !done.load(Ordering::Relaxed) && kills.load(Ordering::Relaxed) < most {
        tokio::time::sleep(Duration::from_secs(2)).await;
        match victim {
            Victim::Program => server.kill_and_restart().await,
            Victim::Database => {
                let pid = std::fs::read_to_string(folder.join("pid")).unwrap();
                assert!(std::process::Command::new("kill").args(["-9", pid.trim()]).status().unwrap().success());
                database.take().unwrap().stop().await;
                *database = Some(durable(folder).await);
            }
        }
        kills.fetch_add(1, Ordering::Relaxed);
    }
}

/// A database that keeps what it has committed.
async fn durable(folder: &Path) -> Private {
    Private::start_with(folder, Options { throwaway: false, ..engine_options() }).await.unwrap()
}

/// Workers tip and ask for payouts, admins approve, while `victim` is killed again and again.
async fn killed_all_the_time(victim: Victim) {
    let (tips, workers, least) = (length(60, 10_000), length(16, 64), length(3, 100));
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("db");
    let mut database = Some(durable(&place).await);
    let url = database.as_ref().unwrap().url();
    let fake = FakePay::start().await;
    let secrets = format!("[\"{}\"]", fake.secret);
    let mut server = Server::start(
        folder.path(),
        &url,
        &[],
        &[
            ("ETERNITY_PAYMENTS__STRIPE__URL", &fake.url),
            ("ETERNITY_PAYMENTS__STRIPE__SECRET_KEY", "sk_test_fakepay"),
            ("ETERNITY_PAYMENTS__STRIPE__WEBHOOK_SECRETS", &secrets),
            // Money is available at once, so that payouts run beside tips.
            ("ETERNITY_RULES__HOLD_DAYS", "0"),
            ("ETERNITY_RULES__PAYOUT_TWO_ADMINS_ABOVE_CENTS", "1000000000"),
        ],
    )
    .await;
    let site = TestApp::start_on(TestDatabase::at(url), |_| {}).await;
    let mut artists = Vec::new();
    for number in 0..4 {
        let (me, id) = artist(&site, &format!("Artist{number}")).await;
        let destination = Destination::parse(Method::Stripe, &format!("acct_1032D82eZvKYlo{number}C")).unwrap();
        payouts::store::set_destination(&site.app, me.id, id, &destination, site.app.clock.now()).await.unwrap();
        artists.push((browser(&site, &me).await.client, id));
    }
    let admin = browser(&site, &account(&site, "Ada", "admin").await).await.client;
    let mut listeners = Vec::new();
    for number in 0..workers {
        let me: Me = account(&site, &format!("Lena{number}"), "user").await;
        listeners.push(browser(&site, &me).await.client);
    }

    let (kills, done, started) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
    let at = server.url.clone();
    let work = async {
        let tipping = listeners.iter().enumerate().map(|(number, client)| {
            let (started, kills, fake, artists, at) = (&started, &kills, &fake, &artists, &at);
            async move {
                while started.load(Ordering::Relaxed) < tips || kills.load(Ordering::Relaxed) < least {
                    let count = started.fetch_add(1, Ordering::Relaxed);
                    tip(fake, at, client, artists[(count + number) % artists.len()].1, 1_200 + i64::try_from(count % 7).unwrap()).await;
                }
            }
        });
        futures::future::join_all(tipping).await;
        // Everybody is paid out what there is, amid the killing.
        let paid = artists.iter().map(|(client, _)| {
            let (at, admin, site) = (&at, &admin, &site);
            async move {
                let key = tokens::ulid();
                let request = async || send(client, &format!("{at}/api/payouts/request"), &[("form_key", &key), ("amount", "")]).await;
                let path = insist("a payout", async || request().await.filter(|path| path.starts_with("/studio/payouts/"))).await;
                assert_eq!(insist("a payout", async || request().await.filter(|path| path.starts_with("/studio/payouts/"))).await, path);
                let id = path.rsplit('/').next().unwrap().to_owned();
                insist("an approval", async || {
                    send(admin, &format!("{at}/api/admin/payout_approve"), &[("payout", &id)]).await?;
                    let status: String = sqlx::query_scalar("SELECT CAST(status AS CHAR) FROM creatorPayouts WHERE id = ?")
                        .bind(&id)
                        .fetch_one(&site.app.db)
                        .await
                        .ok()?;
                    (status != "pending").then_some(())
                })
                .await;
            }
        });
        futures::future::join_all(paid).await;
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(work, killing(victim, &place, &mut database, &mut server, &kills, length(least, usize::MAX), &done));

    // What a kill left half done is taken up when its time has come.
    let (tips, sum) = (i64::try_from(started.into_inner()).unwrap(), "SELECT COALESCE(SUM(amount), 0) FROM tips WHERE paymentStatus = 'completed'");
    let clock = format!("{at}/dev/clock");
    insist("the rest", async || {
        crate::app::client().build().unwrap().post(&clock).form(&[("seconds", "600")]).send().await.ok()?;
        let open = site.number("SELECT (SELECT COUNT(*) FROM tips WHERE paymentStatus = 'pending') + (SELECT COUNT(*) FROM creatorPayouts WHERE status <> 'completed')").await;
        (open == 0).then_some(())
    })
    .await;
    assert_eq!(site.number("SELECT COUNT(*) FROM tips WHERE paymentStatus = 'completed'").await, tips, "each acknowledged tip, once");
    let expected: i64 = (0..tips).map(|count| 1_200 + count % 7).sum();
    assert_eq!(site.number(sum).await, expected);
    let (sessions, transfers) = (fake.sessions(), fake.transfers());
    let checkouts: std::collections::BTreeSet<&str> = sessions.iter().map(|session| session.checkout.as_str()).collect();
    // A crash may leave a page that nobody was sent to; one checkout for each tip all the same.
    assert_eq!(i64::try_from(checkouts.len()).unwrap(), tips);
    assert_eq!(transfers.len(), artists.len(), "one transfer for each payout");
    assert_eq!(transfers.iter().map(|transfer| transfer.amount).sum::<i64>(), site.number("SELECT SUM(amount) FROM creatorPayouts").await);
    let held = "SELECT -balance FROM ledgerBalances JOIN ledgerAccounts ON id = accountId WHERE code = 'provider:stripe:balance'";
    assert_eq!(site.number(held).await, fake.balance(), "the journal and the provider agree");
    books_balance(&site).await;
    println!("{tips} tips and {} payouts from {workers} workers, {victim:?} killed {} times", transfers.len(), kills.into_inner());
    drop(server);
    site.app.db.close().await;
    drop(site);
    database.take().unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_killed_all_the_time_loses_and_doubles_nothing() {
    killed_all_the_time(Victim::Database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_all_the_time_loses_and_doubles_nothing() {
    killed_all_the_time(Victim::Program).await;
}

/// Between the site and its database: hands everything on, but breaks off after some COMMITs have arrived, before their answer.
async fn cutting_proxy(listener: UnixListener, database: String, cuts: Arc<AtomicUsize>) {
    let commits = Arc::new(AtomicUsize::new(0));
    loop {
        let (site, _) = listener.accept().await.unwrap();
        let database = UnixStream::connect(&database).await.unwrap();
        let (cuts, commits) = (cuts.clone(), commits.clone());
        tokio::spawn(async move {
            let ((mut from_site, mut to_site), (mut from_database, mut to_database)) = (site.into_split(), database.into_split());
            let answers = tokio::spawn(async move { tokio::io::copy(&mut from_database, &mut to_site).await.map(|_| from_database) });
            let mut buffer = vec![0; 65_536];
            while let Ok(length @ 1..) = from_site.read(&mut buffer).await {
                let packet = &buffer[..length];
                // A packet's head is four bytes; 3 says that text follows which is a statement.
                let commit = packet.get(4) == Some(&3) && packet[5..].starts_with(b"COMMIT");
                if commit && commits.fetch_add(1, Ordering::Relaxed) % 3 == 0 {
                    // The site hears nothing more; the database gets it and is done with it.
                    answers.abort();
                    let _aborted = answers.await;
                    to_database.write_all(packet).await.unwrap();
                    cuts.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                if to_database.write_all(packet).await.is_err() {
                    return;
                }
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_commit_that_are_lost_lose_and_double_nothing() {
    let least = length(40, 1_000);
    let database = fresh_database().await;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("proxy");
    let real = url::Url::parse(&database.url).unwrap().query_pairs().find(|(name, _)| name == "socket").unwrap().1.into_owned();
    let cuts = Arc::new(AtomicUsize::new(0));
    let proxy = tokio::spawn(cutting_proxy(UnixListener::bind(&socket).unwrap(), real.clone(), cuts.clone()));
    let escaped = |path: &str| form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
    let through = TestDatabase::at(database.url.replace(&escaped(&real), &escaped(socket.to_str().unwrap())));
    assert_ne!(through.url, database.url);

    let site = TestApp::start_on(database, |_| {}).await;
    let cut = TestApp::start_on(through, |_| {}).await;
    let listener = account(&site, "Lena", "user").await;
    let (me, aurora) = artist(&site, "Aurora").await;
    let now = site.app.clock.now();
    let mut tipped = 0;
    while cuts.load(Ordering::Relaxed) < least {
        let round = (0..8).map(|_| {
            let (site, listener, cut) = (&site, &listener, &cut);
            async move {
                let wish = wish(aurora, 1_000);
                let checkout = insist("a tip", async || tips::store::start(&cut.app, listener, Provider::Sandbox, &wish, now).await.ok()).await;
                let payment = insist("a payment", async || checkout::store::pay(&cut.app, listener.id, &checkout, now).await.ok()).await;
                // Asked again, without anything in between: the same.
                assert_eq!(checkout::store::pay(&site.app, listener.id, &checkout, now).await.unwrap(), payment);
            }
        });
        futures::future::join_all(round).await;
        tipped += 8;
    }
    assert_eq!(site.number("SELECT COUNT(*) FROM tips WHERE paymentStatus = 'completed'").await, tipped);
    assert_eq!(site.number("SELECT COUNT(*) FROM payments").await, tipped);
    site.app.clock.advance(time::Duration::days(8));
    site.work().await;
    let (later, key) = (site.app.clock.now(), tokens::ulid());
    let destination = Destination::parse(Method::Paypal, "aurora@example.com").unwrap();
    payouts::store::set_destination(&site.app, me.id, aurora, &destination, later).await.unwrap();
    let payout = insist("a payout", async || payouts::store::request(&cut.app, &me, aurora, None, &key, later).await.ok()).await;
    assert_eq!(payouts::store::request(&site.app, &me, aurora, None, &key, later).await.unwrap(), payout);
    assert_eq!(site.number("SELECT SUM(amount) FROM creatorPayouts").await, tipped * 950);
    books_balance(&site).await;
    println!("{} answers to COMMIT cut off, {tipped} tips", cuts.load(Ordering::Relaxed));
    proxy.abort();
}

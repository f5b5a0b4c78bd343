//! A payment provider for tests: it speaks the used part of Stripe's API over real HTTP, has a ledger of its own, knows
//! idempotency keys for 24 hours of the test's clock, signs its webhooks, and fails on demand.

mod stripe;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use eternity::server::clock::Clock;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};
use time::{Duration, OffsetDateTime};

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is done, but the connection breaks before the answer.
    AnswerLost,
    /// Nothing is done; 500, and the same 500 again for the same key.
    Broken,
    /// It is done; 500, and the same 500 again for the same key.
    BrokenAfterwards,
    /// Nothing is done, nothing is kept: 503.
    Away,
    /// There is no money to send: 400, and no key is kept.
    Poor,
}

/// A page on which somebody can pay.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub checkout: String,
    pub amount: i64,
    pub closes_at: i64,
    pub payment: Option<String>,
    pub closed: bool,
}

/// A transfer or a refund.
#[derive(Clone, Debug)]
pub struct Movement {
    pub id: String,
    pub amount: i64,
    /// A connected account; or the payment that is given back.
    pub to: String,
    /// Our own name of it.
    pub about: String,
}

/// A payment that its payer's bank took back.
#[derive(Clone, Debug)]
pub struct Dispute {
    pub id: String,
    pub payment: String,
    pub amount: i64,
    pub status: &'static str,
}

/// What a dispute costs, given back when it is won.
pub const DISPUTE_FEE: i64 = 1500;

struct Kept {
    request: String,
    at: OffsetDateTime,
    status: StatusCode,
    body: Value,
}

#[derive(Default)]
struct World {
    sessions: Vec<Session>,
    transfers: Vec<Movement>,
    refunds: Vec<Movement>,
    disputes: Vec<Dispute>,
    keys: BTreeMap<String, Kept>,
    faults: VecDeque<Fault>,
    next: u64,
    clock: Clock,
    calls: usize,
}

/// The provider. It ends with the test.
#[derive(Clone)]
pub struct FakePay {
    pub url: String,
    pub secret: String,
    world: Arc<Mutex<World>>,
}

impl FakePay {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self { url, secret: "whsec_of_tests".to_owned(), world: Arc::default() };
        let service = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        fake
    }

    /// From now on its time is the site's.
    pub fn follow(&self, clock: &Clock) {
        self.world.lock().unwrap().clock = clock.clone();
    }

    /// The next calls go wrong like this, one after the other. Looking up never does.
    pub fn fail(&self, faults: &[Fault]) {
        self.world.lock().unwrap().faults.extend(faults);
    }

    pub fn sessions(&self) -> Vec<Session> {
        self.world.lock().unwrap().sessions.clone()
    }

    pub fn transfers(&self) -> Vec<Movement> {
        self.world.lock().unwrap().transfers.clone()
    }

    pub fn refunds(&self) -> Vec<Movement> {
        self.world.lock().unwrap().refunds.clone()
    }

    /// Calls that change something, the failed ones too.
    pub fn calls(&self) -> usize {
        self.world.lock().unwrap().calls
    }

    /// What it holds for the site: paid, less what went back or out.
    pub fn balance(&self) -> i64 {
        let world = self.world.lock().unwrap();
        let paid: i64 = world.sessions.iter().filter(|session| session.payment.is_some()).map(|session| session.amount).sum();
        let gone: i64 = world.refunds.iter().chain(&world.transfers).map(|movement| movement.amount).sum();
        let disputed: i64 = world.disputes.iter().filter(|dispute| dispute.status != "won").map(|dispute| dispute.amount + DISPUTE_FEE).sum();
        paid - gone - disputed
    }

    /// Somebody pays on the page of a checkout; the event that tells so.
    pub fn pay(&self, checkout: &str) -> String {
        let session = {
            let mut world = self.world.lock().unwrap();
            world.next += 1;
            let payment = format!("pi_{}", world.next);
            let session = world.sessions.iter_mut().rfind(|session| session.checkout == checkout).expect("the page is open");
            session.payment.get_or_insert(payment);
            session.clone()
        };
        self.event("checkout.session.completed", &stripe::session(&session))
    }

    /// The page of a checkout closes; the event that tells so.
    pub fn close(&self, checkout: &str) -> String {
        let session = {
            let mut world = self.world.lock().unwrap();
            let session = world.sessions.iter_mut().rfind(|session| session.checkout == checkout).expect("the page is open");
            session.closed = true;
            session.clone()
        };
        self.event("checkout.session.expired", &stripe::session(&session))
    }

    /// A transfer comes back; the event that tells so.
    pub fn reverse(&self, payout: i32) -> String {
        let movement = {
            let mut world = self.world.lock().unwrap();
            let at = world.transfers.iter().position(|transfer| transfer.about == payout.to_string()).expect("it was sent");
            world.transfers.remove(at)
        };
        self.event("transfer.reversed", &stripe::transfer(&movement))
    }

    /// The bank of whoever paid a checkout takes the payment back; the event that tells so.
    pub fn dispute(&self, checkout: &str) -> String {
        let dispute = {
            let mut world = self.world.lock().unwrap();
            world.next += 1;
            let id = format!("dp_{}", world.next);
            let session = world.sessions.iter().rfind(|session| session.checkout == checkout).expect("the page was open");
            let payment = session.payment.clone().expect("it was paid");
            let dispute = Dispute { id, payment, amount: session.amount, status: "needs_response" };
            world.disputes.push(dispute.clone());
            dispute
        };
        self.event("charge.dispute.created", &stripe::dispute(&dispute))
    }

    /// The bank decides about the last dispute; the event that tells so.
    pub fn decide(&self, status: &'static str) -> String {
        let dispute = {
            let mut world = self.world.lock().unwrap();
            let dispute = world.disputes.last_mut().expect("there is a dispute");
            dispute.status = status;
            dispute.clone()
        };
        self.event(if status == "under_review" { "charge.dispute.updated" } else { "charge.dispute.closed" }, &stripe::dispute(&dispute))
    }

    /// The body of an event of any kind.
    pub fn event(&self, kind: &str, object: &Value) -> String {
        let mut world = self.world.lock().unwrap();
        world.next += 1;
        // Written as nobody else would: whoever reads and writes it again gets other bytes.
        format!("{{\n  \"id\": \"evt_{}\",\n  \"type\":\"{kind}\", \"data\": {{\"object\": {object}}}\n}}", world.next)
    }

    /// A signature over the body, of a time, with a secret.
    pub fn sign(secret: &str, at: OffsetDateTime, body: &str) -> String {
        let seconds = at.unix_timestamp();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{seconds}.{body}").as_bytes());
        format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
    }

    /// Tells the site; the status that it answers.
    pub async fn tell(&self, site: &str, body: &str) -> reqwest::StatusCode {
        let now = self.world.lock().unwrap().clock.now();
        Self::knock(site, body, &Self::sign(&self.secret, now, body)).await
    }

    /// Sends any body with any signature.
    pub async fn knock(site: &str, body: &str, signature: &str) -> reqwest::StatusCode {
        let request = crate::app::client().build().unwrap().post(format!("{site}/hooks/stripe")).header("stripe-signature", signature);
        request.header("content-type", "application/json").body(body.to_owned()).send().await.unwrap().status()
    }
}

async fn answer(State(fake): State<FakePay>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    if headers.get("authorization").is_none_or(|value| value != "Bearer sk_test_fakepay") {
        return reply(StatusCode::UNAUTHORIZED, &json!({"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}));
    }
    let mut world = fake.world.lock().unwrap();
    if method == Method::GET {
        let (status, body) = stripe::look_up(&world, uri.path(), uri.query().unwrap_or_default());
        return reply(status, &body);
    }
    world.calls += 1;
    let now = world.clock.now();
    let key = headers.get("idempotency-key").expect("every call has a key").to_str().unwrap().to_owned();
    let request = format!("{} {}", uri.path(), String::from_utf8_lossy(&body));
    world.keys.retain(|_, kept| now - kept.at < Duration::hours(24));
    let fault = world.faults.pop_front();
    if fault == Some(Fault::Away) {
        return reply(StatusCode::SERVICE_UNAVAILABLE, &json!({}));
    }
    if let Some(kept) = world.keys.get(&key) {
        if kept.request != request {
            let error =
                json!({"error": {"type": "idempotency_error", "message": "Keys for idempotent requests can only be used with the same parameters"}});
            return reply(StatusCode::BAD_REQUEST, &error);
        }
        return reply(kept.status, &kept.body);
    }
    if fault == Some(Fault::Poor) {
        let error = json!({"error": {"type": "invalid_request_error", "code": "balance_insufficient", "message": "Insufficient funds"}});
        return reply(StatusCode::BAD_REQUEST, &error);
    }
    let (status, body) = match fault {
        Some(Fault::Broken) => (StatusCode::INTERNAL_SERVER_ERROR, json!({"error": {"type": "api_error", "message": "Oops"}})),
        _ => stripe::perform(&mut world, &fake.url, uri.path(), &body),
    };
    let (status, body) = match fault {
        Some(Fault::BrokenAfterwards) => (StatusCode::INTERNAL_SERVER_ERROR, json!({"error": {"type": "api_error", "message": "Oops"}})),
        _ => (status, body),
    };
    world.keys.insert(key, Kept { request, at: now, status, body: body.clone() });
    if fault == Some(Fault::AnswerLost) {
        let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("the connection breaks")) });
        return Response::new(Body::from_stream(broken));
    }
    reply(status, &body)
}

fn reply(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
}

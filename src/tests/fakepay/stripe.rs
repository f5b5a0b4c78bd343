//! The objects and calls of Stripe's API that the site uses.

use super::{DISPUTE_FEE, Dispute, Movement, Session, World};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Form = BTreeMap<String, String>;

pub fn session(session: &Session) -> Value {
    let status = if session.payment.is_some() {
        "complete"
    } else if session.closed {
        "expired"
    } else {
        "open"
    };
    json!({
        "id": session.id, "object": "checkout.session", "client_reference_id": session.checkout, "amount_total": session.amount,
        "currency": "usd", "status": status, "payment_status": if session.payment.is_some() { "paid" } else { "unpaid" },
        "payment_intent": session.payment,
    })
}

pub fn transfer(movement: &Movement) -> Value {
    json!({"id": movement.id, "object": "transfer", "amount": movement.amount, "destination": movement.to, "metadata": {"payout": movement.about}})
}

/// Of a refund: `late 7` or `refund 7`.
fn metadata(movement: &Movement) -> Value {
    let (name, id) = movement.about.split_once(' ').expect("a refund says what it is about");
    json!({ name: id })
}

fn refund(movement: &Movement) -> Value {
    json!({"id": movement.id, "object": "refund", "amount": movement.amount, "payment_intent": movement.to, "metadata": metadata(movement)})
}

pub fn dispute(dispute: &Dispute) -> Value {
    let mut movements = vec![json!({"amount": -dispute.amount, "fee": DISPUTE_FEE, "net": -dispute.amount - DISPUTE_FEE, "type": "adjustment"})];
    if dispute.status == "won" {
        movements.push(json!({"amount": dispute.amount, "fee": -DISPUTE_FEE, "net": dispute.amount + DISPUTE_FEE, "type": "adjustment"}));
    }
    json!({
        "id": dispute.id, "object": "dispute", "amount": dispute.amount, "currency": "usd", "charge": "ch_1", "payment_intent": dispute.payment,
        "reason": "product_not_received", "status": dispute.status, "evidence_details": {"due_by": 1_798_761_600}, "balance_transactions": movements,
    })
}

fn refuse(message: &str) -> (StatusCode, Value) {
    (StatusCode::BAD_REQUEST, json!({"error": {"type": "invalid_request_error", "message": message}}))
}

pub fn look_up(world: &World, path: &str, query: &str) -> (StatusCode, Value) {
    let query: Form = serde_urlencoded::from_str(query).unwrap();
    if let Some(id) = path.strip_prefix("/v1/checkout/sessions/") {
        return match world.sessions.iter().find(|session| session.id == id) {
            Some(found) => (StatusCode::OK, session(found)),
            None => (StatusCode::NOT_FOUND, json!({"error": {"type": "invalid_request_error", "message": "No such checkout session"}})),
        };
    }
    let data: Vec<Value> = match path {
        "/v1/transfers" => world.transfers.iter().filter(|item| format!("payout:{}", item.about) == query["transfer_group"]).map(transfer).collect(),
        "/v1/refunds" => world.refunds.iter().filter(|item| item.to == query["payment_intent"]).map(refund).collect(),
        _ => return (StatusCode::NOT_FOUND, json!({})),
    };
    (StatusCode::OK, json!({"object": "list", "data": data}))
}

pub fn perform(world: &mut World, url: &str, path: &str, body: &[u8]) -> (StatusCode, Value) {
    let form: Form = serde_urlencoded::from_bytes(body).unwrap();
    world.next += 1;
    let number = world.next;
    let amount = |name: &str| form[name].parse::<i64>().unwrap();
    match path {
        "/v1/checkout/sessions" => {
            assert_eq!((form["mode"].as_str(), form["line_items[0][price_data][currency]"].as_str()), ("payment", "usd"));
            let closes_at = amount("expires_at");
            let now = world.clock.now().unix_timestamp();
            if closes_at < now + 30 * 60 || closes_at > now + 24 * 3600 {
                return refuse("The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.");
            }
            let opened = Session {
                id: format!("cs_{number}"),
                checkout: form["client_reference_id"].clone(),
                amount: amount("line_items[0][price_data][unit_amount]"),
                closes_at,
                payment: None,
                closed: false,
            };
            let mut answer = session(&opened);
            answer["url"] = json!(format!("{url}/pay/{}", opened.id));
            world.sessions.push(opened);
            (StatusCode::OK, answer)
        }
        "/v1/refunds" => {
            let to = form["payment_intent"].clone();
            let paid: i64 = world.sessions.iter().filter(|session| session.payment.as_ref() == Some(&to)).map(|session| session.amount).sum();
            let back: i64 = world.refunds.iter().filter(|refund| refund.to == to).map(|refund| refund.amount).sum();
            if amount("amount") + back > paid {
                return refuse("Refund amount is greater than unrefunded amount on charge");
            }
            let name = if form.contains_key("metadata[late]") { "late" } else { "refund" };
            let about = format!("{name} {}", form[&format!("metadata[{name}]")]);
            let movement = Movement { id: format!("re_{number}"), amount: amount("amount"), to, about };
            world.refunds.push(movement.clone());
            (StatusCode::OK, refund(&movement))
        }
        "/v1/transfers" => {
            let to = form["destination"].clone();
            if to.contains("missing") {
                return refuse("No such destination: the account does not exist");
            }
            let movement = Movement { id: format!("tr_{number}"), amount: amount("amount"), to, about: form["metadata[payout]"].clone() };
            world.transfers.push(movement.clone());
            (StatusCode::OK, transfer(&movement))
        }
        _ => (StatusCode::NOT_FOUND, json!({})),
    }
}

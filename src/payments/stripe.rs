//! Stripe: hosted Checkout, refunds, transfers to connected accounts, signed webhooks. <https://docs.stripe.com/api>

use super::{
    Provider, Verdict,
    gateway::{Answer, Call, Charge, Disputed, Event, Forged, Gateway, News, Order, Paid, Session, Transfer},
    signature,
};
use crate::{
    money::{CURRENCY, Cents},
    server::{config::StripeConfig, state::App},
};
use anyhow::{Context, Result, bail};
use axum::http::HeaderMap;
use futures::{FutureExt, future::BoxFuture};
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// The version of the API that this file is written for; accounts may have newer ones as their default.
const VERSION: &str = "2024-06-20";

pub(super) struct Stripe<'a> {
    config: &'a StripeConfig,
    http: &'a reqwest::Client,
}

/// What comes back: done, or refused for good with a sentence.
type Reply = Result<Value, String>;

#[derive(Deserialize)]
struct Problem {
    error: Cause,
}

#[derive(Deserialize)]
struct Cause {
    #[serde(default, rename = "type")]
    kind: String,
    code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Notice {
    #[serde(rename = "type")]
    kind: String,
    data: NoticeData,
}

#[derive(Deserialize)]
struct NoticeData {
    object: Value,
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().with_context(|| format!("Stripe's answer has no {name}"))
}

impl<'a> Stripe<'a> {
    pub(super) fn of(app: &'a App) -> Self {
        Self { config: &app.config.payments.stripe, http: &app.http }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/v1/{path}", self.config.url.trim_end_matches('/'))
    }

    /// # Errors
    /// When the outcome is not known, or no fault of what was asked: away, too many, conflicts, keys, an empty balance.
    async fn send(&self, request: RequestBuilder) -> Result<Reply> {
        let response = request.bearer_auth(&self.config.secret_key).header("stripe-version", VERSION).send().await?;
        let status = response.status();
        let body = response.bytes().await?;
        if status.is_success() {
            return Ok(Ok(serde_json::from_slice(&body)?));
        }
        let cause =
            serde_json::from_slice::<Problem>(&body).map(|problem| problem.error).unwrap_or(Cause { kind: String::new(), code: None, message: None });
        let message = cause.message.unwrap_or_default();
        let ours = cause.kind == "idempotency_error" || cause.code.as_deref() == Some("balance_insufficient");
        match status {
            StatusCode::BAD_REQUEST | StatusCode::PAYMENT_REQUIRED | StatusCode::NOT_FOUND if !ours => {
                Ok(Err(if message.is_empty() { crate::t!("payments.no_reason").into_owned() } else { message }))
            }
            _ => bail!("Stripe answered {status}: {message}"),
        }
    }

    async fn post(&self, path: &str, key: &str, form: &[(&str, String)]) -> Result<Reply> {
        self.send(self.http.post(self.url(path)).header("idempotency-key", key).form(form)).await
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        match self.send(self.http.get(self.url(path)).query(query)).await? {
            Ok(value) => Ok(value),
            Err(reason) => bail!("Stripe can't look up {path}: {reason}"),
        }
    }

    async fn open(&self, key: &str, order: &Order) -> Result<Answer> {
        let mut form = vec![
            ("mode", "payment".to_owned()),
            ("client_reference_id", order.checkout.clone()),
            ("success_url", format!("{}?back=true", order.back)),
            ("cancel_url", order.back.clone()),
            ("expires_at", order.closes_at.to_string()),
            ("line_items[0][quantity]", "1".to_owned()),
            ("line_items[0][price_data][currency]", CURRENCY.to_lowercase()),
            ("line_items[0][price_data][unit_amount]", order.amount.0.to_string()),
            ("line_items[0][price_data][product_data][name]", order.title.clone()),
            ("payment_intent_data[metadata][checkout]", order.checkout.clone()),
        ];
        form.extend(order.email.clone().map(|email| ("customer_email", email)));
        if order.again {
            form.push(("customer_creation", "always".to_owned()));
            form.push(("payment_intent_data[setup_future_usage]", "off_session".to_owned()));
        }
        Ok(match self.post("checkout/sessions", key, &form).await? {
            Ok(session) => Answer::Opened { reference: text(&session, "id")?.to_owned(), url: text(&session, "url")?.to_owned() },
            Err(reason) => Answer::Refused { reason },
        })
    }

    /// By the means of the earlier payment. <https://docs.stripe.com/payments/save-during-payment>
    async fn charge(&self, key: &str, charge: &Charge) -> Result<Answer> {
        let no_means = || Answer::Refused { reason: crate::t!("payments.no_means").into_owned() };
        if charge.before.is_empty() {
            return Ok(no_means());
        }
        let before = self.get(&format!("payment_intents/{}", charge.before), &[]).await?;
        let (Some(customer), Some(method)) = (before["customer"].as_str(), before["payment_method"].as_str()) else { return Ok(no_means()) };
        let form = [
            ("amount", charge.amount.0.to_string()),
            ("currency", CURRENCY.to_lowercase()),
            ("customer", customer.to_owned()),
            ("payment_method", method.to_owned()),
            ("off_session", "true".to_owned()),
            ("confirm", "true".to_owned()),
            ("description", charge.title.clone()),
            ("metadata[checkout]", charge.checkout.clone()),
        ];
        match self.post("payment_intents", key, &form).await? {
            Ok(intent) if intent["status"] == "succeeded" => Ok(Answer::Charged { reference: text(&intent, "id")?.to_owned() }),
            // A bank's answer is still to come: looked up again later.
            Ok(intent) if intent["status"] == "processing" => bail!("Stripe is still charging {}", charge.checkout),
            Ok(_) => Ok(Answer::Refused { reason: crate::t!("payments.no_reason").into_owned() }),
            Err(reason) => Ok(Answer::Refused { reason }),
        }
    }

    /// What became of a charge whose answer was lost.
    async fn charged(&self, charge: &Charge) -> Result<Option<Answer>> {
        if charge.before.is_empty() {
            return Ok(None);
        }
        let before = self.get(&format!("payment_intents/{}", charge.before), &[]).await?;
        let Some(customer) = before["customer"].as_str() else { return Ok(None) };
        let list = self.get("payment_intents", &[("customer", customer), ("limit", "100")]).await?;
        let found = list["data"].as_array().context("Stripe's list has no data")?;
        let found = found.iter().find(|intent| intent["metadata"]["checkout"] == charge.checkout.as_str());
        Ok(match found {
            Some(intent) if intent["status"] == "succeeded" => Some(Answer::Charged { reference: text(intent, "id")?.to_owned() }),
            Some(intent) if intent["status"] == "processing" => bail!("Stripe is still charging {}", charge.checkout),
            Some(_) => Some(Answer::Refused { reason: crate::t!("payments.no_reason").into_owned() }),
            None => None,
        })
    }

    /// `name`: the field of its metadata by which it is found again.
    async fn refund(&self, key: &str, payment: &str, amount: Cents, name: &str, id: i32) -> Result<Answer> {
        let form = [("payment_intent", payment.to_owned()), ("amount", amount.0.to_string()), (name, id.to_string())];
        Ok(match self.post("refunds", key, &form).await? {
            Ok(value) => Answer::Refunded { reference: text(&value, "id")?.to_owned() },
            Err(reason) => Answer::Refused { reason },
        })
    }

    async fn transfer(&self, key: &str, transfer: &Transfer) -> Result<Answer> {
        let form = [
            ("amount", transfer.amount.0.to_string()),
            ("currency", CURRENCY.to_lowercase()),
            ("destination", transfer.destination.clone()),
            ("transfer_group", group(transfer)),
            ("metadata[payout]", transfer.payout.to_string()),
        ];
        Ok(match self.post("transfers", key, &form).await? {
            Ok(value) => Answer::Sent { reference: text(&value, "id")?.to_owned() },
            Err(reason) => Answer::Refused { reason },
        })
    }
}

/// What a transfer can be found by, when its answer was lost.
fn group(transfer: &Transfer) -> String {
    format!("payout:{}", transfer.payout)
}

/// What a checkout session's object says.
fn session(object: &Value) -> Result<Session> {
    if object["payment_status"] == "paid" {
        return Ok(Session::Paid(Paid {
            checkout: text(object, "client_reference_id")?.to_owned(),
            payment: text(object, "payment_intent")?.to_owned(),
            amount: Cents(object["amount_total"].as_i64().context("Stripe's session has no amount_total")?),
            currency: text(object, "currency")?.to_uppercase(),
        }));
    }
    Ok(if object["status"] == "expired" { Session::Closed } else { Session::Open })
}

/// What a dispute's object says. What counts is the money that was taken and given back, whatever the event is called;
/// without any it is only a question of the bank. <https://docs.stripe.com/api/disputes/object>
fn dispute(object: &Value) -> Result<News> {
    let movements = object["balance_transactions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let sum = |taken: bool, name: &str| {
        let amounts = movements.iter().filter(|movement| movement["amount"].as_i64().is_some_and(|amount| (amount < 0) == taken));
        amounts.filter_map(|movement| movement[name].as_i64()).try_fold(Cents::ZERO, |sum, amount| sum.plus(Cents(amount)))
    };
    let (amount, back) = (sum(true, "amount")?.negated()?, sum(false, "amount")?);
    if amount == Cents::ZERO {
        return Ok(News::Nothing);
    }
    let verdict = match object["status"].as_str() {
        _ if back == amount => Verdict::Won,
        _ if back != Cents::ZERO => bail!("Stripe gave back {} of a dispute's {}", back.to_decimal(), amount.to_decimal()),
        Some("lost") => Verdict::Lost,
        _ => Verdict::Open,
    };
    Ok(News::Disputed(Disputed {
        reference: text(object, "id")?.to_owned(),
        payment: text(object, "payment_intent")?.to_owned(),
        amount,
        currency: text(object, "currency")?.to_uppercase(),
        fee: sum(true, "fee")?,
        fee_back: sum(false, "fee")?.negated()?,
        verdict,
        reason: object["reason"].as_str().unwrap_or("general").chars().take(100).collect(),
        answer_by: object["evidence_details"]["due_by"].as_i64().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok()),
    }))
}

impl Gateway for Stripe<'_> {
    fn provider(&self) -> Provider {
        Provider::Stripe
    }

    fn key_lifetime(&self) -> Duration {
        Duration::hours(24)
    }

    fn call<'a>(&'a self, key: &'a str, call: &'a Call) -> BoxFuture<'a, Result<Answer>> {
        async move {
            match call {
                Call::Open(order) => self.open(key, order).await,
                Call::Charge(charge) => self.charge(key, charge).await,
                Call::Refund(refund) => self.refund(key, &refund.payment, refund.amount, "metadata[late]", refund.late).await,
                Call::GiveBack(back) => self.refund(key, &back.payment, back.amount, "metadata[refund]", back.refund).await,
                Call::Send(transfer) => self.transfer(key, transfer).await,
            }
        }
        .boxed()
    }

    fn find<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Result<Option<Answer>>> {
        async move {
            let (path, query, name, id) = match call {
                // It ends at Stripe before its key does.
                Call::Open(_) => return Ok(None),
                Call::Charge(charge) => return self.charged(charge).await,
                Call::Refund(refund) => ("refunds", ("payment_intent", refund.payment.clone()), "late", refund.late),
                Call::GiveBack(back) => ("refunds", ("payment_intent", back.payment.clone()), "refund", back.refund),
                Call::Send(transfer) => ("transfers", ("transfer_group", group(transfer)), "payout", transfer.payout),
            };
            let list = self.get(path, &[(query.0, &query.1), ("limit", "100")]).await?;
            let found = list["data"].as_array().context("Stripe's list has no data")?;
            let Some(found) = found.iter().find(|item| item["metadata"][name] == id.to_string().as_str()) else { return Ok(None) };
            let reference = text(found, "id")?.to_owned();
            Ok(Some(if matches!(call, Call::Send(_)) { Answer::Sent { reference } } else { Answer::Refunded { reference } }))
        }
        .boxed()
    }

    fn session<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<Session>> {
        async move { session(&self.get(&format!("checkout/sessions/{reference}"), &[]).await?) }.boxed()
    }

    fn event(&self, headers: &HeaderMap, body: &[u8], now: OffsetDateTime) -> Result<Event, Forged> {
        let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).ok_or(Forged::Malformed)?;
        signature::verify(header, body, &self.config.webhook_secrets, now)?;
        let envelope: Envelope = serde_json::from_slice(body).map_err(|_| Forged::NotAnEvent)?;
        Ok(Event { id: envelope.id, kind: envelope.kind })
    }

    fn news(&self, payload: &str) -> Result<News> {
        let notice: Notice = serde_json::from_str(payload)?;
        let object = &notice.data.object;
        Ok(match notice.kind.as_str() {
            "checkout.session.completed" | "checkout.session.async_payment_succeeded" => match session(object)? {
                Session::Paid(paid) => News::Paid(paid),
                // A bank's answer is still to come.
                _ => News::Nothing,
            },
            "checkout.session.expired" | "checkout.session.async_payment_failed" => {
                News::Closed { checkout: text(object, "client_reference_id")?.to_owned() }
            }
            "transfer.reversed" => match object["metadata"]["payout"].as_str().and_then(|payout| payout.parse().ok()) {
                Some(payout) => News::Returned { payout, reason: crate::t!("payments.returned").into_owned() },
                None => News::Nothing,
            },
            kind if kind.starts_with("charge.dispute.") => dispute(object)?,
            _ => News::Nothing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_paid_is_paid() {
        let object = |status: &str| serde_json::json!({"client_reference_id": "C", "payment_intent": "pi_1", "amount_total": 525, "currency": "usd", "payment_status": status});
        let paid = Paid { checkout: "C".to_owned(), payment: "pi_1".to_owned(), amount: Cents(525), currency: "USD".to_owned() };
        assert_eq!(session(&object("paid")).ok(), Some(Session::Paid(paid)));
        assert_eq!(session(&object("unpaid")).ok(), Some(Session::Open));
    }
}

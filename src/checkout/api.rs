//! Server functions of the checkout.

use super::{Bill, ReceiptLine};
use crate::{error::AppResult, page::Page, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// A checkout of the one who asks, as far as it is at the provider.
#[server(endpoint = "checkout/show", input = GetUrl)]
pub async fn show(id: String) -> AppResult<Bill> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::outside::refresh(&app, me.id, &id).await?;
    super::store::bill_of_checkout(&app, me.id, &id).await
}

/// A payment of the one who asks.
#[server(endpoint = "checkout/receipt", input = GetUrl)]
pub async fn receipt(payment: i32) -> AppResult<Bill> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::bill_of_payment(&app, me.id, payment.into()).await
}

/// The payments of the one who asks, newest first, before an id.
#[server(endpoint = "checkout/receipts", input = GetUrl)]
pub async fn receipts(before: Option<i32>) -> AppResult<Page<ReceiptLine>> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::receipts(&app, me.id, before).await
}

/// Pays an open checkout of one's own, once.
#[server(endpoint = "checkout/pay")]
pub async fn pay(id: String) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    crate::payments::require_provider(&app)?;
    let payment = super::store::pay(&app, me.id, &id, app.clock.now()).await?;
    app.work.notify_one();
    Ok(Done::go(format!("/receipts/{payment}")).saying(crate::t!("checkout.paid")))
}

/// Declines an open checkout of one's own: nothing is paid.
#[server(endpoint = "checkout/decline")]
pub async fn decline(id: String) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::decline(&app, me.id, &id, app.clock.now()).await?;
    Ok(Done::go(format!("/checkout/{id}")).saying(crate::t!("checkout.declined")))
}

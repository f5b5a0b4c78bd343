//! Server functions of subscriptions.

use super::{Own, Plans, Proposal};
use crate::{error::AppResult, ui::forms::Done};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// All tiers, and the one that somebody has.
#[server(endpoint = "subscriptions/plans", input = GetUrl)]
pub async fn all_plans() -> AppResult<Plans> {
    use crate::server::context;
    let app = context::app()?;
    super::store::plans(&app, context::visitor().me.map(|me| me.id), app.clock.now()).await
}

/// What choosing this tier means, before anything is done.
#[server(endpoint = "subscriptions/proposal", input = GetUrl)]
pub async fn propose(id: i32) -> AppResult<Proposal> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::proposal(&app, &me, id.into(), app.clock.now()).await
}

/// Chooses a tier: to the checkout, or done when nothing is to be paid now.
#[server(endpoint = "subscriptions/choose")]
pub async fn choose(form_key: String, id: i32) -> AppResult<Done> {
    use crate::{server::context, subscriptions::store::Chosen};
    let app = context::app()?;
    let me = context::require_me()?;
    let provider = crate::payments::require_provider(&app)?;
    Ok(match super::store::choose(&app, &me, provider, id.into(), &form_key, app.clock.now()).await? {
        Chosen::Pay(checkout) => Done::go(format!("/checkout/{checkout}")),
        Chosen::Done(said) => Done::go("/settings/subscription").saying(said),
    })
}

/// The subscription of the one who asks, and what was paid for it.
#[server(endpoint = "subscriptions/mine", input = GetUrl)]
pub async fn mine() -> AppResult<Own> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::mine(&app, me.id, app.clock.now()).await
}

/// Ends one's subscription with its period.
#[server(endpoint = "subscriptions/cancel")]
pub async fn cancel() -> AppResult<Done> {
    use crate::{server::context, ui::format::date};
    let app = context::app()?;
    let me = context::require_me()?;
    let until = super::store::cancel(&app, &me, app.clock.now()).await?;
    app.work.notify_one();
    Ok(Done::go("/settings/subscription").saying(crate::t!("subscriptions.cancelled", date = date(until))))
}

/// Takes the cancellation back, or a change that is still to come.
#[server(endpoint = "subscriptions/resume")]
pub async fn resume() -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    super::store::resume(&app, &me, app.clock.now()).await?;
    Ok(Done::go("/settings/subscription").saying(crate::t!("subscriptions.resumed")))
}

/// Pays for the period whose renewal was refused.
#[server(endpoint = "subscriptions/pay")]
pub async fn pay_late(form_key: String) -> AppResult<Done> {
    use crate::server::context;
    let app = context::app()?;
    let me = context::require_me()?;
    let provider = crate::payments::require_provider(&app)?;
    let checkout = super::store::pay_late(&app, &me, provider, &form_key, app.clock.now()).await?;
    Ok(Done::go(format!("/checkout/{checkout}")))
}

//! A question in front of the page: the browser's own dialog, so that focus, Escape and the background are right.

use crate::{
    t,
    ui::icons::{Glyph, Icon},
};
use leptos::{html, prelude::*};

/// A dialog and the link that opens it. Without JavaScript the link leads to the dialog's fragment, which shows it too,
/// and closing leads back.
#[component]
pub fn Dialog(
    /// Its name in the page, for the fragment.
    id: &'static str,
    #[prop(into)] title: String,
    /// What the link says.
    #[prop(into)]
    opener: String,
    /// The link's classes.
    #[prop(default = "btn")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let heading = format!("{id}-title");
    let open = move |event: leptos::ev::MouseEvent| {
        if let Some(dialog) = dialog.get_untracked() {
            event.prevent_default();
            event.stop_propagation();
            // It fails only when the dialog is open already.
            let _already_open = dialog.show_modal();
        }
    };
    let close = move |event: leptos::ev::MouseEvent| {
        if let Some(dialog) = dialog.get_untracked()
            && dialog.open()
        {
            event.prevent_default();
            event.stop_propagation();
            dialog.close();
        }
    };
    view! {
        <a class=class href=format!("#{id}") rel="external" on:click=open>{opener}</a>
        <dialog class="dialog" id=id node_ref=dialog aria-labelledby=heading.clone()>
            <div class="dialog-head">
                <h2 id=heading.clone()>{title}</h2>
                <a class="icon-btn" href="#main" rel="external" aria-label=t!("ui.close") on:click=close><Icon glyph=Glyph::Close/></a>
            </div>
            {children()}
        </dialog>
    }
}

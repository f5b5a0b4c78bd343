//! A page that needs neither the database nor the application: for when one of them is away.

/// A complete HTML document in the site's look.
pub fn standalone_page(title: &str, text: &str, request_id: Option<&str>) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let id = request_id.map(|id| format!("<p><small>{}</small></p>", escape(id))).unwrap_or_default();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title><h1>{0}</h1><p>{1}</p>{id}</html>",
        escape(title),
        escape(text)
    )
}

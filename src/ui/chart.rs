//! Charts drawn on the server: readable without JavaScript, exact by hover and keyboard, and as a table.
//!
//! Positions are percentages and texts are not scaled, so a chart is as legible on a phone as on a desk.

use crate::{t, ui::maybe::Maybe};
use leptos::prelude::*;

/// Height of the picture in pixels, and of its parts.
const HEIGHT: f64 = 220.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 26.0;

/// Where values lie between the axis and the top.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(points: &[(String, i64)]) -> Self {
        let values = || points.iter().map(|point| real(point.1));
        let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
        // Nothing but zeros still has an axis.
        Self { low, high: if high > low { high } else { low + 1.0 } }
    }

    /// The height of a value in pixels from the top.
    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)
    }
}

/// A value as a coordinate: pictures need no more than a float's 53 bits.
#[allow(clippy::cast_precision_loss)]
const fn real(value: i64) -> f64 {
    value as f64
}

fn position(index: usize, count: usize) -> f64 {
    let (index, count) = (u32::try_from(index).unwrap_or(0), u32::try_from(count.max(1)).unwrap_or(1));
    (f64::from(index) + 0.5) * 100.0 / f64::from(count)
}

/// Whether a label has room on a phone: six short or five long ones, the last one always.
fn has_label(index: usize, count: usize, short: bool) -> bool {
    let every = count.div_ceil(if short { 6 } else { 5 }).max(1);
    (count - 1 - index).is_multiple_of(every)
}

fn anchor(index: usize, count: usize) -> &'static str {
    match index {
        _ if count < 4 => "middle",
        0 => "start",
        index if index + 1 == count => "end",
        _ => "middle",
    }
}

/// Bars over time or kinds. The highest and the last one say their value, the others when pointed at.
#[component]
pub fn BarChart<F>(
    /// What is measured, in which unit and time.
    #[prop(into)]
    title: String,
    /// Labels and values, in order.
    points: Vec<(String, i64)>,
    /// How a value is written.
    format: F,
    /// The heading of the labels in the table; "When" by default.
    #[prop(into, optional)]
    labels: Maybe,
) -> impl IntoView
where
    F: Fn(i64) -> String + 'static,
{
    let scale = Scale::of(&points);
    let count = points.len();
    let short = points.iter().all(|(label, _)| label.chars().count() <= 4);
    let zero = scale.y(0.0);
    let highest = points.iter().enumerate().max_by_key(|(index, point)| (point.1, *index)).map(|(index, _)| index);
    let step = position(0, count) * 2.0;
    let bars = points
        .iter()
        .enumerate()
        .map(|(index, (label, value))| {
            let (x, y) = (position(index, count), scale.y(real(*value)));
            let text = format(*value);
            let name = t!("ui.chart.point", label = label, value = text);
            let direct = Some(index) == highest || index + 1 == count;
            let (top, height) = if y < zero { (y, zero - y) } else { (zero, (y - zero).max(if *value == 0 { 0.0 } else { 1.0 })) };
            view! {
                <g class="chart-point" tabindex="0" role="img" aria-label=name.clone()>
                    <title>{name.clone()}</title>
                    <rect class="chart-hit" x=percent(x - step / 2.0) y="1" width=percent(step) height=HEIGHT - BOTTOM rx="4"></rect>
                    <rect class=if *value < 0 { "chart-bar chart-bar-low" } else { "chart-bar" }
                        x=percent(step.mul_add(-0.36, x)) y=round(top) width=percent(step * 0.72) height=round(height) rx="2"></rect>
                    <text class=if direct { "chart-value" } else { "chart-tip" } x=percent(edge(x, index, count, step)) y=round(y.min(zero) - 7.0) text-anchor=anchor(index, count)>{text}</text>
                </g>
                {has_label(index, count, short).then(|| view! {
                    <text class="chart-text" x=percent(edge(x, index, count, step)) y=HEIGHT - 6.0 text-anchor=anchor(index, count) aria-hidden="true">{label.clone()}</text>
                })}
            }
        })
        .collect_view();
    let plot = view! {
        <svg class="chart-svg" width="100%" height=HEIGHT role="group" aria-label=title.clone()>
            <line class="chart-axis" x1="0" x2="100%" y1=round(zero) y2=round(zero)></line>
            {bars}
        </svg>
    };
    frame(title, labels, points, format, plot.into_any())
}

/// A line over time, for many points or values that flow into each other.
#[component]
pub fn LineChart<F>(#[prop(into)] title: String, points: Vec<(String, i64)>, format: F, #[prop(into, optional)] labels: Maybe) -> impl IntoView
where
    F: Fn(i64) -> String + 'static,
{
    let scale = Scale::of(&points);
    let count = points.len();
    let short = points.iter().all(|(label, _)| label.chars().count() <= 4);
    let zero = scale.y(0.0);
    let step = position(0, count) * 2.0;
    let corners: Vec<String> =
        points.iter().enumerate().map(|(index, point)| format!("{:.2} {:.1}", position(index, count), scale.y(real(point.1)))).collect();
    let line = if corners.is_empty() { String::new() } else { format!("M{}", corners.join("L")) };
    let area = if corners.is_empty() {
        String::new()
    } else {
        format!("M{:.2} {zero:.1}L{}L{:.2} {zero:.1}Z", position(0, count), corners.join("L"), position(count - 1, count))
    };
    let highest = points.iter().enumerate().max_by_key(|(index, point)| (point.1, *index)).map(|(index, _)| index);
    let dots = points
        .iter()
        .enumerate()
        .map(|(index, (label, value))| {
            let (x, y) = (position(index, count), scale.y(real(*value)));
            let text = format(*value);
            let name = t!("ui.chart.point", label = label, value = text);
            let direct = Some(index) == highest || index + 1 == count;
            view! {
                <g class="chart-point" tabindex="0" role="img" aria-label=name.clone()>
                    <title>{name.clone()}</title>
                    <rect class="chart-hit" x=percent(x - step / 2.0) y="1" width=percent(step) height=HEIGHT - BOTTOM rx="4"></rect>
                    <circle class=if direct { "chart-dot" } else { "chart-dot chart-tip" } cx=percent(x) cy=round(y) r="4.5"></circle>
                    <text class=if direct { "chart-value" } else { "chart-tip" } x=percent(edge(x, index, count, step)) y=round(y - 11.0) text-anchor=anchor(index, count)>{text}</text>
                </g>
                {has_label(index, count, short).then(|| view! {
                    <text class="chart-text" x=percent(edge(x, index, count, step)) y=HEIGHT - 6.0 text-anchor=anchor(index, count) aria-hidden="true">{label.clone()}</text>
                })}
            }
        })
        .collect_view();
    let plot = view! {
        <svg class="chart-svg" width="100%" height=HEIGHT role="group" aria-label=title.clone()>
            <line class="chart-axis" x1="0" x2="100%" y1=round(zero) y2=round(zero)></line>
            // Only the curve is stretched to the width; its line keeps its weight.
            <svg width="100%" height=HEIGHT viewBox=format!("0 0 100 {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                <path class="chart-area" d=area></path>
                <path class="chart-line" d=line vector-effect="non-scaling-stroke"></path>
            </svg>
            {dots}
        </svg>
    };
    frame(title, labels, points, format, plot.into_any())
}

/// The first and the last text stand within the picture.
fn edge(x: f64, index: usize, count: usize, step: f64) -> f64 {
    match anchor(index, count) {
        "start" => step.mul_add(-0.36, x),
        "end" => step.mul_add(0.36, x),
        _ => x,
    }
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

fn round(value: f64) -> String {
    format!("{value:.1}")
}

fn frame<F>(title: String, labels: Maybe, points: Vec<(String, i64)>, format: F, plot: AnyView) -> impl IntoView
where
    F: Fn(i64) -> String + 'static,
{
    let labels = labels.0.unwrap_or_else(|| t!("ui.chart.when").into_owned());
    let rows =
        points.into_iter().map(|(label, value)| view! { <tr><th scope="row">{label}</th><td class="num">{format(value)}</td></tr> }).collect_view();
    view! {
        <figure class="chart">
            <figcaption>{title.clone()}</figcaption>
            <div class="chart-plot">{plot}</div>
            <details class="chart-table">
                <summary>{t!("ui.chart.table")}</summary>
                <div class="table-wrap" tabindex="0" role="region" aria-label=title.clone()>
                    <table class="table">
                        <caption class="visually-hidden">{title.clone()}</caption>
                        <thead><tr><th scope="col">{labels}</th><th scope="col" class="num">{t!("ui.chart.value")}</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[i64]) -> Vec<(String, i64)> {
        values.iter().map(|&value| (String::new(), value)).collect()
    }

    #[test]
    fn the_axis_is_at_zero() {
        let scale = Scale::of(&points(&[300, 500]));
        assert!((scale.y(0.0) - (HEIGHT - BOTTOM)).abs() < 0.01);
        assert!((scale.y(500.0) - TOP).abs() < 0.01);
        let with_loss = Scale::of(&points(&[-100, 100]));
        assert!(with_loss.y(0.0) < HEIGHT - BOTTOM && with_loss.y(-100.0) > with_loss.y(0.0));
    }

    #[test]
    fn nothing_at_all_is_still_a_chart() {
        assert!(Scale::of(&[]).y(0.0).is_finite());
        assert!(Scale::of(&points(&[0, 0])).y(0.0).is_finite());
    }

    #[test]
    fn the_last_label_is_always_there() {
        assert!(has_label(29, 30, false));
        assert!((0..30).filter(|&index| has_label(index, 30, true)).count() <= 6);
    }
}

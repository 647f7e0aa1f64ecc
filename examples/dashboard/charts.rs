//! The charts, each as an SVG of its own.

use std::{error::Error, ops::Range};

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use quicksight_migrations::{
    analytics::{CampaignPerformance, DailyRevenue, Hotspot, TravelMode},
    rust_decimal::{Decimal, prelude::ToPrimitive},
    time::Weekday,
};

use crate::{
    findings::{WEEK, days, name, number, per_cent},
    page::grouped,
};

type Svg = Result<String, Box<dyn Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const WIDTH: u32 = 1040;
const INK: RGBColor = RGBColor(27, 39, 51);
const GRID: RGBColor = RGBColor(221, 227, 233);

/// Okabe and Ito's colours, which nearly everybody can tell apart.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
    RGBColor(240, 228, 66),
    RGBColor(120, 120, 120),
];

fn svg(height: u32, draw: impl Fn(&Area<'_>) -> Result<(), Box<dyn Error>>) -> Svg {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        draw(&area)?;
        area.present()?;
    }
    Ok(svg)
}

fn text(size: i32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// The highest value of an axis: a little more than the highest bar.
fn top(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(1.0, f64::max) * 1.08
}

#[allow(clippy::cast_possible_truncation)] // Labels are whole numbers.
#[allow(clippy::trivially_copy_pass_by_ref)] // It is what a chart calls.
fn whole(value: &f64) -> String {
    grouped(value.round() as i64)
}

/// Three small charts over the same days.
pub(crate) fn revenue(revenue: &[DailyRevenue]) -> Svg {
    type Amount = fn(&DailyRevenue) -> Decimal;
    let panels: [(&str, Amount, RGBColor); 3] = [
        ("points gained", DailyRevenue::points, COLOURS[0]),
        ("tokens granted", DailyRevenue::tokens, COLOURS[2]),
        ("US dollars for tickets", DailyRevenue::tickets, COLOURS[5]),
    ];
    svg(720, |area| {
        for (panel, (unit, amount, colour)) in area.split_evenly((3, 1)).iter().zip(panels) {
            let amounts: Vec<_> =
                revenue.iter().map(|day| amount(day).to_f64().unwrap_or_default()).collect();
            let mut chart = ChartBuilder::on(panel)
                .margin_right(12)
                .margin_top(10)
                .x_label_area_size(30)
                .y_label_area_size(96)
                .build_cartesian_2d(
                    (0..revenue.len().saturating_sub(1)).into_segmented(),
                    0.0..top(amounts.iter().copied()),
                )?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID)
                .axis_style(GRID)
                .x_labels(revenue.len())
                .x_label_formatter(&|value| day_label(revenue, value))
                .x_label_style(text(14))
                .y_labels(5)
                .y_label_formatter(&whole)
                .y_label_style(text(14))
                .y_desc(unit)
                .axis_desc_style(text(15))
                .draw()?;
            let bars = revenue.iter().zip(&amounts).enumerate().map(|(index, (day, amount))| {
                let is_weekend =
                    matches!(day.date().weekday(), Weekday::Saturday | Weekday::Sunday);
                let style = colour.mix(if is_weekend { 0.5 } else { 1.0 }).filled();
                upright(index, 0.0..*amount, style)
            });
            chart.draw_series(bars)?;
        }
        Ok(())
    })
}

/// "Mar 3", on every third day.
fn day_label(revenue: &[DailyRevenue], value: &SegmentValue<usize>) -> String {
    match value {
        SegmentValue::CenterOf(index) if index % 3 == 0 => {
            revenue.get(*index).map_or_else(String::new, |day| {
                format!("{:.3} {}", day.date().month().to_string(), day.date().day())
            })
        }
        _ => String::new(),
    }
}

/// A bar over one place of the horizontal axis.
fn upright(
    index: usize,
    values: Range<f64>,
    style: ShapeStyle,
) -> Rectangle<(SegmentValue<usize>, f64)> {
    let mut bar = Rectangle::new(
        [(SegmentValue::Exact(index), values.start), (SegmentValue::Exact(index + 1), values.end)],
        style,
    );
    bar.set_margin(0, 0, 2, 2);
    bar
}

/// A heat map of the week, with its scale.
pub(crate) fn week(week: &[[f64; 24]; 7]) -> Svg {
    const CELL: (i32, i32) = (37, 34);
    const CORNER: (i32, i32) = (100, 14);
    let most = week.iter().flatten().copied().fold(1.0, f64::max);
    svg(340, |area| {
        let middle = Pos::new(HPos::Center, VPos::Center);
        let right = Pos::new(HPos::Right, VPos::Center);
        for (row, (day, hours)) in (0..).zip(WEEK.iter().zip(week)) {
            let y = CORNER.1 + row * CELL.1;
            let label = (CORNER.0 - 10, y + CELL.1 / 2);
            area.draw(&Text::new(day.to_string(), label, text(15).pos(right)))?;
            for (column, count) in (0..).zip(hours) {
                let x = CORNER.0 + column * CELL.0;
                let style = heat(count / most).filled();
                area.draw(&Rectangle::new([(x, y), (x + CELL.0 - 2, y + CELL.1 - 2)], style))?;
            }
        }
        let bottom = CORNER.1 + 7 * CELL.1;
        for hour in (0..=24).step_by(3) {
            let at = (CORNER.0 + hour * CELL.0, bottom + 14);
            area.draw(&Text::new(format!("{hour}:00"), at, text(15).pos(middle)))?;
        }
        let label = (CORNER.0 + 12 * CELL.0, bottom + 38);
        area.draw(&Text::new("hour of the day", label, text(15).pos(middle)))?;
        scale(area, (CORNER.0, bottom + 58), most)
    })
}

/// From nothing to the most, as the colours of the heat map have it.
fn scale(area: &Area<'_>, corner: (i32, i32), most: f64) -> Result<(), Box<dyn Error>> {
    const STEPS: i32 = 60;
    let left = Pos::new(HPos::Left, VPos::Center);
    let right = Pos::new(HPos::Right, VPos::Center);
    area.draw(&Text::new("0", (corner.0 - 8, corner.1 + 7), text(15).pos(right)))?;
    for step in 0..STEPS {
        let x = corner.0 + 4 * step;
        let style = heat(f64::from(step) / f64::from(STEPS - 1)).filled();
        area.draw(&Rectangle::new([(x, corner.1), (x + 4, corner.1 + 14)], style))?;
    }
    let label = format!("{} trips in that hour, on average", whole(&most));
    let at = (corner.0 + 4 * STEPS + 8, corner.1 + 7);
    area.draw(&Text::new(label, at, text(15).pos(left)))?;
    Ok(())
}

/// From nearly white to dark blue.
fn heat(share: f64) -> RGBColor {
    let between = |light: f64, dark: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Both are 0 to 255.
        let channel = (light + (dark - light) * share).round() as u8;
        channel
    };
    RGBColor(between(237.0, 8.0), between(243.0, 48.0), between(249.0, 107.0))
}

/// Trips by hour, one colour per mode. What has no colour of its own is "other".
pub(crate) fn modes(modes: &[(TravelMode, [u64; 24])]) -> Svg {
    let own = if modes.len() > COLOURS.len() { COLOURS.len() - 1 } else { modes.len() };
    let mut layers: Vec<_> =
        modes[..own].iter().map(|(mode, hours)| (mode.to_string(), *hours)).collect();
    if own < modes.len() {
        let mut other = [0; 24];
        for (_, hours) in &modes[own..] {
            other.iter_mut().zip(hours).for_each(|(sum, count)| *sum += count);
        }
        layers.push(("other".into(), other));
    }
    let sums = (0..24).map(|hour| layers.iter().map(|(_, hours)| hours[hour]).sum::<u64>());
    let most = top(sums.map(number));
    svg(360, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(12)
            .margin_top(12)
            .x_label_area_size(46)
            .y_label_area_size(96)
            .build_cartesian_2d((0..23_usize).into_segmented(), 0.0..most)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(GRID)
            .x_labels(24)
            .x_label_formatter(&|value| match value {
                SegmentValue::CenterOf(hour) => format!("{hour}"),
                _ => String::new(),
            })
            .x_label_style(text(15))
            .x_desc("hour of the day in which the trip starts")
            .y_labels(6)
            .y_label_formatter(&whole)
            .y_label_style(text(15))
            .y_desc("trips in the month")
            .axis_desc_style(text(15))
            .draw()?;
        let mut below = [0; 24];
        for ((mode, hours), colour) in layers.iter().zip(COLOURS) {
            let base = below;
            let bars = (0..24).map(|hour| {
                let from = number(base[hour]);
                upright(hour, from..from + number(hours[hour]), colour.filled())
            });
            chart.draw_series(bars)?.label(mode).legend(move |(x, y)| {
                Rectangle::new([(x, y - 6), (x + 14, y + 6)], colour.filled())
            });
            below.iter_mut().zip(hours).for_each(|(sum, count)| *sum += count);
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font(text(15))
            .background_style(WHITE.mix(0.85))
            .draw()?;
        Ok(())
    })
}

/// A bar of a chart that reads from left to right: what it is, how long each part is, what is said
/// beside it.
struct Line {
    name: String,
    parts: Vec<f64>,
    note: String,
}

/// One line below the other, with as many bars each as there are colours.
fn lines(lines: &[Line], legend: &[(&str, RGBColor)], unit: &str, label_width: u32) -> Svg {
    let bars = i32::try_from(legend.len())?;
    let (thick, gap) = (if bars > 1 { 16 } else { 20 }, 12);
    let step = bars * thick + gap;
    let count = i32::try_from(lines.len())?;
    let most = top(lines.iter().flat_map(|line| &line.parts).copied());
    let height = u32::try_from(count * step)? + 96;
    svg(height, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(170)
            .margin_top(40)
            .x_label_area_size(50)
            .y_label_area_size(label_width)
            .build_cartesian_2d(0.0..most, 0..(count * step).max(1))?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(GRID)
            .x_labels(8)
            .x_label_formatter(&whole)
            .x_label_style(text(15))
            .x_desc(unit)
            .axis_desc_style(text(15))
            .draw()?;
        let plot = chart.plotting_area();
        for (index, line) in (0..).zip(lines) {
            let upper = (count - index) * step - gap / 2;
            for ((part, (_, colour)), turn) in line.parts.iter().zip(legend).zip(0..) {
                let bar = [(0.0, upper - turn * thick), (*part, upper - (turn + 1) * thick + 2)];
                plot.draw(&Rectangle::new(bar, colour.filled()))?;
            }
            let middle = upper - bars * thick / 2;
            let (x, y) = plot.map_coordinate(&(0.0, middle));
            let right = Pos::new(HPos::Right, VPos::Center);
            area.draw(&Text::new(line.name.clone(), (x - 10, y), text(15).pos(right)))?;
            let longest = line.parts.iter().copied().fold(0.0, f64::max);
            let (x, y) = plot.map_coordinate(&(longest, middle));
            let left = Pos::new(HPos::Left, VPos::Center);
            area.draw(&Text::new(line.note.clone(), (x + 8, y), text(15).pos(left)))?;
        }
        let mut x = i32::try_from(label_width)?;
        for (what, colour) in legend {
            area.draw(&Rectangle::new([(x, 12), (x + 14, 26)], colour.filled()))?;
            let left = Pos::new(HPos::Left, VPos::Center);
            area.draw(&Text::new(*what, (x + 22, 19), text(15).pos(left)))?;
            x += 46 + 8 * i32::try_from(what.len())?;
        }
        Ok(())
    })
}

/// The funnel of each campaign: who got tokens, and who has travelled since.
pub(crate) fn campaigns(campaigns: &[CampaignPerformance]) -> Svg {
    let rows: Vec<_> = campaigns
        .iter()
        .map(|campaign| Line {
            name: campaign.name().to_owned(),
            parts: vec![number(campaign.recipients()), number(campaign.engaged_users())],
            note: format!(
                "{} after {}",
                per_cent(campaign.engagement_rate()),
                days(campaign.mean_days_to_first_trip())
            ),
        })
        .collect();
    let legend = [
        ("recipients of tokens", COLOURS[4]),
        ("engaged: have travelled since, and how soon on average", COLOURS[0]),
    ];
    lines(&rows, &legend, "users", 170)
}

/// The most frequent pairs of places.
pub(crate) fn hotspots(hotspots: &[Hotspot]) -> Svg {
    let rows: Vec<_> = hotspots
        .iter()
        .map(|spot| Line {
            name: name(spot),
            parts: vec![number(spot.frequency())],
            note: grouped(spot.frequency()),
        })
        .collect();
    lines(&rows, &[("users' habits", COLOURS[2])], "habitual trips", 290)
}

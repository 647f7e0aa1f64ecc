//! The charts, each as an SVG of its own. What their colours mean is said on the page beside them.

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

pub(crate) type Svg = Result<String, Box<dyn Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// For which screen a chart is drawn. Drawn once and made smaller, it would have labels that nobody
/// can read.
#[derive(Clone, Copy)]
pub(crate) enum Screen {
    Wide,
    Narrow,
}

impl Screen {
    fn pick<T>(self, wide: T, narrow: T) -> T {
        match self {
            Self::Wide => wide,
            Self::Narrow => narrow,
        }
    }

    fn text(self) -> TextStyle<'static> {
        ("sans-serif", self.pick(17, 15)).into_font().color(&INK)
    }
}

/// Stand for the colours of the page's scheme, light or dark, and of its heat map.
const INK: RGBColor = RGBColor(1, 1, 1);
const GRID: RGBColor = RGBColor(2, 2, 2);
const HEAT: RGBColor = RGBColor(3, 3, 3);
const SCHEME: [(&str, &str); 3] =
    [("#010101", "var(--ink)"), ("#020202", "var(--line)"), ("#030303", "var(--heat)")];

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

/// A colour of a chart and what it stands for.
pub(crate) type Key = (String, RGBColor);

fn svg(screen: Screen, height: u32, draw: impl Fn(&Area<'_>) -> Result<(), Box<dyn Error>>) -> Svg {
    let mut svg = String::new();
    {
        let size = (screen.pick(1040, 340), height);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area)?;
        area.present()?;
    }
    Ok(SCHEME.iter().fold(svg, |svg, (stand_in, colour)| svg.replace(stand_in, colour)))
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
pub(crate) fn revenue(revenue: &[DailyRevenue], screen: Screen) -> Svg {
    type Amount = fn(&DailyRevenue) -> Decimal;
    let panels: [(&str, Amount, RGBColor); 3] = [
        ("points gained", DailyRevenue::points, COLOURS[0]),
        ("tokens granted", DailyRevenue::tokens, COLOURS[2]),
        ("US dollars for tickets", DailyRevenue::tickets, COLOURS[5]),
    ];
    svg(screen, screen.pick(720, 540), |area| {
        for (panel, (unit, amount, colour)) in area.split_evenly((3, 1)).iter().zip(panels) {
            let amounts: Vec<_> =
                revenue.iter().map(|day| amount(day).to_f64().unwrap_or_default()).collect();
            let mut chart = ChartBuilder::on(panel)
                .margin_right(screen.pick(12, 2))
                .margin_top(10)
                .x_label_area_size(30)
                .y_label_area_size(screen.pick(96, 66))
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
                .x_label_formatter(&|value| day_label(revenue, value, screen.pick(3, 7)))
                .x_label_style(screen.text())
                .y_labels(screen.pick(5, 4))
                .y_label_formatter(&whole)
                .y_label_style(screen.text())
                .y_desc(unit)
                .axis_desc_style(screen.text())
                .draw()?;
            let bars = revenue.iter().zip(&amounts).enumerate().map(|(index, (day, amount))| {
                let is_weekend =
                    matches!(day.date().weekday(), Weekday::Saturday | Weekday::Sunday);
                let style = colour.mix(if is_weekend { 0.5 } else { 1.0 }).filled();
                upright(index, 0.0..*amount, style, screen)
            });
            chart.draw_series(bars)?;
        }
        Ok(())
    })
}

/// "Mar 3", on some of the days.
fn day_label(revenue: &[DailyRevenue], value: &SegmentValue<usize>, every: usize) -> String {
    match value {
        SegmentValue::CenterOf(index) if index % every == 0 => {
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
    screen: Screen,
) -> Rectangle<(SegmentValue<usize>, f64)> {
    let mut bar = Rectangle::new(
        [(SegmentValue::Exact(index), values.start), (SegmentValue::Exact(index + 1), values.end)],
        style,
    );
    let gap = screen.pick(2, 1);
    bar.set_margin(0, 0, gap, gap);
    bar
}

/// A heat map of the week.
pub(crate) fn week(week: &[[f64; 24]; 7], screen: Screen) -> Svg {
    let cell = screen.pick((37, 34), (12, 26));
    let corner = screen.pick((112, 14), (42, 4));
    let most = most(week);
    svg(screen, screen.pick(310, 240), |area| {
        let middle = Pos::new(HPos::Center, VPos::Center);
        let right = Pos::new(HPos::Right, VPos::Center);
        for (row, (day, hours)) in (0..).zip(WEEK.iter().zip(week)) {
            let y = corner.1 + row * cell.1;
            let label = (corner.0 - 10, y + cell.1 / 2);
            let day = screen.pick(day.to_string(), format!("{:.3}", day.to_string()));
            area.draw(&Text::new(day, label, screen.text().pos(right)))?;
            for (column, count) in (0..).zip(hours) {
                let x = corner.0 + column * cell.0;
                // Where there is no trip, there still is an hour.
                let style = HEAT.mix(0.05 + 0.95 * count / most).filled();
                let gap = screen.pick(2, 1);
                area.draw(&Rectangle::new([(x, y), (x + cell.0 - gap, y + cell.1 - gap)], style))?;
            }
        }
        let bottom = corner.1 + 7 * cell.1;
        for hour in (0..24).step_by(screen.pick(3, 6)) {
            let at = (corner.0 + hour * cell.0, bottom + 14);
            area.draw(&Text::new(format!("{hour}:00"), at, screen.text().pos(middle)))?;
        }
        let label = (corner.0 + 12 * cell.0, bottom + 38);
        area.draw(&Text::new("hour of the day", label, screen.text().pos(middle)))?;
        Ok(())
    })
}

/// What the darkest place of the heat map stands for.
pub(crate) fn most(week: &[[f64; 24]; 7]) -> f64 {
    week.iter().flatten().copied().fold(1.0, f64::max)
}

/// A travel mode, and its trips by hour.
pub(crate) struct Layer {
    pub key: Key,
    hours: [u64; 24],
}

/// The modes in their colours. Those for which there is no colour are "other".
pub(crate) fn layers(modes: &[(TravelMode, [u64; 24])]) -> Vec<Layer> {
    let own = if modes.len() > COLOURS.len() { COLOURS.len() - 1 } else { modes.len() };
    let (own, others) = modes.split_at(own);
    let mut layers: Vec<_> = own.iter().map(|(mode, hours)| (mode.to_string(), *hours)).collect();
    if !others.is_empty() {
        let sum = |hour: usize| others.iter().map(|(_, hours)| hours[hour]).sum();
        layers.push(("other".into(), std::array::from_fn(sum)));
    }
    let coloured = layers.into_iter().zip(COLOURS);
    coloured.map(|((mode, hours), colour)| Layer { key: (mode, colour), hours }).collect()
}

/// Trips by hour, one mode upon the other.
pub(crate) fn modes(layers: &[Layer], screen: Screen) -> Svg {
    let sums = (0..24).map(|hour| layers.iter().map(|layer| layer.hours[hour]).sum::<u64>());
    let most = top(sums.map(number));
    let every = screen.pick(1, 3);
    svg(screen, screen.pick(360, 280), |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(screen.pick(12, 2))
            .margin_top(12)
            .x_label_area_size(46)
            .y_label_area_size(screen.pick(96, 66))
            .build_cartesian_2d((0..23_usize).into_segmented(), 0.0..most)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(GRID)
            .x_labels(24)
            .x_label_formatter(&|value| match value {
                SegmentValue::CenterOf(hour) if hour % every == 0 => hour.to_string(),
                _ => String::new(),
            })
            .x_label_style(screen.text())
            .x_desc("hour of the day in which the trip starts")
            .y_labels(screen.pick(6, 4))
            .y_label_formatter(&whole)
            .y_label_style(screen.text())
            .y_desc("trips in the month")
            .axis_desc_style(screen.text())
            .draw()?;
        let mut below = [0; 24];
        for Layer { key: (_, colour), hours } in layers {
            chart.draw_series((0..24).map(|hour| {
                let from = number(below[hour]);
                upright(hour, from..from + number(hours[hour]), colour.filled(), screen)
            }))?;
            below.iter_mut().zip(hours).for_each(|(sum, count)| *sum += count);
        }
        Ok(())
    })
}

/// A bar of a chart that reads from left to right: what it is, how long each part is, what is said
/// about it.
struct Line {
    name: String,
    parts: Vec<f64>,
    note: String,
}

/// What is around the bars of such a chart: the widths left and right of them, and the heights of a
/// name above and of a note below them, if they are not beside them.
struct Around {
    left: u32,
    right: u32,
    above: i32,
    below: i32,
}

/// One line below the other, with as many bars each as there are colours.
fn lines(lines: &[Line], colours: &[RGBColor], unit: &str, around: &Around, screen: Screen) -> Svg {
    let bars = i32::try_from(colours.len())?;
    let (thick, gap) = (if bars > 1 { 16 } else { 20 }, 12);
    let Around { left, right, above, below } = *around;
    let step = above + bars * thick + below + gap;
    let count = i32::try_from(lines.len())?;
    let most = top(lines.iter().flat_map(|line| &line.parts).copied());
    svg(screen, u32::try_from(count * step)? + 62, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(right)
            .margin_top(6)
            .x_label_area_size(50)
            .y_label_area_size(left)
            .build_cartesian_2d(0.0..most, 0..(count * step).max(1))?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(GRID)
            .x_labels(screen.pick(8, 5))
            .x_label_formatter(&whole)
            .x_label_style(screen.text())
            .x_desc(unit)
            .axis_desc_style(screen.text())
            .draw()?;
        let plot = chart.plotting_area();
        let write = |text: &str, at: (f64, i32), move_by: i32, side: HPos| {
            let (x, y) = plot.map_coordinate(&at);
            let style = screen.text().pos(Pos::new(side, VPos::Center));
            area.draw(&Text::new(text.to_owned(), (x + move_by, y), style))
        };
        for (index, line) in (0..).zip(lines) {
            let start = (count - index) * step - gap / 2;
            let first = start - above;
            for ((part, colour), turn) in line.parts.iter().zip(colours).zip(0..) {
                let bar = [(0.0, first - turn * thick), (*part, first - (turn + 1) * thick + 2)];
                plot.draw(&Rectangle::new(bar, colour.filled()))?;
            }
            let (middle, end) = (first - bars * thick / 2, first - bars * thick);
            let longest = line.parts.iter().copied().fold(0.0, f64::max);
            match above {
                0 => write(&line.name, (0.0, middle), -10, HPos::Right)?,
                _ => write(&line.name, (0.0, start - above / 2), 0, HPos::Left)?,
            }
            match below {
                0 => write(&line.note, (longest, middle), 8, HPos::Left)?,
                _ => write(&line.note, (0.0, end - below / 2), 0, HPos::Left)?,
            }
        }
        Ok(())
    })
}

/// The two bars of a campaign.
pub(crate) fn campaign_keys() -> [Key; 2] {
    [
        ("users who got tokens".into(), COLOURS[4]),
        ("users of those who have made a trip since".into(), COLOURS[0]),
    ]
}

/// The funnel of each campaign: who got tokens, and who has travelled since.
pub(crate) fn campaigns(campaigns: &[CampaignPerformance], screen: Screen) -> Svg {
    let rows: Vec<_> = campaigns
        .iter()
        .map(|campaign| Line {
            name: campaign.name().to_owned(),
            parts: vec![number(campaign.recipients()), number(campaign.engaged_users())],
            note: outcome(campaign),
        })
        .collect();
    let around = screen.pick(
        Around { left: 180, right: 350, above: 0, below: 0 },
        Around { left: 12, right: 12, above: 20, below: 20 },
    );
    lines(&rows, &campaign_keys().map(|(_, colour)| colour), "users", &around, screen)
}

/// As in "93 % travelled, 2.2 days after the grant on average".
fn outcome(campaign: &CampaignPerformance) -> String {
    let travelled = format!("{} travelled", per_cent(campaign.engagement_rate()));
    match (campaign.recipients(), campaign.mean_days_to_first_trip()) {
        (0, _) => "nobody got tokens".into(),
        (_, None) => travelled,
        (_, mean) => format!("{travelled}, {} after the grant on average", days(mean)),
    }
}

/// The most frequent pairs of places.
pub(crate) fn hotspots(hotspots: &[Hotspot], screen: Screen) -> Svg {
    let rows: Vec<_> = hotspots
        .iter()
        .map(|spot| Line {
            name: name(spot),
            parts: vec![number(spot.frequency())],
            note: format!("{} habits", grouped(spot.frequency())),
        })
        .collect();
    let around = screen.pick(
        Around { left: 320, right: 110, above: 0, below: 0 },
        Around { left: 12, right: 76, above: 20, below: 0 },
    );
    lines(&rows, &[COLOURS[2]], "habits", &around, screen)
}

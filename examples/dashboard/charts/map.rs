//! Places by longitude and latitude, on a grid: a page of its own has no map to draw them on.

use plotters::prelude::*;
use quicksight_migrations::quicksight::Unit;

use super::{Chart, GRID, Plot, Screen, Svg, colour, rgb, svg};
use crate::{
    html::grouped,
    preview::{Answer, Cell, group},
};

pub(super) struct Map {
    /// Longitude, latitude, and a share of the most.
    points: Vec<(f64, f64, f64)>,
    colour: RGBColor,
}

pub(super) fn chart(answer: &Answer) -> Chart {
    let number = |cell: &Cell| match cell {
        Cell::Number(number) => Some(*number),
        _ => None,
    };
    let value = |row: &Vec<Cell>| answer.value(row, 0).unwrap_or_default();
    let most = answer.rows.iter().map(value).fold(1.0, f64::max);
    let point = |row: &Vec<Cell>| {
        let (longitude, latitude) = (group(row, 0), group(row, 1));
        Some((number(longitude)?, number(latitude)?, value(row) / most))
    };
    let points = answer.rows.iter().filter_map(point).collect();
    let unit = answer.visual.unit().map_or("", Unit::name);
    Chart::new(Plot::Map(Map { points, colour: rgb(colour(&answer.visual)) })).note(format!(
        "On a plain grid of degrees; in the console it is a map. The largest circle is {} {unit}.",
        grouped(most)
    ))
}

impl Map {
    pub(super) fn draw(&self, screen: Screen) -> Svg {
        let (west, east) = bounds(self.points.iter().map(|(longitude, ..)| *longitude));
        let (south, north) = bounds(self.points.iter().map(|(_, latitude, _)| *latitude));
        let (least, largest) = screen.pick((2.0, 13.0), (1.0, 7.0));
        svg(screen, screen.pick(600, 360), |area| {
            let mut chart = ChartBuilder::on(area)
                .margin_right(screen.pick(30, 20))
                .margin_top(10)
                .x_label_area_size(50)
                .y_label_area_size(screen.room(6) + screen.letters + 10)
                .build_cartesian_2d(west..east, south..north)?;
            let degrees = |value: &f64| format!("{value:.2}");
            chart
                .configure_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID)
                .axis_style(GRID)
                .x_labels(screen.pick(8, 4))
                .x_label_formatter(&degrees)
                .x_label_style(screen.text())
                .x_desc("longitude")
                .y_labels(6)
                .y_label_formatter(&degrees)
                .y_label_style(screen.text())
                .y_desc("latitude")
                .axis_desc_style(screen.text())
                .draw()?;
            chart.draw_series(self.points.iter().map(|(longitude, latitude, share)| {
                #[allow(clippy::cast_possible_truncation)] // A few pixels.
                let radius = (share.max(0.0).sqrt() * largest).round().max(least) as i32;
                Circle::new((*longitude, *latitude), radius, self.colour.mix(0.55).filled())
            }))?;
            Ok(())
        })
    }
}

/// With room around, also around a single place.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::MAX, f64::MIN), |(low, high), of| (low.min(of), high.max(of)));
    let room = ((high - low) * 0.04).max(0.01);
    (low - room, high + room)
}

//! A value over time.

use plotters::prelude::*;
use quicksight_migrations::{
    quicksight::Unit,
    time::{Date, Duration},
};

use super::{Chart, GRID, Plot, Screen, Series, Svg, axis, rgb, series, span, svg, tick};
use crate::preview::{Answer, Cell};

pub(super) struct Lines {
    series: Vec<Series>,
    first: Date,
    days: i32,
    unit: &'static str,
}

pub(super) fn chart(answer: &Answer) -> Chart {
    let series = series(answer);
    let all: Vec<_> = series.iter().flat_map(|of| &of.values).filter_map(day).collect();
    let (first, last) = (all.iter().min(), all.iter().max());
    let (first, last) = (*first.unwrap_or(&Date::MIN), *last.unwrap_or(&Date::MIN));
    let days = i32::try_from((last - first).whole_days()).unwrap_or(i32::MAX);
    let unit = answer.visual.unit().map_or("", Unit::name);
    let keys = Chart::new(Plot::Nothing).keys(&series);
    Chart { plot: Plot::Lines(Lines { series, first, days, unit }), ..keys }
}

fn day((cell, _): &(Cell, f64)) -> Option<Date> {
    match cell {
        Cell::Day(day) => Some(*day),
        _ => None,
    }
}

impl Lines {
    pub(super) fn draw(&self, screen: Screen) -> Svg {
        let span = span(self.series.iter().flat_map(|of| &of.values).map(|(_, value)| *value));
        // A single day has room on both sides.
        let days = if self.days == 0 { -1..1 } else { 0..self.days };
        svg(screen, screen.pick(300, 240), |area| {
            let mut chart = ChartBuilder::on(area)
                .margin_right(screen.pick(30, 26))
                .margin_top(10)
                .x_label_area_size(30)
                .y_label_area_size(axis(span, screen))
                .build_cartesian_2d(days.clone(), span.0..span.1)?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID)
                .axis_style(GRID)
                .x_labels(screen.pick(8, 4))
                .x_label_formatter(&|day| self.label(*day))
                .x_label_style(screen.text())
                .y_labels(5)
                .y_label_formatter(&tick)
                .y_label_style(screen.text())
                .y_desc(self.unit)
                .axis_desc_style(screen.text())
                .draw()?;
            for series in &self.series {
                let colour = rgb(series.colour);
                let points: Vec<_> =
                    series.values.iter().filter_map(|of| Some((self.place(of)?, of.1))).collect();
                let line = PathElement::new(points.clone(), colour.stroke_width(2));
                chart.draw_series([line])?;
                // A day without a neighbour is no line.
                let size = if points.len() < 8 { 4 } else { 2 };
                let dots = points.into_iter().map(|at| Circle::new(at, size, colour.filled()));
                chart.draw_series(dots)?;
            }
            Ok(())
        })
    }

    fn place(&self, point: &(Cell, f64)) -> Option<i32> {
        i32::try_from((day(point)? - self.first).whole_days()).ok()
    }

    /// "Mar 3".
    fn label(&self, day: i32) -> String {
        let is_there = (0..=self.days).contains(&day);
        let date = self.first.checked_add(Duration::days(day.into())).filter(|_| is_there);
        date.map_or_else(String::new, |date| {
            format!("{:.3} {}", date.month().to_string(), date.day())
        })
    }
}

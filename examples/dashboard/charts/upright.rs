//! Bars over numbers, one part upon the other.

use plotters::prelude::*;
use quicksight_migrations::quicksight::{Dimension, Grain, Unit};

use super::{Chart, GRID, Plot, Screen, Series, Svg, axis, rgb, series, span, svg, tick};
use crate::preview::{Answer, Cell};

/// Places of an axis. Further apart, only those with a bar have one.
const MOST: f64 = 60.0;

pub(super) struct Upright {
    series: Vec<Series>,
    places: Vec<Cell>,
    below: &'static str,
    unit: &'static str,
}

pub(super) fn chart(answer: &Answer) -> Chart {
    let series = series(answer);
    let places = places(&series);
    let below = answer.visual.dimensions().first().map_or("", Dimension::title);
    let unit = answer.visual.unit().map_or("", Unit::name);
    let keys = Chart::new(Plot::Nothing).keys(&series);
    Chart { plot: Plot::Upright(Upright { series, places, below, unit }), ..keys }
}

/// Hours without a trip are hours, too.
fn places(series: &[Series]) -> Vec<Cell> {
    let mut places: Vec<_> =
        series.iter().flat_map(|of| &of.values).map(|(place, _)| place.clone()).collect();
    let numbers = places.clone().into_iter().filter_map(|place| match place {
        Cell::Number(number) => Some(number),
        _ => None,
    });
    let (low, high) =
        numbers.fold((f64::MAX, f64::MIN), |(low, high), of| (low.min(of), high.max(of)));
    if high - low < MOST {
        let further = std::iter::successors(Some(low), |last| Some(last + 1.0));
        places.extend(further.take_while(|of| *of < high).map(Cell::Number));
    }
    places.sort_by(Cell::order);
    places.dedup();
    places
}

impl Upright {
    pub(super) fn draw(&self, screen: Screen) -> Svg {
        let mut sums = vec![0.0; self.places.len()];
        let mut parts = Vec::new();
        for series in &self.series {
            for (place, value) in &series.values {
                let Some(index) = self.places.iter().position(|of| of == place) else { continue };
                parts.push((index, sums[index], sums[index] + value, rgb(series.colour)));
                sums[index] += value;
            }
        }
        let span = span(sums.iter().copied());
        let every = if self.places.len() > 10 { screen.pick(2, 4) } else { 1 };
        let gap = screen.pick(2, 1);
        svg(screen, screen.pick(320, 260), |area| {
            let mut chart = ChartBuilder::on(area)
                .margin_right(12)
                .margin_top(10)
                .x_label_area_size(50)
                .y_label_area_size(axis(span, screen))
                .build_cartesian_2d(
                    (0..self.places.len().saturating_sub(1)).into_segmented(),
                    span.0..span.1,
                )?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID)
                .axis_style(GRID)
                .x_labels(self.places.len())
                .x_label_formatter(&|place| match place {
                    SegmentValue::CenterOf(index) if index % every == 0 => self.label(*index),
                    _ => String::new(),
                })
                .x_label_style(screen.text())
                .x_desc(self.below)
                .y_labels(5)
                .y_label_formatter(&tick)
                .y_label_style(screen.text())
                .y_desc(self.unit)
                .axis_desc_style(screen.text())
                .draw()?;
            chart.draw_series(parts.iter().map(|&(index, from, to, colour)| {
                let corners =
                    [(SegmentValue::Exact(index), from), (SegmentValue::Exact(index + 1), to)];
                let mut bar = Rectangle::new(corners, colour.filled());
                bar.set_margin(0, 0, gap, gap);
                bar
            }))?;
            Ok(())
        })
    }

    fn label(&self, index: usize) -> String {
        self.places.get(index).map_or_else(String::new, |place| place.name(Grain::Number))
    }
}

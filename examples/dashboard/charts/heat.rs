//! A heat map: the first dimension has the rows, the second the columns, the measure the colour.

use plotters::{prelude::*, style::text_anchor::HPos};
use quicksight_migrations::quicksight::{Colour, Dimension, Unit};

use super::{Chart, Plot, Screen, Svg, colour, rgb, svg};
use crate::{
    html::grouped,
    preview::{Answer, Cell, group},
};

/// As QuickSight is told to have at most.
const MOST: usize = 100;

pub(super) struct Heat {
    rows: Vec<String>,
    columns: Vec<String>,
    /// Row, column, and a share of the most.
    cells: Vec<(usize, usize, f64)>,
    colour: Colour,
    titles: [&'static str; 2],
}

pub(super) fn chart(answer: &Answer) -> Chart {
    let (rows, columns) = (places(answer, 0), places(answer, 1));
    let value = |row: &Vec<Cell>| answer.value(row, 0).unwrap_or_default();
    let most = answer.rows.iter().map(value).fold(0.0, f64::max);
    let cells = answer.rows.iter().filter_map(|row| {
        let of = |places: &[Cell], index| places.iter().position(|of| of == group(row, index));
        let share = if most > 0.0 { value(row) / most } else { 0.0 };
        Some((of(&rows, 0)?, of(&columns, 1)?, share))
    });
    let title = |index| answer.visual.dimensions().get(index).map_or("", Dimension::title);
    let heat = Heat {
        cells: cells.collect(),
        rows: names(answer, &rows, 0),
        columns: names(answer, &columns, 1),
        colour: colour(&answer.visual),
        titles: [title(0), title(1)],
    };
    let unit = answer.visual.unit().map_or("", Unit::name);
    Chart::new(Plot::Heat(heat)).note(format!(
        "Rows: {}. The fullest colour is {} {unit}.",
        title(0),
        grouped(most)
    ))
}

fn places(answer: &Answer, dimension: usize) -> Vec<Cell> {
    let mut places: Vec<_> = answer.rows.iter().map(|row| group(row, dimension).clone()).collect();
    places.sort_by(Cell::order);
    places.dedup();
    places.truncate(MOST);
    places
}

fn names(answer: &Answer, places: &[Cell], dimension: usize) -> Vec<String> {
    let grain = answer.visual.dimensions().get(dimension).map(Dimension::grain);
    places.iter().filter_map(|place| Some(place.name(grain?))).collect()
}

impl Heat {
    pub(super) fn draw(&self, screen: Screen) -> Svg {
        let longest = self.rows.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        let left = i32::try_from(screen.room(longest))? + 14;
        let columns = i32::try_from(self.columns.len().max(1))?;
        let width = ((i32::try_from(screen.width)? - left - 12) / columns).clamp(2, 120);
        let height = 26;
        let bottom = i32::try_from(self.rows.len())? * height;
        // As many labels as do not touch.
        let widest = self.columns.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        let every = usize::try_from((i32::try_from(screen.room(widest + 2))? / width).max(0))? + 1;
        svg(screen, u32::try_from(bottom)? + 52, |area| {
            for (index, name) in (0..).zip(&self.rows) {
                let at = (left - 8, index * height + height / 2);
                area.draw(&Text::new(name.clone(), at, screen.anchored(HPos::Right)))?;
            }
            for (row, column, share) in &self.cells {
                let (x, y) =
                    (left + i32::try_from(*column)? * width, i32::try_from(*row)? * height);
                let style = rgb(self.colour).mix(0.06 + 0.94 * share.max(0.0)).filled();
                let gap = i32::from(width > 6);
                area.draw(&Rectangle::new([(x, y), (x + width - gap, y + height - 1)], style))?;
            }
            for (index, name) in (0..).zip(&self.columns).step_by(every) {
                let at = (left + index * width + width / 2, bottom + 14);
                area.draw(&Text::new(name.clone(), at, screen.anchored(HPos::Center)))?;
            }
            let [_, title] = self.titles;
            let middle = left.midpoint(left + columns * width);
            area.draw(&Text::new(title, (middle, bottom + 38), screen.anchored(HPos::Center)))?;
            Ok(())
        })
    }
}

//! Bars with names, from left to right, the longest first.

use plotters::{prelude::*, style::text_anchor::HPos};

use super::{Chart, GRID, Plot, Screen, Svg, rgb, series, svg};
use crate::preview::{Answer, Cell};

/// Bars of one chart. The table below it has the others.
const MOST: usize = 20;

pub(super) struct Bars {
    colours: Vec<RGBColor>,
    groups: Vec<Group>,
}

/// A name, and a bar for each colour with what stands behind it.
struct Group {
    name: String,
    bars: Vec<(f64, String)>,
}

pub(super) fn chart(answer: &Answer) -> Chart {
    let series = series(answer);
    let measures = answer.visual.measures().len();
    let group = |row: &Vec<Cell>| Group {
        name: answer.words(row).swap_remove(0),
        bars: (0..measures)
            .map(|of| (answer.value(row, of).unwrap_or_default(), answer.figure(row, of)))
            .collect(),
    };
    let bars = Bars {
        colours: series.iter().map(|of| rgb(of.colour)).collect(),
        groups: answer.rows.iter().take(MOST).map(group).collect(),
    };
    let note = match answer.rows.len() {
        all if all > MOST => format!("The first {MOST} of {all}."),
        _ => String::new(),
    };
    Chart::new(Plot::Bars(bars)).keys(&series).note(note)
}

impl Bars {
    pub(super) fn draw(&self, screen: Screen) -> Svg {
        let each = i32::try_from(self.colours.len())?;
        let (thick, above) = (18, i32::try_from(screen.letters)? + 9);
        let step = above + each * thick + 8;
        let all = || self.groups.iter().flat_map(|group| &group.bars);
        let longest = all().map(|(_, words)| words.chars().count()).max().unwrap_or_default();
        let room = f64::from(screen.width) - f64::from(screen.room(longest)) - 14.0;
        let (low, high) =
            all().fold((0.0, 0.0), |(low, high), (value, _)| (value.min(low), value.max(high)));
        let scale = if high > low { room / (high - low) } else { 0.0 };
        #[allow(clippy::cast_possible_truncation)] // Within the width of the chart.
        let x = |value: f64| ((value - low) * scale).round() as i32;
        svg(screen, u32::try_from(i32::try_from(self.groups.len())? * step)?, |area| {
            for (index, group) in (0..).zip(&self.groups) {
                let top = index * step;
                let name = screen.cut(&group.name, screen.width);
                area.draw(&Text::new(name, (0, top + above / 2 - 1), screen.anchored(HPos::Left)))?;
                for (turn, ((value, words), colour)) in
                    (0..).zip(group.bars.iter().zip(&self.colours))
                {
                    let y = top + above + turn * thick;
                    let (from, to) = (x(value.min(0.0)), x(value.max(0.0)));
                    area.draw(&Rectangle::new([(from, y), (to, y + thick - 2)], colour.filled()))?;
                    let at = (to + 8, y + thick / 2 - 1);
                    area.draw(&Text::new(words.clone(), at, screen.anchored(HPos::Left)))?;
                }
                let zero = [(x(0.0), top + above - 2), (x(0.0), top + above + each * thick)];
                area.draw(&PathElement::new(zero, GRID.stroke_width(1)))?;
            }
            Ok(())
        })
    }
}

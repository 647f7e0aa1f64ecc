//! The charts, each as an SVG of its own. What their colours mean is said on the page beside them.

mod bars;
mod heat;
mod lines;
mod map;
mod upright;

use std::error::Error;

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use quicksight_migrations::quicksight::{Colour, Dimension, Grain, Unit, Visual, VisualKind};

use crate::{
    html::grouped,
    preview::{Answer, Cell, group},
};

pub(crate) type Svg = Result<String, Box<dyn Error>>;
type Drawn = Result<(), Box<dyn Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What a visual looks like, on any screen.
pub(crate) struct Chart {
    plot: Plot,
    /// What its colours stand for, where there are several.
    pub keys: Vec<(String, Colour)>,
    /// What is left out, or not as in the console.
    pub note: String,
}

enum Plot {
    Lines(lines::Lines),
    Bars(bars::Bars),
    Upright(upright::Upright),
    Heat(heat::Heat),
    Map(map::Map),
    Nothing,
}

/// For how much room a chart is drawn. Drawn once and made smaller, it would have labels that nobody
/// can read.
#[derive(Clone, Copy)]
pub(crate) struct Screen {
    width: u32,
    letters: u32,
}

/// Stand for the colours of the page's scheme, light or dark.
const INK: RGBColor = RGBColor(1, 1, 1);
const GRID: RGBColor = RGBColor(2, 2, 2);
const SCHEME: [(&str, &str); 2] = [("#010101", "var(--ink)"), ("#020202", "var(--line)")];

/// How the chart of a visual looks: as in the console, bars with names lie and those with numbers stand.
pub(crate) fn of(answer: &Answer) -> Chart {
    if answer.rows.is_empty() {
        let note = "Nothing in these days.".to_owned();
        return Chart { plot: Plot::Nothing, keys: Vec::new(), note };
    }
    let visual = &answer.visual;
    let is_named = visual.dimensions().first().is_some_and(|of| of.grain() == Grain::Text);
    match visual.kind() {
        VisualKind::Line => lines::chart(answer),
        VisualKind::Bar if is_named => bars::chart(answer),
        VisualKind::Bar => upright::chart(answer),
        VisualKind::HeatMap => heat::chart(answer),
        _ => map::chart(answer),
    }
}

impl Chart {
    fn new(plot: Plot) -> Self {
        Self { plot, keys: Vec::new(), note: String::new() }
    }

    fn keys(mut self, series: &[Series]) -> Self {
        if series.len() > 1 {
            self.keys = series.iter().map(|of| (of.name.clone(), of.colour)).collect();
        }
        self
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub(crate) fn draw(&self, screen: Screen) -> Svg {
        match &self.plot {
            Plot::Lines(lines) => lines.draw(screen),
            Plot::Bars(bars) => bars.draw(screen),
            Plot::Upright(bars) => bars.draw(screen),
            Plot::Heat(heat) => heat.draw(screen),
            Plot::Map(map) => map.draw(screen),
            Plot::Nothing => svg(screen, 8, |_| Ok(())),
        }
    }
}

impl Screen {
    pub(crate) const NARROW: Self = Self { width: 340, letters: 15 };

    /// For a card in a row of so many.
    pub(crate) fn of(columns: usize) -> Self {
        match columns {
            1 => Self { width: 1190, letters: 17 },
            2 => Self { width: 566, letters: 17 },
            _ => Self { width: 360, letters: 17 },
        }
    }

    fn is_wide(self) -> bool {
        self.width > 500
    }

    /// The first on a desk, the second where there is little room.
    fn pick<T>(self, wide: T, narrow: T) -> T {
        if self.is_wide() { wide } else { narrow }
    }

    fn text(self) -> TextStyle<'static> {
        ("sans-serif", self.letters).into_font().color(&INK)
    }

    fn anchored(self, side: HPos) -> TextStyle<'static> {
        self.text().pos(Pos::new(side, VPos::Center))
    }

    /// The room that this many letters take.
    fn room(self, letters: usize) -> u32 {
        u32::try_from(letters).unwrap_or(u32::MAX).saturating_mul(self.letters * 9) / 20
    }

    /// What fits of a text.
    fn cut(self, text: &str, room: u32) -> String {
        let most = usize::try_from(room * 20 / (self.letters * 9)).unwrap_or(usize::MAX);
        if text.chars().count() <= most {
            return text.to_owned();
        }
        let kept: String = text.chars().take(most.saturating_sub(1)).collect();
        format!("{kept}…")
    }
}

/// What has one colour: its name, and its values in the order of the axis.
struct Series {
    name: String,
    colour: Colour,
    values: Vec<(Cell, f64)>,
}

/// One series per value of the second dimension, the largest first, or else per measure.
fn series(answer: &Answer) -> Vec<Series> {
    let visual = &answer.visual;
    let mut all: Vec<Series> = Vec::new();
    if let Some(second) = visual.dimensions().get(1) {
        for row in &answer.rows {
            let name = group(row, 1).name(second.grain());
            let point = (group(row, 0).clone(), answer.value(row, 0).unwrap_or_default());
            match all.iter_mut().find(|series| series.name == name) {
                Some(series) => series.values.push(point),
                None => all.push(Series { name, colour: colour(visual), values: vec![point] }),
            }
        }
        let sum = |of: &Series| of.values.iter().map(|(_, value)| value).sum::<f64>();
        all.sort_by(|one, other| sum(other).total_cmp(&sum(one)));
        let palette = Colour::PALETTE.iter().cycle();
        all.iter_mut().zip(palette).for_each(|(of, next)| of.colour = own(second, &of.name, *next));
        return all;
    }
    let others = Colour::PALETTE.into_iter().filter(|other| *other != colour(visual));
    let colours = [colour(visual)].into_iter().chain(others);
    visual
        .measures()
        .iter()
        .zip(colours)
        .enumerate()
        .map(|(index, (measure, colour))| {
            let point = |row: &Vec<Cell>| Some((group(row, 0).clone(), answer.value(row, index)?));
            let values = answer.rows.iter().filter_map(point).collect();
            Series { name: measure.title().to_owned(), colour, values }
        })
        .collect()
}

/// A travel mode has its own colour in all charts.
fn own(dimension: &Dimension, name: &str, next: Colour) -> Colour {
    if dimension.column().ends_with("_mode") { Colour::of_mode(name) } else { next }
}

fn colour(visual: &Visual) -> Colour {
    visual.unit().unwrap_or(Unit::Movements).colour()
}

fn rgb(colour: Colour) -> RGBColor {
    let (red, green, blue) = colour.rgb();
    RGBColor(red, green, blue)
}

fn svg(screen: Screen, height: u32, draw: impl Fn(&Area<'_>) -> Drawn) -> Svg {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (screen.width, height)).into_drawing_area();
        draw(&area)?;
        area.present()?;
    }
    Ok(SCHEME.iter().fold(svg, |svg, (stand_in, colour)| svg.replace(stand_in, colour)))
}

/// From the lowest value to the highest, with 0 and a little room.
fn span(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (low, high) = (values.clone().fold(0.0, f64::min), values.fold(0.0, f64::max));
    let high = if high > low { high } else { low + 1.0 };
    (low * 1.08, high * 1.08)
}

/// The room for the labels of a vertical axis, and for what stands beside them.
fn axis((low, high): (f64, f64), screen: Screen) -> u32 {
    let letters = [low, high].map(|value| tick(&value).len()).into_iter().max().unwrap_or_default();
    screen.room(letters) + screen.letters + 10
}

/// A label of an axis.
#[allow(clippy::trivially_copy_pass_by_ref)] // It is what a chart calls.
fn tick(value: &f64) -> String {
    let digits = format!("{value:.2}");
    grouped(digits.trim_end_matches('0').trim_end_matches('.'))
}

//! The dashboards on a terminal: their numbers, and their bars.

use std::io::{self, Write};

use quicksight_migrations::quicksight::{Grain, VisualKind};

use crate::preview::{Answer, Board, Preview, Quality};

const BAR: usize = 24;
/// Bars of one chart.
const MOST: usize = 8;

pub(crate) fn print(preview: &Preview, out: &mut impl Write) -> io::Result<()> {
    for board in &preview.boards {
        dashboard(board, out)?;
    }
    quality(preview.quality.as_ref(), out)
}

fn dashboard(board: &Board, out: &mut impl Write) -> io::Result<()> {
    let title = board.dashboard.title();
    writeln!(out, "\n{title}, from {}, before {}", board.from, board.before)?;
    for answer in board.answers() {
        let is_named =
            answer.visual.dimensions().first().is_some_and(|first| first.grain() == Grain::Text);
        match answer.visual.kind() {
            VisualKind::Kpi => number(answer, out)?,
            VisualKind::Bar if is_named => bars(answer, out)?,
            _ => {}
        }
    }
    Ok(())
}

fn number(answer: &Answer, out: &mut impl Write) -> io::Result<()> {
    let number = answer.rows.first().map_or("-".to_owned(), |row| answer.figure(row, 0));
    writeln!(out, "  {:<36}{number:>16}  {}", answer.visual.title(), answer.visual.subtitle())
}

fn bars(answer: &Answer, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {}, {}", answer.visual.title(), answer.visual.subtitle())?;
    let value = |row| answer.value(row, 0).unwrap_or_default();
    let most = answer.rows.iter().map(|row| value(row)).fold(0.0, f64::max);
    for row in answer.rows.iter().take(MOST) {
        let name = answer.words(row).swap_remove(0);
        let name: String = name.chars().take(32).collect();
        let bar = bar(value(row), most);
        writeln!(out, "    {name:<34}{:>16}  {bar}", answer.figure(row, 0))?;
    }
    Ok(())
}

/// A bar of blocks, in eighths of a character.
fn bar(value: f64, most: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if most > 0.0 { (value / most).max(0.0) } else { 0.0 };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let eighths = (share * (8 * BAR) as f64).round() as usize; // 0 to 192.
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

fn quality(quality: Option<&Quality>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nData quality")?;
    let Some(quality) = quality else {
        return writeln!(out, "  not checked: this user may not read the tables themselves");
    };
    writeln!(out, "  {}", quality.validation)?;
    match &quality.issues[..] {
        [] => writeln!(out, "  every check passed"),
        issues => issues.iter().try_for_each(|issue| writeln!(out, "  {issue}")),
    }
}

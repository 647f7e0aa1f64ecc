//! The month on a terminal.

use std::io::{self, Write};

use quicksight_migrations::rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::findings::{Findings, WEEK, days, name, number, per_cent};

const BAR: usize = 24;

pub(crate) fn print(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    let range = findings.range;
    writeln!(
        out,
        "\nFrom {} until {}, US/Central time, without test accounts",
        range.start(),
        range.end()
    )?;
    revenue(findings, out)?;
    engagement(findings, out)?;
    campaigns(findings, out)?;
    trips(findings, out)?;
    hotspots(findings, out)?;
    quality(findings, out)
}

fn title(text: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{text}")
}

/// A bar of blocks, in eighths of a character.
fn bar(value: f64, most: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if most > 0.0 { value / most } else { 0.0 };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 192.
    let eighths = (share * 8.0 * number(BAR as u64)).round() as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

fn amount(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or_default()
}

fn revenue(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    title("Revenue by day", out)?;
    writeln!(out, "  {:<12}{:>12}{:>12}{:>12}", "day", "points", "tokens", "tickets, $")?;
    let most = findings.days.iter().map(|day| amount(day.tickets())).fold(0.0, f64::max);
    for day in &findings.days {
        writeln!(
            out,
            "  {:<12}{:>12}{:>12}{:>12}  {}",
            day.date().to_string(),
            day.points().to_string(),
            day.tokens().to_string(),
            day.tickets().to_string(),
            bar(amount(day.tickets()), most)
        )?;
    }
    let (points, tokens, tickets) = findings.totals();
    writeln!(out, "  {:<12}{points:>12}{tokens:>12}{tickets:>12}", "in all")
}

fn engagement(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    title(
        &format!(
            "{} users who signed up since {} have done something; those with most points",
            findings.new_users, findings.new_since
        ),
        out,
    )?;
    writeln!(
        out,
        "  {:<12}{:>12}{:>12}{:>12}{:>8}",
        "user", "points", "movements", "tokens", "trips"
    )?;
    for user in &findings.busiest {
        writeln!(
            out,
            "  {:<12}{:>12}{:>12}{:>12}{:>8}",
            user.user_id(),
            user.total_points().to_string(),
            user.points_transactions(),
            user.total_tokens().to_string(),
            user.trips()
        )?;
    }
    Ok(())
}

fn campaigns(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    title("Campaigns", out)?;
    writeln!(
        out,
        "  {:<20}{:>11}{:>9}{:>8}{:>8}{:>13}{:>25}",
        "campaign",
        "recipients",
        "engaged",
        "rate",
        "trips",
        "tokens each",
        "mean time to first trip"
    )?;
    for campaign in &findings.campaigns {
        let each = campaign.average_per_recipient().map_or("-".into(), |each| format!("{each:.2}"));
        writeln!(
            out,
            "  {:<20}{:>11}{:>9}{:>8}{:>8}{:>13}{:>25}",
            campaign.name(),
            campaign.recipients(),
            campaign.engaged_users(),
            per_cent(campaign.engagement_rate()),
            campaign.trips_after(),
            each,
            days(campaign.mean_days_to_first_trip())
        )?;
    }
    Ok(())
}

fn trips(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    title(&format!("Trips by hour and per day, {} in all: darker is more", findings.trips()), out)?;
    let week = findings.week();
    let most = week.iter().flatten().copied().fold(1.0, f64::max);
    writeln!(out, "  {:<12}0     6     12    18   23", "")?;
    for (day, hours) in WEEK.iter().zip(week) {
        let shades: String = hours.iter().map(|count| shade(count / most)).collect();
        writeln!(
            out,
            "  {:<12}{shades}  {:>6.0} a day",
            day.to_string(),
            hours.iter().sum::<f64>()
        )?;
    }
    for (mode, hours) in findings.modes() {
        let trips: u64 = hours.iter().sum();
        let kilometres = findings.kilometres(mode).map_or("-".into(), |km| format!("{km:.1} km"));
        let share = per_cent(Some(number(trips) / number(findings.trips().max(1))));
        writeln!(out, "  {mode:<20}{trips:>8} trips {share:>6} {kilometres:>9} each")?;
    }
    Ok(())
}

fn shade(share: f64) -> char {
    match share {
        0.0 => ' ',
        ..0.2 => '·',
        ..0.4 => '░',
        ..0.6 => '▒',
        ..0.8 => '▓',
        _ => '█',
    }
}

fn hotspots(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    title("Hot spots: pairs of places with most habitual trips", out)?;
    let most = findings.hotspots.iter().map(|spot| number(spot.frequency())).fold(0.0, f64::max);
    for spot in &findings.hotspots {
        writeln!(
            out,
            "  {:<44}{:>6} habits  {}",
            name(spot),
            spot.frequency(),
            bar(number(spot.frequency()), most)
        )?;
    }
    Ok(())
}

fn quality(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    title("Data quality", out)?;
    writeln!(out, "  {}", findings.validation)?;
    match &findings.issues[..] {
        [] => writeln!(out, "  every check passed"),
        issues => issues.iter().try_for_each(|issue| writeln!(out, "  {issue}")),
    }
}

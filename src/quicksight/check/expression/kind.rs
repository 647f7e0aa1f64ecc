//! The type of what an expression comes to, where that is plain.

use super::{
    super::columns::{Columns, Type},
    scan::Token,
};

/// So deep is looked into functions for the type of what they return.
const DEPTH: usize = 32;

pub(in super::super) fn kind(text: &str, columns: &Columns) -> Type {
    let Ok(tokens) = super::tokens(text) else { return Type::Other };
    let mut part = &*tokens;
    for _ in 0..DEPTH {
        part = match part {
            [Token::Column(name)] => return columns.get(name).unwrap_or(Type::Other),
            [Token::Text] => return Type::Text,
            [Token::Number { is_whole: true }] => return Type::Integer,
            [Token::Number { .. }] => return Type::Decimal,
            [Token::Open('('), inner @ .., Token::Close(_)] if is_one(inner) => inner,
            [Token::Function(name), Token::Open(_), inner @ .., Token::Close(_)]
                if is_one(inner) =>
            {
                match of_function(&name.to_lowercase(), inner) {
                    Answer::Type(of) => return of,
                    Answer::As(part) => part,
                }
            }
            _ => return of_signs(part),
        };
    }
    Type::Other
}

enum Answer<'t, 'a> {
    Type(Type),
    /// That of this argument.
    As(&'t [Token<'a>]),
}

fn of_function<'t, 'a>(name: &str, inner: &'t [Token<'a>]) -> Answer<'t, 'a> {
    let arguments = split(inner);
    let first = || arguments.first().map_or(Answer::Type(Type::Other), |part| Answer::As(part));
    match name {
        "ifelse" => {
            let last = arguments.len().saturating_sub(1);
            let results = arguments.iter().enumerate().filter(|(n, _)| n % 2 == 1 || *n == last);
            let mut told = results.filter(|(_, part)| !is_null(part));
            told.next().map_or(Answer::Type(Type::Other), |(_, part)| Answer::As(part))
        }
        "min" | "max" | "coalesce" | "nullif" | "firstvalue" | "lastvalue" | "lag" | "lead" => {
            first()
        }
        "extract" | "datediff" | "strlen" | "locate" | "count" | "countif" | "distinct_count"
        | "distinct_countif" | "parseint" | "decimaltoint" | "ceil" | "floor" | "rank"
        | "denserank" => Answer::Type(Type::Integer),
        "sum" | "sumif" | "avg" | "avgif" | "median" | "sumover" | "avgover" | "round" | "sqrt"
        | "abs" | "parsedecimal" | "inttodecimal" | "runningsum" | "percentoftotal" => {
            Answer::Type(Type::Decimal)
        }
        "concat" | "tostring" | "toupper" | "tolower" | "trim" | "ltrim" | "rtrim" | "left"
        | "right" | "substring" | "replace" | "formatdate" | "split" => Answer::Type(Type::Text),
        "truncdate" | "adddatetime" | "now" | "parsedate" | "epochdate" => Answer::Type(Type::Date),
        _ => Answer::Type(Type::Other),
    }
}

/// Arithmetic is a number; a comparison is none that QuickSight names.
fn of_signs(part: &[Token<'_>]) -> Type {
    let mut depth = 0_usize;
    let mut of = Type::Other;
    for token in part {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth = depth.saturating_sub(1),
            Token::Sign("+" | "-" | "*" | "/" | "%" | "^") if depth == 0 => of = Type::Decimal,
            Token::Sign(_) if depth == 0 => return Type::Other,
            _ => {}
        }
    }
    of
}

fn is_null(part: &[Token<'_>]) -> bool {
    matches!(part, [Token::Word(word)] if word.eq_ignore_ascii_case("null"))
}

/// Whether the brackets around this close each other.
fn is_one(inner: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    inner.iter().all(|token| match token {
        Token::Open(_) => {
            depth += 1;
            true
        }
        Token::Close(_) => depth.checked_sub(1).map(|less| depth = less).is_some(),
        _ => true,
    })
}

/// The arguments between the brackets of a function.
fn split<'t, 'a>(inner: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut depth = 0_usize;
    inner
        .split(|token| {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && *token == Token::Comma
        })
        .collect()
}

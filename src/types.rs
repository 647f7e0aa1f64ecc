//! What the names of column types say about the values that fit.

/// Display widths of integers say nothing about their values.
pub(crate) fn canonical(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    match (rank(&kind), kind.split_once(')')) {
        (Some(_), Some((before, after))) => {
            format!("{}{after}", before.split('(').next().unwrap_or_default())
        }
        _ => kind,
    }
}

/// Whether each value of the type `narrow` fits the type `wide` unchanged.
pub(crate) fn holds(wide: &str, narrow: &str) -> bool {
    let (wide, narrow) = (canonical(wide), canonical(narrow));
    wide == narrow
        || integers(&wide, &narrow)
        || decimals(&wide, &narrow)
        || texts(&wide, &narrow)
        || (base(&wide), base(&narrow)) == ("double", "float")
        || (base(&wide) == "datetime" && narrow == "datetime")
}

fn base(kind: &str) -> &str {
    kind.split(['(', ' ']).next().unwrap_or_default()
}

fn rank(kind: &str) -> Option<usize> {
    ["tinyint", "smallint", "mediumint", "int", "bigint"]
        .iter()
        .position(|name| *name == base(kind))
}

fn is_unsigned(kind: &str) -> bool {
    kind.contains("unsigned")
}

fn integers(wide: &str, narrow: &str) -> bool {
    let (Some(to), Some(from)) = (rank(wide), rank(narrow)) else { return false };
    match (is_unsigned(wide), is_unsigned(narrow)) {
        (to_unsigned, from_unsigned) if to_unsigned == from_unsigned => to >= from,
        (false, true) => to > from,
        _ => false,
    }
}

fn numbers(kind: &str) -> Option<(u32, u32)> {
    let (_, rest) = kind.split_once('(')?;
    let (inside, _) = rest.split_once(')')?;
    let mut numbers = inside.split(',').map(|number| number.trim().parse().ok());
    Some((numbers.next()??, numbers.next().flatten().unwrap_or(0)))
}

fn decimals(wide: &str, narrow: &str) -> bool {
    if base(wide) != "decimal" || base(narrow) != "decimal" {
        return false;
    }
    let (Some((p, s)), Some((from_p, from_s))) = (numbers(wide), numbers(narrow)) else {
        return false;
    };
    let whole = |precision: u32, scale| precision.saturating_sub(scale);
    s >= from_s
        && whole(p, s) >= whole(from_p, from_s)
        && (!is_unsigned(wide) || is_unsigned(narrow))
}

/// How many characters of four bytes fit for sure.
fn characters(kind: &str) -> Option<u32> {
    match base(kind) {
        "varchar" | "char" => numbers(kind).map(|(length, _)| length),
        "tinytext" => Some(63),
        "text" => Some(16_383),
        "mediumtext" => Some(4_194_303),
        "longtext" => Some(1_073_741_823),
        _ => None,
    }
}

fn texts(wide: &str, narrow: &str) -> bool {
    // CHAR drops the spaces at the end.
    base(wide) != "char" && characters(narrow).is_some() && characters(wide) >= characters(narrow)
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn knows_which_type_holds_which() {
        let yes = [
            ("int", "int(11)"),
            ("tinyint(1)", "tinyint(4)"),
            ("bigint", "int"),
            ("bigint", "int(10) unsigned"),
            ("int unsigned", "smallint unsigned"),
            ("decimal(12,2)", "decimal(10,2)"),
            ("decimal(14,4)", "decimal(10,2)"),
            ("varchar(255)", "varchar(128)"),
            ("varchar(255)", "char(32)"),
            ("text", "varchar(512)"),
            ("double", "float"),
            ("datetime(6)", "datetime"),
        ];
        for (wide, narrow) in yes {
            assert!(holds(wide, narrow), "{wide} holds {narrow}");
        }
        let no = [
            ("int", "bigint"),
            ("int", "int unsigned"),
            ("int unsigned", "int"),
            ("decimal(10,2)", "decimal(12,2)"),
            ("decimal(10,4)", "decimal(10,2)"),
            ("decimal(10,2)", "double"),
            ("varchar(128)", "varchar(255)"),
            ("char(255)", "varchar(10)"),
            ("varchar(255)", "text"),
            ("float", "double"),
            ("datetime", "datetime(6)"),
            ("datetime", "timestamp"),
            ("datetime", "date"),
            ("int", "varchar(10)"),
            ("varchar(10)", "int"),
        ];
        for (wide, narrow) in no {
            assert!(!holds(wide, narrow), "{wide} holds {narrow}");
        }
    }
}

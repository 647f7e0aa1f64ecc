//! What the names of column types say about the values that fit.

/// Display widths of integers say nothing about their values.
pub(super) fn canonical(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    match (rank(&kind), kind.split_once(')')) {
        (Some(_), Some((before, after))) => {
            format!("{}{after}", before.split('(').next().unwrap_or_default())
        }
        _ => kind,
    }
}

/// Whether each value of the type `narrow` fits the type `wide` unchanged.
pub(super) fn holds(wide: &str, narrow: &str) -> bool {
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

/// How many characters fit: of one byte each, and of four.
///
/// `TINYTEXT` and its like are measured in bytes.
/// <https://dev.mysql.com/doc/refman/8.4/en/storage-requirements.html#data-types-storage-reqs-strings>
fn characters(kind: &str) -> Option<(u32, u32)> {
    let bytes = match base(kind) {
        "varchar" | "char" => return numbers(kind).map(|(length, _)| (length, length)),
        "tinytext" => 0xff,
        "text" => 0xffff,
        "mediumtext" => 0xff_ffff,
        "longtext" => u32::MAX,
        _ => return None,
    };
    Some((bytes, bytes / 4))
}

/// How long a value of the type is in a key, at most; `None` if it cannot be part of one as a whole.
pub(super) fn bytes_in_key(kind: &str, collation: Option<&str>) -> Option<u32> {
    let kind = kind.to_ascii_lowercase();
    let of_a_character = match collation.and_then(|name| name.split('_').next()) {
        None | Some("latin1" | "ascii" | "binary") => 1,
        Some("utf8" | "utf8mb3") => 3,
        Some(_) => 4,
    };
    match base(&kind) {
        "varchar" | "char" | "varbinary" | "binary" => {
            numbers(&kind).map(|(length, _)| length.saturating_mul(of_a_character))
        }
        base if base.ends_with("text") || base.ends_with("blob") || base == "json" => None,
        _ => Some(8),
    }
}

fn texts(wide: &str, narrow: &str) -> bool {
    let (Some((_, fit_for_sure)), Some((most, _))) = (characters(wide), characters(narrow)) else {
        return false;
    };
    // CHAR drops the spaces at the end.
    base(wide) != "char" && fit_for_sure >= most
}

/// Whether QuickSight reads columns of this text type. It skips the others without an error.
/// <https://docs.aws.amazon.com/quick/latest/userguide/supported-data-types.html>
pub(super) fn is_skipped_by_quicksight(kind: &str) -> bool {
    matches!(base(&canonical(kind)), "tinytext" | "mediumtext" | "longtext")
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
            ("varchar(255)", "tinytext"),
            ("tinytext", "varchar(63)"),
            ("mediumtext", "text"),
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
            ("varchar(128)", "tinytext"),
            ("varchar(254)", "tinytext"),
            ("tinytext", "varchar(64)"),
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

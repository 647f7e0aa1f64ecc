//! What an expression may be.

use serde_json::json;

use crate::{broken::definition, small};

/// The names of the faults that an expression has as a calculated field.
fn faults_of(expression: &str) -> Vec<&'static str> {
    let mut template = small();
    *template.pointer_mut(&format!("/{}", definition("CalculatedFields/0/Expression"))).unwrap() =
        json!(expression);
    crate::faults(&template).into_iter().map(|(rule, _)| rule).collect()
}

#[test]
fn what_quicksight_reads_is_read() {
    for right in [
        "{metres}",
        "-{metres} + 1.5 * ({hour} - 2)",
        "sumOver(sum({metres}), [{travel_mode}], PRE_AGG)",
        "runningSum(sum({metres}), [truncDate('MM', {started_on}) ASC])",
        "distinct_countIf({user_id}, {travel_mode} = 'Bus' AND NOT isNull({hour}))",
        "ifelse(in({travel_mode}, ['it\\'s', \"{no column}\"]), 1, notIn({hour}, [1, 2]), 2, null)",
        "dateDiff({started_on}, now(), 'DD')",
        "ifelse({started_on} >= ${From}, {metres}, 0)",
        "{hour} <> 1 OR {hour} != 2",
    ] {
        let found = faults_of(right);
        // What is no number does not fit where the chart sums it.
        assert!(found.iter().all(|rule| *rule == "type_mismatch"), "{right}: {found:?}");
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    for wrong in [
        "",
        " ",
        "{metres",
        "metres",
        "{metres} {hour}",
        "{metres} +",
        "* {metres}",
        "({metres}",
        "{metres})",
        "sum({metres}]",
        "sum(,)",
        "sum({metres},)",
        "'Bus",
        "{metres}, {hour}",
        "{metres} & {hour}",
        "$From",
        "ifelse({hour} = 1, 'it's', 'no')",
        "sum({me{tres})",
    ] {
        assert_eq!(faults_of(wrong), ["broken_expression"], "{wrong}");
    }
    assert_eq!(faults_of("median({metres}) + median_of({hour})"), ["unknown_function"]);
    assert_eq!(faults_of("{metres} + {yards}"), ["unknown_column"]);
    assert_eq!(faults_of("ifelse({hour} > ${Hour}, 1, 2)"), ["unknown_parameter"]);
    assert_eq!(faults_of("avg({travel_mode})"), ["type_mismatch"]);
}

#[test]
fn the_type_of_what_it_comes_to_is_known() {
    for text in [
        "'Bus'",
        "ifelse({hour} = 1, null, 'yes')",
        "toUpper({travel_mode})",
        "max({travel_mode})",
        "(('a'))",
    ] {
        assert_eq!(faults_of(text), ["type_mismatch"], "{text} in a sum");
    }
    for number in [
        "1",
        "{hour} * 2",
        "extract('HH', {started_on})",
        "coalesce({metres}, 0)",
        "(1) + (2)",
        "strlen('a')",
    ] {
        assert_eq!(faults_of(number), Vec::<&str>::new(), "{number} in a sum");
    }
}

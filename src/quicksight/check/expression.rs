//! The language of QuickSight's expressions: enough of it to see what they refer to.

mod kind;
mod scan;

pub(super) use self::kind::kind;
use self::scan::{Scanner, Token};
use super::{
    columns::{Columns, Want},
    fault::Faults,
    place::Place,
    rule::TemplateRule::{BrokenExpression, TypeMismatch, UnknownFunction, UnknownParameter},
};

/// <https://docs.aws.amazon.com/quicksight/latest/user/functions.html>, in small letters.
const FUNCTIONS: &str = "\
    abs adddatetime addworkdays avg avgif avgover ceil coalesce concat contains count countif \
    countover cot datediff decimaltoint denserank difference distinct_count distinct_countif \
    distinctcountover endswith epochdate exp extract firstvalue floor formatdate \
    getdatetimefromworkweek ifelse in inttodecimal isnotnull isnull isworkday lag lastvalue lead \
    left ln locate log ltrim max maxif maxover median medianif min minif minover mod networkdays \
    notin now nullif parsedate parsedecimal parseint parsejson percentdifference percentile \
    percentilecont percentilecontover percentiledisc percentilediscover percentileover \
    percentilerank percentoftotal periodoverperioddifference periodoverperiodlastvalue \
    periodoverperiodpercentdifference periodtodateavg periodtodateavgovertime periodtodatecount \
    periodtodatecountovertime periodtodatemax periodtodatemaxovertime periodtodatemedian \
    periodtodatemin periodtodateminovertime periodtodatepercentile periodtodatepercentilecont \
    periodtodatestdev periodtodatestdevp periodtodatesum periodtodatesumovertime periodtodatevar \
    periodtodatevarp rank replace right round rtrim runningavg runningcount runningmax \
    runningmin runningsum split sqrt startswith stdev stdevif stdevover stdevp stdevpif \
    stdevpover strlen substring sum sumif sumover switch tolower tostring toupper trim truncdate \
    var varif varover varp varpif varpover windowavg windowcount windowmax windowmin windowsum";

/// Those whose first argument is a number.
const OF_NUMBERS: &str = "abs avg avgif avgover ceil floor median round runningsum sqrt sum sumif";

/// Looks at an expression over these columns, and at the parameters if it may have some.
pub(super) fn look(
    place: &Place<'_>,
    columns: &Columns,
    parameters: Option<&[&str]>,
    faults: &mut Faults,
) {
    let Some(text) = place.as_text() else { return };
    let tokens = match tokens(text) {
        Ok(tokens) => tokens,
        Err(problem) => return faults.add(BrokenExpression, place, problem),
    };
    for token in &tokens {
        match token {
            Token::Column(name) => columns.expect(name, Want::Anything, place, faults),
            Token::Parameter(name) if parameters.is_some_and(|known| !known.contains(name)) => {
                faults.add(UnknownParameter, place, format!("there is no parameter {name}"));
            }
            Token::Function(name) if !is_among(FUNCTIONS, name) => {
                faults.add(UnknownFunction, place, format!("QuickSight has no function {name}"));
            }
            _ => {}
        }
    }
    for of in tokens.windows(3) {
        if let [Token::Function(name), Token::Open(_), Token::Column(column)] = of
            && is_among(OF_NUMBERS, name)
            && columns.get(column).is_some_and(|of| !Want::Number.is_met(of))
        {
            faults.add(TypeMismatch, place, format!("{column} is no number, and {name} needs one"));
        }
    }
}

/// Small and capital letters are the same.
fn is_among(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|one| one.eq_ignore_ascii_case(name))
}

/// Its words and signs, or what is wrong with it.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut grammar = Grammar::default();
    let mut tokens = Vec::new();
    let mut scanner = Scanner::new(text);
    while let Some(token) = scanner.next()? {
        grammar.take(token)?;
        tokens.push(token);
    }
    grammar.end()?;
    Ok(tokens)
}

/// Where a value must come next, and where a sign. A stack instead of recursion: the text may be anything.
struct Grammar<'a> {
    open: Vec<char>,
    wants_value: bool,
    last: Option<Token<'a>>,
}

impl Default for Grammar<'_> {
    fn default() -> Self {
        Self { open: Vec::new(), wants_value: true, last: None }
    }
}

impl<'a> Grammar<'a> {
    fn take(&mut self, token: Token<'a>) -> Result<(), String> {
        let after = |what: &str| Err(format!("{what} is missing before {token}"));
        match token {
            Token::Column(_)
            | Token::Parameter(_)
            | Token::Text
            | Token::Number { .. }
            | Token::Word(_) => {
                if !self.wants_value {
                    return after("a sign or a comma");
                }
                self.wants_value = false;
            }
            Token::Function(_) | Token::Not if !self.wants_value => {
                return after("a sign or a comma");
            }
            Token::Open(bracket) => {
                if !self.wants_value {
                    return after("a sign or a comma");
                }
                self.open.push(bracket);
            }
            Token::Close(bracket) => {
                let is_empty = matches!(self.last, Some(Token::Open(_)));
                if self.wants_value && !is_empty {
                    return after("a value");
                }
                let opened = self.open.pop();
                if !matches!((opened, bracket), (Some('('), ')') | (Some('['), ']')) {
                    return Err(format!("{bracket} closes what was not opened"));
                }
                self.wants_value = false;
            }
            Token::Comma if self.open.is_empty() => {
                return Err("a comma is outside brackets".to_owned());
            }
            Token::Comma | Token::Sign(_) => {
                let is_prefix = matches!(token, Token::Sign("-" | "+"));
                if self.wants_value && !is_prefix {
                    return after("a value");
                }
                self.wants_value = true;
            }
            Token::Order if self.wants_value => return after("a value"),
            Token::Function(_) | Token::Not | Token::Order => {}
        }
        self.last = Some(token);
        Ok(())
    }

    fn end(self) -> Result<(), String> {
        match (self.open.last(), self.wants_value) {
            (Some(bracket), _) => Err(format!("{bracket} is not closed")),
            (None, true) => Err("a value is missing at the end".to_owned()),
            (None, false) => Ok(()),
        }
    }
}

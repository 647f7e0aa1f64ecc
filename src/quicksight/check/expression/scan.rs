//! The words and signs of an expression.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Token<'a> {
    /// `{trip_metres}`
    Column(&'a str),
    /// `${From}`
    Parameter(&'a str),
    /// A word with a bracket after it.
    Function(&'a str),
    Text,
    Number {
        is_whole: bool,
    },
    /// `null`, `true`, `PRE_AGG` and their like.
    Word(&'a str),
    Not,
    /// `ASC` and `DESC`.
    Order,
    /// Also AND and OR.
    Sign(&'a str),
    Comma,
    Open(char),
    Close(char),
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) => write!(f, "{{{name}}}"),
            Self::Parameter(name) => write!(f, "${{{name}}}"),
            Self::Function(word) | Self::Word(word) | Self::Sign(word) => f.write_str(word),
            Self::Text => f.write_str("a text"),
            Self::Number { .. } => f.write_str("a number"),
            Self::Not => f.write_str("NOT"),
            Self::Order => f.write_str("ASC or DESC"),
            Self::Comma => f.write_str("a comma"),
            Self::Open(bracket) | Self::Close(bracket) => write!(f, "{bracket}"),
        }
    }
}

/// What may stand without braces: values, and the levels at which windows are computed.
const WORDS: [&str; 6] = ["null", "true", "false", "pre_agg", "pre_filter", "post_agg_filter"];

/// Longer ones first.
const SIGNS: [&str; 14] =
    ["<>", "!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "%", "^", "||"];

pub(super) struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, String> {
        self.rest = self.rest.trim_start();
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let token = match first {
            '{' => Token::Column(self.braced("{")?),
            '$' => Token::Parameter(self.braced("${")?),
            '\'' | '"' => self.quoted(first)?,
            '(' | '[' => self.bracket(Token::Open(first)),
            ')' | ']' => self.bracket(Token::Close(first)),
            ',' => self.bracket(Token::Comma),
            '0'..='9' | '.' => {
                let number = self.word(|c| c.is_ascii_digit() || c == '.');
                Token::Number { is_whole: !number.contains('.') }
            }
            _ if is_of_a_word(first) => self.named()?,
            _ => self.sign()?,
        };
        Ok(Some(token))
    }

    fn braced(&mut self, open: &str) -> Result<&'a str, String> {
        let inner = self.rest.strip_prefix(open).ok_or("$ stands alone")?;
        let (name, rest) = inner.split_once('}').ok_or("{ is not closed")?;
        if name.contains('{') {
            return Err("{ is not closed".to_owned());
        }
        self.rest = rest;
        Ok(name)
    }

    fn quoted(&mut self, quote: char) -> Result<Token<'a>, String> {
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            if letter == '\\' {
                letters.next();
            } else if letter == quote {
                self.rest = self.rest.get(at + letter.len_utf8()..).unwrap_or_default();
                return Ok(Token::Text);
            }
        }
        Err(format!("{quote} is not closed"))
    }

    fn bracket(&mut self, token: Token<'a>) -> Token<'a> {
        self.word_of(1);
        token
    }

    fn named(&mut self) -> Result<Token<'a>, String> {
        let word = self.word(is_of_a_word);
        let small = word.to_lowercase();
        Ok(match &*small {
            "and" | "or" => Token::Sign(word),
            "not" => Token::Not,
            "asc" | "desc" => Token::Order,
            _ if self.rest.trim_start().starts_with('(') => Token::Function(word),
            _ if WORDS.contains(&&*small) => Token::Word(word),
            _ => return Err(format!("the word {word} stands outside braces and quotes")),
        })
    }

    fn sign(&mut self) -> Result<Token<'a>, String> {
        let sign = SIGNS.iter().find(|sign| self.rest.starts_with(**sign));
        let sign = sign.ok_or_else(|| {
            let letter = self.rest.chars().next().unwrap_or_default();
            format!("{letter} means nothing here")
        })?;
        Ok(Token::Sign(self.word_of(sign.len())))
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        self.word_of(self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len()))
    }

    fn word_of(&mut self, length: usize) -> &'a str {
        let (word, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        word
    }
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

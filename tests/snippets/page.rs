//! The pages, and what is in them.

use std::fs;

use super::{ROOT, read};

/// A page of this crate.
pub(crate) struct Page {
    /// Its path from the root.
    pub(crate) name: String,
    text: String,
}

/// A piece of a page that is fenced.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// Where it is, as in `README.md:12`.
    pub(crate) at: String,
    /// The page and the heading that it is under.
    pub(crate) section: String,
    /// The first word behind the fence.
    pub(crate) language: String,
    pub(crate) text: String,
}

/// All pages for people.
pub(crate) fn pages() -> Vec<Page> {
    let folders = ["", "docs/", "migrations/", "benches/peers/", "benches/scale/"];
    let names = folders.iter().flat_map(|folder| {
        let files = fs::read_dir(format!("{ROOT}/{folder}")).into_iter().flatten();
        let names = files.map(move |file| {
            format!("{folder}{}", file.expect("a file").file_name().to_string_lossy())
        });
        names.filter(|name| name.split('.').next_back() == Some("md")).collect::<Vec<_>>()
    });
    let mut pages: Vec<_> = names.map(|name| Page { text: read(&name), name }).collect();
    pages.sort_by(|one, other| one.name.cmp(&other.name));
    pages
}

/// A line of a page, as what it is to be taken.
enum Line<'p> {
    Fence { number: usize, indent: usize, info: &'p str },
    Fenced(&'p str),
    Heading(&'p str),
    Prose(&'p str),
}

impl Page {
    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut is_fenced = false;
        self.text.lines().zip(1..).map(move |(line, number)| {
            let text = line.trim_start();
            if let Some(info) = text.strip_prefix("```") {
                is_fenced = !is_fenced;
                Line::Fence { number, indent: line.len() - text.len(), info }
            } else if is_fenced {
                Line::Fenced(line)
            } else if line.starts_with('#') {
                Line::Heading(line.trim_start_matches('#').trim())
            } else {
                Line::Prose(line)
            }
        })
    }

    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece> {
        let (mut heading, mut open, mut pieces) = ("", None, Vec::new());
        for line in self.lines() {
            match line {
                Line::Heading(text) => heading = text,
                Line::Fence { number, indent, info } if open.is_none() => {
                    let language = info.split(',').next().unwrap_or_default().to_owned();
                    let at = format!("{}:{number}", self.name);
                    let section = format!("{}#{heading}", self.name);
                    open = Some((indent, Piece { at, section, language, text: String::new() }));
                }
                Line::Fence { .. } => pieces.extend(open.take().map(|(_, piece)| piece)),
                Line::Fenced(line) => {
                    if let Some((indent, piece)) = &mut open {
                        piece.text.push_str(line.get(*indent..).unwrap_or_default());
                        piece.text.push('\n');
                    }
                }
                Line::Prose(_) => {}
            }
        }
        assert!(open.is_none(), "{}: a fence is not closed", self.name);
        pieces.into_iter()
    }

    /// What the links lead to, without those that leave the project.
    pub(crate) fn links(&self) -> Vec<String> {
        let prose = self.lines().filter_map(|line| match line {
            Line::Prose(text) => Some(text),
            _ => None,
        });
        let targets = prose.flat_map(|text| text.split("](").skip(1));
        let targets = targets.filter_map(|rest| rest.split(')').next());
        targets.filter(|link| !link.contains("://")).map(str::to_owned).collect()
    }

    /// The path from the root of what a link of this page leads to.
    pub(crate) fn relative(&self, link: &str) -> String {
        if link.is_empty() {
            return self.name.clone();
        }
        let mut path: Vec<_> = self.name.split('/').collect();
        path.pop();
        for part in link.split('/') {
            match part {
                ".." => drop(path.pop()),
                part => path.push(part),
            }
        }
        path.join("/")
    }

    /// The anchors of the headings, as where the pages are read has them.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = String> {
        self.lines().filter_map(|line| match line {
            Line::Heading(text) => {
                let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
                let text: String = text.to_lowercase().chars().filter(kept).collect();
                Some(text.replace(' ', "-"))
            }
            _ => None,
        })
    }
}

impl Piece {
    /// Where it is, as the name of a program.
    pub(crate) fn slug(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        self.at.chars().map(plain).collect()
    }

    /// Whether it names a module that a feature brings.
    pub(crate) fn needs_a_feature(&self) -> bool {
        let is_word = |c: char| !c.is_alphanumeric() && c != '_';
        let mut words = self.text.split(is_word);
        words.any(|word| {
            [
                "ledger",
                "analytics",
                "integrity",
                "partition",
                "quicksight",
                "rust_decimal",
                "summary",
            ]
            .contains(&word)
        })
    }
}

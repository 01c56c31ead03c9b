//! The text of a settings file and where its values stand in it. Only positions are taken from the parser: what is not ours is
//! never written anew.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions};

use super::Fault;

/// What an agent accepts in its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Plain JSON.
    Json,
    /// JSON with comments.
    Comments,
    /// JSON with comments and commas behind the last element.
    CommentsAndCommas,
}

/// A text that was parsed.
pub struct Document<'a> {
    /// The text.
    pub text: &'a str,
    /// Its one value; a file may be empty.
    pub root: Option<Value<'a>>,
    tokens: Vec<TokenAndRange<'a>>,
}

/// An object or an array: where its brackets and its members stand.
#[derive(Clone, Debug)]
pub struct Container {
    /// The opening bracket.
    pub open: usize,
    /// The closing bracket.
    pub close: usize,
    /// The members, keys included.
    pub items: Vec<Range<usize>>,
}

impl<'a> Document<'a> {
    /// Parses a text.
    pub fn parse(text: &'a str, syntax: Syntax) -> Result<Document<'a>, Fault> {
        let options = ParseOptions {
            allow_comments: syntax != Syntax::Json,
            allow_trailing_commas: syntax == Syntax::CommentsAndCommas,
            allow_loose_object_property_names: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let comments = match syntax {
            Syntax::Json => CommentCollectionStrategy::Off,
            Syntax::Comments | Syntax::CommentsAndCommas => CommentCollectionStrategy::AsTokens,
        };
        let collect = CollectOptions { comments, tokens: true };
        let parsed = jsonc_parser::parse_to_ast(text, &collect, &options).map_err(|error| Fault::Syntax {
            line: error.line_display(),
            column: error.column_display(),
            said: error.kind().to_string(),
        })?;
        Ok(Document { text, root: parsed.value, tokens: parsed.tokens.unwrap_or_default() })
    }

    /// The settings: the object that the file is, `None` for a file without a value.
    pub fn settings(&self) -> Result<Option<&Object<'a>>, Fault> {
        match &self.root {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(other) => Err(self.not_a("the file", "an object", other)),
        }
    }

    /// The error for a value of another type than the agent's settings have there.
    pub fn not_a(&self, what: &str, kind: &'static str, value: &Value<'a>) -> Fault {
        Fault::Shape { line: self.line(value.range().start), what: what.to_owned(), kind }
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// The comma that follows a place, with nothing but blanks and comments between.
    pub fn comma_after(&self, at: usize) -> Option<usize> {
        let next = self.tokens.iter().find(|token| token.range.start >= at && !is_comment(&token.token))?;
        (next.token == Token::Comma).then_some(next.range.start)
    }

    /// The comma before a place.
    pub fn comma_before(&self, at: usize) -> Option<usize> {
        let last = self.tokens.iter().rfind(|token| token.range.end <= at && !is_comment(&token.token))?;
        (last.token == Token::Comma).then_some(last.range.start)
    }

    /// Whether a `//` comment ends at a place: then the line break behind it must stay.
    pub fn line_comment_ends(&self, at: usize) -> bool {
        self.tokens.iter().any(|token| token.range.end == at && matches!(token.token, Token::CommentLine(_)))
    }

    /// The end of the `//` comment that a place is in, or at whose end.
    pub fn line_comment_around(&self, at: usize) -> Option<usize> {
        let around = |token: &&TokenAndRange<'_>| {
            matches!(token.token, Token::CommentLine(_)) && token.range.start < at && at <= token.range.end
        };
        self.tokens.iter().find(around).map(|token| token.range.end)
    }

    /// The end of the comments that stand on the same line behind a place.
    pub fn comments_on_line(&self, mut at: usize) -> usize {
        loop {
            let start = at + self.text[at..].len() - self.text[at..].trim_start_matches([' ', '\t']).len();
            let Some(comment) = self.tokens.iter().find(|token| token.range.start == start && is_comment(&token.token))
            else {
                return at;
            };
            let end = comment.range.end;
            if self.text[start..end].contains('\n') {
                return at;
            }
            // A carriage return before the line break is not the comment's.
            at = start + self.text[start..end].trim_end_matches('\r').len();
        }
    }

    /// Whether a value begins its line, behind no more than its key; the file's one value does so anywhere.
    pub fn starts_line_but_for_key(&self, at: usize) -> bool {
        let line = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before: Vec<_> =
            self.tokens.iter().filter(|token| token.range.start < at && !is_comment(&token.token)).collect();
        let on_line = before.iter().skip_while(|token| token.range.end <= line).map(|token| &token.token);
        before.is_empty() || matches!(on_line.collect::<Vec<_>>()[..], [Token::String(_), Token::Colon] | [])
    }

    /// The blanks that a line starts with, and whether nothing else stands before the place.
    pub fn indent(&self, at: usize) -> (&'a str, bool) {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.text[start..at];
        let blanks = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        (blanks, blanks.len() == line.len())
    }
}

impl Container {
    /// An object's or array's positions.
    pub fn of(value: &Value<'_>) -> Option<Container> {
        match value {
            Value::Object(object) => Some(Container::object(object)),
            Value::Array(array) => Some(Container {
                open: array.range.start,
                close: array.range.end - 1,
                items: array.elements.iter().map(|element| element.start()..element.end()).collect(),
            }),
            _ => None,
        }
    }

    /// An object's positions.
    pub fn object(object: &Object<'_>) -> Container {
        Container {
            open: object.range.start,
            close: object.range.end - 1,
            items: object.properties.iter().map(|member| member.range.start..member.range.end).collect(),
        }
    }
}

fn is_comment(token: &Token<'_>) -> bool {
    matches!(token, Token::CommentLine(_) | Token::CommentBlock(_))
}

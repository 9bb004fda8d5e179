//! From text to expression, without a separate lexer: what a value is depends on where it stands.

use regex::Regex;

use super::error::BadExpr;
use super::expr::{Expr, Op, Operand, Test};
use super::fields::{Field, Kind};
use crate::time_prefix::TimePrefix;

/// Parentheses and `not` within each other; the parser's own stack is bounded by it.
const DEPTH_MAX: usize = 64;

const OPS: [(&str, Op); 6] = [
    ("!=", Op::Unequal),
    ("<=", Op::AtMost),
    (">=", Op::AtLeast),
    ("=", Op::Equal),
    ("<", Op::Less),
    (">", Op::Greater),
];

/// Parses the whole text.
pub(super) fn parse(text: &str, fields: &'static [Field]) -> Result<Expr, BadExpr> {
    let mut parser = Parser { text, at: 0, depth: 0, fields };
    let expr = parser.any()?;
    if parser.peek().is_some() {
        let mend = "put a value with spaces or parentheses in quotes";
        return Err(parser.bad_here("`and`, `or` or the end must stand here", mend));
    }
    Ok(expr)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    fields: &'static [Field],
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    InList,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Expr, BadExpr> {
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Any(parts) })
    }

    fn all(&mut self) -> Result<Expr, BadExpr> {
        let mut parts = vec![self.one()?];
        while self.takes_word("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::All(parts) })
    }

    fn one(&mut self) -> Result<Expr, BadExpr> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let reason = format!("more than {DEPTH_MAX} parentheses or `not` within each other");
            return Err(self.bad_here(reason, "write it with fewer"));
        }
        let expr = if self.takes_word("not") {
            Expr::Not(Box::new(self.one()?))
        } else if self.peek() == Some('(') {
            let opened_at = self.at;
            self.at += 1;
            let inner = self.any()?;
            if !self.takes(")") {
                let place = opened_at..opened_at + 1;
                let mend = "write `)` where it ends, and values with spaces in quotes";
                return Err(BadExpr::new(self.text, place, "this parenthesis is not closed", mend));
            }
            inner
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn test(&mut self) -> Result<Expr, BadExpr> {
        const MEND: &str = "write for instance status=404, or host=example.com and not redirect";
        self.skip_spaces();
        let start = self.at;
        let name = self.word();
        if name.is_empty() {
            return Err(self.bad_here("the name of a field must stand here", MEND));
        }
        let field = super::field(self.text, name, start, self.fields)?;
        self.at = start + name.len();
        self.skip_spaces();
        for (wrong, right) in [("==", "="), ("<>", "!="), ("=~", "~"), ("!~", "not FIELD ~")] {
            if self.rest().starts_with(wrong) {
                let place = self.at..self.at + wrong.len();
                let reason = format!("there is no `{wrong}`");
                return Err(BadExpr::new(self.text, place, reason, format!("write `{right}`")));
            }
        }
        let test = if let Some((_, op)) = OPS.iter().find(|(sign, _)| self.takes(sign)) {
            Test::Compare(*op, self.operand(field, Place::Alone)?)
        } else if self.takes("~") {
            self.pattern()?
        } else if self.takes_word("in") {
            Test::OneOf(self.list(field)?)
        } else {
            Test::There
        };
        Ok(Expr::Test(field, test))
    }

    fn pattern(&mut self) -> Result<Test, BadExpr> {
        const MEND: &str =
            "put it in quotes; \\ before . ( [ * + ? makes them stand for themselves";
        let (text, place) = self.value(Place::Alone)?;
        Regex::new(text).map(Test::Pattern).map_err(|error| {
            let error = error.to_string();
            let cause = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let reason = format!("this is no regular expression: {cause}");
            BadExpr::new(self.text, place, reason, MEND)
        })
    }

    fn list(&mut self, field: &'static Field) -> Result<Vec<Operand>, BadExpr> {
        const MEND: &str = "write for instance status in (301, 302)";
        if !self.takes("(") {
            return Err(self.bad_here("a list must stand here", MEND));
        }
        let mut operands = vec![self.operand(field, Place::InList)?];
        while self.takes(",") {
            operands.push(self.operand(field, Place::InList)?);
        }
        if !self.takes(")") {
            return Err(self.bad_here("`,` or `)` must stand here", MEND));
        }
        Ok(operands)
    }

    fn operand(&mut self, field: &'static Field, place: Place) -> Result<Operand, BadExpr> {
        let (text, at) = self.value(place)?;
        let (operand, kind, mend) = match field.kind {
            Kind::Text => return Ok(Operand::Text(text.to_owned())),
            Kind::Number => {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                (number.map(Operand::Number), "a number", "write digits, without a unit")
            }
            Kind::Time => (
                TimePrefix::parse(text).map(Operand::Time),
                "a time",
                "write 2026-11-01 or 2026-11-01T12:30 (UTC)",
            ),
            Kind::Flag => {
                (text.parse().ok().map(Operand::Flag), "true or false", "write true or false")
            }
        };
        operand.ok_or_else(|| {
            let reason = format!("`{}` takes {kind}, not `{text}`", field.name);
            BadExpr::new(self.text, at, reason, mend)
        })
    }

    /// A value without its quotes, and where it is.
    fn value(&mut self, place: Place) -> Result<(&'a str, std::ops::Range<usize>), BadExpr> {
        let quote = self.peek().filter(|c| matches!(c, '\'' | '"'));
        let start = self.at;
        if let Some(quote) = quote {
            let inner = self.rest().get(1..).unwrap_or_default();
            let Some(len) = inner.find(quote) else {
                let mend = format!("write {quote} where the value ends");
                let range = start..self.text.len();
                return Err(BadExpr::new(self.text, range, "this quote is not closed", mend));
            };
            self.at = start + len + 2;
            return Ok((inner.get(..len).unwrap_or_default(), start..self.at));
        }
        let ends = |c: char| c.is_whitespace() || c == ')' || (c == ',' && place == Place::InList);
        let rest = self.rest();
        let text = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or_default();
        if text.is_empty() {
            return Err(self.bad_here("a value must stand here", "'' is the empty text"));
        }
        self.at = start + text.len();
        Ok((text, start..self.at))
    }

    /// Takes a sign that comes next.
    fn takes(&mut self, sign: &str) -> bool {
        self.skip_spaces();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        found
    }

    /// Takes a word of the language that comes next.
    fn takes_word(&mut self, word: &str) -> bool {
        self.skip_spaces();
        let found = self.word().eq_ignore_ascii_case(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// The word here, which may be empty.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
        rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn peek(&mut self) -> Option<char> {
        self.skip_spaces();
        self.rest().chars().next()
    }

    /// A mistake at the next character.
    fn bad_here(&mut self, reason: impl Into<String>, mend: &str) -> BadExpr {
        let len = self.peek().map_or(0, char::len_utf8);
        BadExpr::new(self.text, self.at..self.at + len, reason, mend)
    }
}

//! An expression and what it says of a row.

use std::cmp::Ordering;

use regex::Regex;
use serde_json::Value;

use super::fields::{Cell, Field};
use crate::time_prefix::TimePrefix;

/// An expression taken apart.
#[derive(Debug)]
pub(super) enum Expr {
    Any(Vec<Expr>),
    All(Vec<Expr>),
    Not(Box<Expr>),
    Test(&'static Field, Test),
}

/// What is asked of a field.
#[derive(Debug)]
pub(super) enum Test {
    /// The row has it.
    There,
    Compare(Op, Operand),
    OneOf(Vec<Operand>),
    Pattern(Regex),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// What a field is compared with; of the field's kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Text(String),
    Number(f64),
    Time(TimePrefix),
    Flag(bool),
}

impl Expr {
    pub(super) fn matches(&self, row: &Value) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.matches(row)),
            Self::All(parts) => parts.iter().all(|part| part.matches(row)),
            Self::Not(part) => !part.matches(row),
            Self::Test(field, test) => test.holds(field.of(row).as_ref()),
        }
    }
}

impl Test {
    fn holds(&self, cell: Option<&Cell<'_>>) -> bool {
        match self {
            Self::There => cell.is_some(),
            Self::Compare(op, operand) => op.holds(cell.and_then(|cell| operand.order(cell))),
            Self::OneOf(operands) => cell.is_some_and(|cell| {
                operands.iter().any(|it| it.order(cell) == Some(Ordering::Equal))
            }),
            Self::Pattern(regex) => match cell {
                Some(Cell::Text(text)) => regex.is_match(text),
                Some(Cell::Number(number)) => regex.is_match(&number.to_string()),
                Some(Cell::Flag(_)) | None => false,
            },
        }
    }
}

impl Op {
    /// `None`: there is nothing to compare with.
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::Unequal => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::AtMost => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::AtLeast => order.is_some_and(Ordering::is_ge),
        }
    }
}

impl Operand {
    /// How the cell stands to this.
    fn order(&self, cell: &Cell<'_>) -> Option<Ordering> {
        match (self, cell) {
            (Self::Text(own), Cell::Text(text)) => Some((**text).cmp(own)),
            (Self::Number(own), Cell::Number(number)) => number.as_f64()?.partial_cmp(own),
            (Self::Time(own), Cell::Text(text)) => Some(own.place(text)),
            (Self::Flag(own), Cell::Flag(flag)) => Some(flag.cmp(own)),
            _ => None,
        }
    }
}

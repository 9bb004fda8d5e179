//! Rows in memory, column by column.

use std::borrow::Cow;

use crate::error::ResultError;

/// A column: what it is called and what it holds. Any cell may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Neighbours of one group are fields of one structure of its name.
    pub(crate) group: Option<&'static str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) kind: Kind,
}

impl Column {
    /// A column of its own.
    pub(crate) const fn new(name: &'static str, kind: Kind) -> Self {
        Self { group: None, name: Cow::Borrowed(name), kind }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text(Likeness),
    /// 32 bits.
    Small,
    /// 64 bits.
    Large,
    /// 64 bits without sign.
    Bits,
    /// Milliseconds since 1970, UTC.
    Time,
    /// 32 bits.
    Float,
    /// 64 bits.
    Double,
    Bool,
    /// JSON as text.
    Json,
}

/// How the texts of a column are to each other; the encoding is chosen by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// Many come often.
    Repeated,
    /// Neighbours begin alike where rows are sorted.
    Sorted,
    /// Hardly any comes twice, and nothing is alike.
    Various,
}

/// The value of a column in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    Text(Option<&'a str>),
    Number(Option<i64>),
    Float(Option<f32>),
    Double(Option<f64>),
    Bool(Option<bool>),
}

/// Rows, held column by column.
#[derive(Debug)]
pub(crate) struct Table {
    pub(super) columns: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// The values of a column.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) column: Column,
    pub(super) present: Vec<bool>,
    pub(super) held: Held,
}

#[derive(Debug)]
pub(super) enum Held {
    /// All texts behind one another, and where each ends.
    Text {
        bytes: Vec<u8>,
        ends: Vec<u32>,
    },
    Numbers(Vec<i64>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
    Bools(Vec<bool>),
}

impl Table {
    pub(crate) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        let values = |column: Column| {
            let held = match column.kind {
                Kind::Text(_) | Kind::Json => Held::Text { bytes: Vec::new(), ends: Vec::new() },
                Kind::Float => Held::Floats(Vec::new()),
                Kind::Double => Held::Doubles(Vec::new()),
                Kind::Bool => Held::Bools(Vec::new()),
                Kind::Small | Kind::Large | Kind::Bits | Kind::Time => Held::Numbers(Vec::new()),
            };
            Values { column, present: Vec::new(), held }
        };
        Self { columns: columns.into_iter().map(values).collect(), rows: 0, bytes: 0 }
    }

    /// Rows held.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Size of their texts.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a row: a cell for each column, in their order.
    ///
    /// # Errors
    /// When its texts are too large for any table.
    pub(crate) fn push<'a>(
        &mut self,
        cells: impl IntoIterator<Item = Cell<'a>>,
    ) -> Result<(), ResultError> {
        for (values, cell) in self.columns.iter_mut().zip(cells) {
            self.bytes += values.push(cell)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Forgets all rows.
    pub(crate) fn clear(&mut self) {
        (self.rows, self.bytes) = (0, 0);
        for values in &mut self.columns {
            values.present.clear();
            match &mut values.held {
                Held::Text { bytes, ends } => {
                    bytes.clear();
                    ends.clear();
                }
                Held::Numbers(numbers) => numbers.clear(),
                Held::Floats(floats) => floats.clear(),
                Held::Doubles(doubles) => doubles.clear(),
                Held::Bools(bools) => bools.clear(),
            }
        }
    }

    /// Sorts some of the rows by the bytes of a text column; equal ones stay in their order.
    pub(crate) fn sort(&self, rows: &mut [u32], column: usize) {
        if let Some(Values { held: held @ Held::Text { .. }, .. }) = self.columns.get(column) {
            rows.sort_by(|a, b| held.text(*a as usize).cmp(held.text(*b as usize)));
        }
    }
}

impl Values {
    fn push(&mut self, cell: Cell<'_>) -> Result<usize, ResultError> {
        let name = &*self.column.name;
        let (is_present, added) = match (&mut self.held, cell) {
            (Held::Text { bytes, ends }, Cell::Text(text)) => {
                bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
                ends.push(u32::try_from(bytes.len()).map_err(|_| is_too_large(name))?);
                (text.is_some(), text.map_or(0, str::len))
            }
            (Held::Numbers(numbers), Cell::Number(number)) => {
                numbers.push(number.unwrap_or_default());
                (number.is_some(), 0)
            }
            (Held::Floats(floats), Cell::Float(float)) => {
                floats.push(float.unwrap_or_default());
                (float.is_some(), 0)
            }
            (Held::Doubles(doubles), Cell::Double(double)) => {
                doubles.push(double.unwrap_or_default());
                (double.is_some(), 0)
            }
            (Held::Bools(bools), Cell::Bool(bool)) => {
                bools.push(bool.unwrap_or_default());
                (bool.is_some(), 0)
            }
            (_, other) => return Err(does_not_hold(name, other)),
        };
        self.present.push(is_present);
        Ok(added)
    }
}

fn is_too_large(column: &str) -> ResultError {
    ResultError::Other(format!("a row has more than 4 GB in the column {column}"))
}

fn does_not_hold(column: &str, cell: Cell<'_>) -> ResultError {
    ResultError::Other(format!("the column {column} holds no {cell:?}"))
}

impl Held {
    /// Where the text of a row is.
    pub(super) fn range(ends: &[u32], row: usize) -> std::ops::Range<usize> {
        let end = |idx: usize| ends.get(idx).map_or(0, |end| *end as usize);
        row.checked_sub(1).map_or(0, end)..end(row)
    }

    fn text(&self, row: usize) -> &[u8] {
        match self {
            Self::Text { bytes, ends } => bytes.get(Self::range(ends, row)).unwrap_or_default(),
            Self::Numbers(_) | Self::Floats(_) | Self::Doubles(_) | Self::Bools(_) => &[],
        }
    }
}

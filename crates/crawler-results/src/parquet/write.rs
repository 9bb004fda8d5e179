//! Tables as Parquet: their schema, and row groups.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
};
use parquet::errors::Result;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};

use super::table::{Column, Held, Kind, Likeness, Table, Values};

/// Values handed to the writer at once.
const BATCH_ROWS: usize = 4096;
/// One in so many look-ups of a URL that is not there goes through the bloom filter.
const BLOOM_FALSE_POSITIVES: f64 = 0.01;

/// How the columns of a file are stored.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Layout {
    /// The column by which the rows are sorted.
    pub(crate) sorted_by: Option<u8>,
    /// The column that is looked up by value.
    pub(crate) bloom: Option<&'static str>,
}

/// Begins a file for the rows of a table.
pub(crate) fn begin<W: Write + Send>(
    sink: W,
    table: &Table,
    layout: Layout,
) -> Result<SerializedFileWriter<W>> {
    let columns: Vec<&Column> = table.columns.iter().map(|values| &values.column).collect();
    SerializedFileWriter::new(sink, schema(&columns)?, properties(&columns, layout))
}

/// Adds the rows `order` of a table as one row group.
pub(crate) fn write_rows<W: Write + Send>(
    file: &mut SerializedFileWriter<W>,
    table: &Table,
    order: &[u32],
) -> Result<()> {
    let mut group = file.next_row_group()?;
    for values in &table.columns {
        let Some(mut column) = group.next_column()? else { break };
        write_values(values, order, &mut column)?;
        column.close()?;
    }
    group.close()?;
    Ok(())
}

fn schema(columns: &[&Column]) -> Result<TypePtr> {
    let mut fields = Vec::new();
    for columns in columns.chunk_by(|one, next| one.group == next.group) {
        let own = columns.iter().map(|column| field(column)).collect::<Result<Vec<_>>>()?;
        match columns.first().and_then(|column| column.group) {
            // It is always there, and its fields are as deep as any.
            Some(name) => fields.push(group(name, own)?),
            None => fields.extend(own),
        }
    }
    Ok(Arc::new(Type::group_type_builder("row").with_fields(fields).build()?))
}

fn group(name: &str, fields: Vec<TypePtr>) -> Result<TypePtr> {
    let group = Type::group_type_builder(name).with_repetition(Repetition::REQUIRED);
    group.with_fields(fields).build().map(Arc::new)
}

fn field(column: &Column) -> Result<TypePtr> {
    let (physical, logical) = match column.kind {
        Kind::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Json => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        Kind::Small => (Physical::INT32, None),
        Kind::Large => (Physical::INT64, None),
        Kind::Bits => (Physical::INT64, Some(LogicalType::integer(64, false))),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Kind::Float => (Physical::FLOAT, None),
        Kind::Double => (Physical::DOUBLE, None),
        Kind::Bool => (Physical::BOOLEAN, None),
    };
    let field = Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    field.build().map(Arc::new)
}

fn properties(columns: &[&Column], layout: Layout) -> WriterPropertiesPtr {
    let sorting = layout.sorted_by.map(|idx| {
        vec![SortingColumn { column_idx: idx.into(), descending: false, nulls_first: true }]
    });
    // Readers trust the statistics of writers whose name they can take apart only.
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("crawler version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
        .set_sorting_columns(sorting);
    for column in columns {
        let path = column.group.into_iter().map(str::to_owned).chain([column.name.to_string()]);
        let path = ColumnPath::new(path.collect());
        let encoding = match column.kind {
            Kind::Text(Likeness::Sorted) => Encoding::DELTA_BYTE_ARRAY,
            Kind::Text(Likeness::Various) | Kind::Bits | Kind::Float | Kind::Double => {
                Encoding::PLAIN
            }
            Kind::Large | Kind::Time => Encoding::DELTA_BINARY_PACKED,
            Kind::Text(Likeness::Repeated) | Kind::Json | Kind::Small | Kind::Bool => continue,
        };
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, encoding);
    }
    if let Some(name) = layout.bloom {
        properties =
            properties.set_column_bloom_filter_fpp(ColumnPath::from(name), BLOOM_FALSE_POSITIVES);
    }
    Arc::new(properties.build())
}

fn write_values(
    values: &Values,
    order: &[u32],
    out: &mut SerializedColumnWriter<'_>,
) -> Result<()> {
    match &values.held {
        Held::Text { bytes, ends } => {
            let bytes = Bytes::copy_from_slice(bytes);
            let text = |row| ByteArray::from(bytes.slice(Held::range(ends, row)));
            write_batches(values, order, text, out.typed::<ByteArrayType>())
        }
        Held::Numbers(numbers) if values.column.kind == Kind::Small => {
            let number = |row: usize| numbers.get(row).map_or(0, |number| *number as i32);
            write_batches(values, order, number, out.typed::<Int32Type>())
        }
        Held::Numbers(numbers) => {
            let number = |row: usize| numbers.get(row).copied().unwrap_or_default();
            write_batches(values, order, number, out.typed::<Int64Type>())
        }
        Held::Floats(floats) => {
            let float = |row: usize| floats.get(row).copied().unwrap_or_default();
            write_batches(values, order, float, out.typed::<FloatType>())
        }
        Held::Doubles(doubles) => {
            let double = |row: usize| doubles.get(row).copied().unwrap_or_default();
            write_batches(values, order, double, out.typed::<DoubleType>())
        }
        Held::Bools(bools) => {
            let bool = |row: usize| bools.get(row).copied().unwrap_or_default();
            write_batches(values, order, bool, out.typed::<BoolType>())
        }
    }
}

fn write_batches<T: DataType>(
    column: &Values,
    order: &[u32],
    value: impl Fn(usize) -> T::T,
    out: &mut ColumnWriterImpl<'_, T>,
) -> Result<()> {
    let mut values = Vec::with_capacity(BATCH_ROWS);
    let mut levels = Vec::with_capacity(BATCH_ROWS);
    for rows in order.chunks(BATCH_ROWS) {
        values.clear();
        levels.clear();
        for row in rows.iter().map(|row| *row as usize) {
            let is_present = column.present.get(row).is_some_and(|is_present| *is_present);
            levels.push(i16::from(is_present));
            if is_present {
                values.push(value(row));
            }
        }
        out.write_batch(&values, Some(&levels), None)?;
    }
    Ok(())
}

//! Values in PostgreSQL's binary format.
//!
//! A whole number fits every integer column it is in range for, and a truth value an integer
//! column, because SQLite knows no such differences.

use std::error::Error as StdError;

use bytes::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::pg::unreadable;
use crate::{Error, Row, Value};

type Failure = Box<dyn StdError + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(value) if *ty == Type::BOOL => value.to_sql(ty, out),
            Self::Bool(value) => whole_number(i64::from(*value), ty, out),
            Self::Int(value) => whole_number(*value, ty, out),
            Self::Real(value) if *ty == Type::FLOAT8 => value.to_sql(ty, out),
            Self::Text(text) if <&str as ToSql>::accepts(ty) => {
                if text.as_bytes().contains(&0) {
                    return Err("a text parameter contains a NUL character".into());
                }
                text.as_str().to_sql(ty, out)
            }
            Self::Blob(bytes) if *ty == Type::BYTEA => bytes.as_slice().to_sql(ty, out),
            Self::Id(bytes) if *ty == Type::BYTEA => bytes.as_slice().to_sql(ty, out),
            Self::Real(_) | Self::Text(_) | Self::Blob(_) | Self::Id(_) => {
                Err(mismatch(self.kind(), ty))
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        // `to_sql` decides by value, with a better error.
        true
    }

    to_sql_checked!();
}

fn whole_number(value: i64, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
    match *ty {
        Type::INT8 => value.to_sql(ty, out),
        Type::INT4 => i32::try_from(value)?.to_sql(ty, out),
        Type::INT2 => i16::try_from(value)?.to_sql(ty, out),
        Type::FLOAT8 => {
            #[expect(clippy::cast_precision_loss, reason = "as SQLite stores it in a real column")]
            let real = value as f64;
            real.to_sql(ty, out)
        }
        Type::BOOL if (0..=1).contains(&value) => (value == 1).to_sql(ty, out),
        _ => Err(mismatch("int", ty)),
    }
}

fn mismatch(kind: &str, ty: &Type) -> Failure {
    format!("a parameter of the type {ty} cannot take a value of the kind {kind}").into()
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(match *ty {
            Type::BOOL => Self::Bool(bool::from_sql(ty, raw)?),
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Self::Int(i16::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Self::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => Self::Real(f32::from_sql(ty, raw)?.into()),
            Type::BYTEA => Self::from(raw),
            _ => Self::Text(<&str>::from_sql(ty, raw)?.to_owned()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        readable(ty)
    }
}

/// Whether a column of this type can be read.
pub(crate) fn readable(ty: &Type) -> bool {
    matches!(
        *ty,
        Type::BOOL
            | Type::INT8
            | Type::INT4
            | Type::INT2
            | Type::FLOAT8
            | Type::FLOAT4
            | Type::BYTEA
    ) || <&str as FromSql<'_>>::accepts(ty)
}

/// A driver's row as ours.
pub(crate) fn decode(name: &'static str, row: &postgres::Row) -> Result<Row, Error> {
    let mut values = Vec::with_capacity(row.len());
    for (i, column) in row.columns().iter().enumerate() {
        if !readable(column.type_()) {
            return Err(unreadable(name, column.type_()));
        }
        values.push(row.try_get(i).map_err(|e| Error::statement(name, e))?);
    }
    Ok(Row::new(name, values))
}

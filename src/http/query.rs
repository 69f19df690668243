//! Query parameters: each named once, unknown ones refused, parsed into a plain struct.

use serde::de::value::{Error, MapDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, Visitor};

use super::problem::ApiError;
use super::syntax;
use crate::domain::field::FieldError;

/// A query parameter's text, read as whatever its field wants.
#[derive(Debug, Clone)]
pub struct Part(String);

/// The name and text of each parameter.
///
/// # Errors
/// When one is named twice.
pub fn pairs(query: &str) -> Result<Vec<(String, Part)>, ApiError> {
    let mut pairs: Vec<(String, Part)> = Vec::new();
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(FieldError::new(format!("?{name}"), "duplicate_parameter", "is given twice; give it once").into());
        }
        pairs.push((name.into_owned(), Part(text.into_owned())));
    }
    Ok(pairs)
}

/// Parses parameters into a struct (with `deny_unknown_fields`).
///
/// # Errors
/// The one fault that serde met first, at `?name`.
pub fn parse<T: DeserializeOwned>(pairs: Vec<(String, Part)>) -> Result<T, ApiError> {
    let map = MapDeserializer::<_, Error>::new(pairs.into_iter());
    serde_path_to_error::deserialize(map).map_err(|error| {
        let mut fault = syntax::fault(error.path(), &error.inner().to_string());
        fault.pointer = format!("?{}", fault.pointer.trim_start_matches('/'));
        ApiError::from(fault)
    })
}

impl IntoDeserializer<'_, Error> for Part {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty),+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let number: $type = self.0.parse().map_err(|_| <Error as de::Error>::custom("must be a whole number in range"))?;
            visitor.$visit(number)
        }
    )+};
}

impl<'de> Deserializer<'de> for Part {
    type Error = Error;

    numbers!(
        deserialize_i64 visit_i64 i64,
        deserialize_u64 visit_u64 u64,
        deserialize_i32 visit_i32 i32,
        deserialize_u32 visit_u32 u32,
        deserialize_u16 visit_u16 u16,
        deserialize_u8 visit_u8 u8
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_str() {
            "true" | "1" => visitor.visit_bool(true),
            "false" | "0" => visitor.visit_bool(false),
            _ => Err(<Error as de::Error>::custom("must be true or false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        IntoDeserializer::<Error>::into_deserializer(self.0).deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

//! The typed headers that lettre does not bring: what kind of letter this is and how to end it.

use std::error::Error;

use lettre::message::header::{Header, HeaderName, HeaderValue};

macro_rules! headers {
    ($($(#[$doc:meta])* $name:ident = $spelled:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// A header with this value; lettre encodes and folds it.
            #[must_use]
            pub fn new(value: impl Into<String>) -> Self {
                Self(value.into())
            }
        }

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($spelled)
            }

            fn parse(value: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
                Ok(Self(value.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    )+};
}

headers! {
    /// RFC 3834: written by a machine, so that holiday notices do not answer it.
    AutoSubmitted = "Auto-Submitted",
    /// RFC 3282: the language of the text.
    ContentLanguage = "Content-Language",
    /// RFC 2369: where to decline letters of this kind.
    ListUnsubscribe = "List-Unsubscribe",
    /// RFC 8058: one POST, without a page, is enough to decline.
    ListUnsubscribePost = "List-Unsubscribe-Post",
    /// RFC 2919: the kind of letter and the shop, for filters.
    ListId = "List-Id",
}

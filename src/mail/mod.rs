//! The pen: what a referrer reads, and how it reaches him. The only room that knows lettre.
//!
//! `render` turns facts into words, `letter` turns words and addresses into a message, `mailer`
//! hands it over. A letter may go out twice (a crash between the server's yes and our commit), but
//! always under the same Message-ID, so that mailboxes show it once.

pub mod dkim;
pub mod headers;
mod layout;
pub mod letter;
pub mod mailer;
pub mod own_texts;
pub mod owner;
pub mod render;
pub mod smtp;
pub mod texts;

pub use crate::domain::mask::mask_address;
pub use dkim::DkimSettings;
pub use letter::{Letter, LetterError, Sender, message_id};
pub use mailer::{Mailer, SendError};
pub use own_texts::OwnText;
pub use owner::render_for_owner;
pub use render::{Rendered, render};
pub use smtp::{Secret, Security, SmtpSettings};
pub use texts::{TextFault, Texts};

//! What every page of the portal has: the frame, the way to the shop, and whether anything can be changed.

use std::ops::Deref;

use url::Url;

use crate::http::pages::frame::Frame;
use crate::http::pages::people::Guest;

/// The portal's pages, as its navigation lists them.
const NAVIGATION: [(&str, &str); 5] = [
    ("portal-home", "/portal"),
    ("portal-sales", "/portal/sales"),
    ("portal-payout", "/portal/payout"),
    ("portal-statements", "/portal/statements"),
    ("portal-settings", "/portal/settings"),
];

/// A frame with what stands around every page of the portal.
#[derive(Debug, Clone)]
pub(super) struct Shell {
    frame: Frame,
    /// Whether whoever looks has a session.
    pub(super) full: bool,
    /// Where the shop answers.
    pub(super) support: Option<String>,
}

impl Deref for Shell {
    type Target = Frame;
    fn deref(&self) -> &Frame {
        &self.frame
    }
}

impl Shell {
    pub(super) fn of(guest: &Guest, here: &'static str, full: bool) -> Self {
        let mut frame = guest.frame(here);
        frame.owner = false;
        // The shop may show it in its own account page, and nobody else.
        let origin = guest.terms.shop_url.as_deref().and_then(|shop| Url::parse(shop).ok()).map(|shop| shop.origin());
        if let Some(origin) = origin.filter(url::Origin::is_tuple) {
            frame.framed_by = format!("'self' {}", origin.ascii_serialization());
        }
        Self { frame, full, support: guest.app.pen.reply_to.clone() }
    }

    /// The same after `done`, which names a text that begins with `done-`.
    pub(super) fn after(self, done: Option<&str>) -> Self {
        Self { frame: self.frame.after(done), ..self }
    }

    /// The portal's navigation: key and path.
    pub(super) const fn pages(&self) -> &'static [(&'static str, &'static str)] {
        &NAVIGATION
    }
}

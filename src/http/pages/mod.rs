//! Pages for people: the owner's desk, the referrer's portal, the doors to both, and the developer's reference.
//!
//! HTML made here, forms answered by POST and then GET, nothing that needs a script. A page asks the same
//! operations as the API; who may see it is its first argument (`people`); a form that comes in was sent from
//! here (`form`); what goes wrong is said in a page (`refusals`).

mod assets;
mod desk;
pub mod form;
pub mod frame;
mod front;
pub mod look;
pub mod people;
mod portal;
mod reference;
mod refusals;
pub mod upload;
pub mod words;

use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

use self::frame::see_other;
use self::people::Visitor;

/// Adds the pages.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(look::configure)
        .configure(assets::configure)
        .configure(reference::configure)
        .service(web::scope("/desk").wrap(from_fn(refusals::in_words)).configure(desk::configure))
        .service(web::scope("/portal").wrap(from_fn(refusals::in_words)).configure(portal::configure))
        .configure(front::configure)
        .service(web::resource("/").wrap(from_fn(refusals::in_words)).route(web::get().to(home)));
}

/// The first address anybody tries.
async fn home(visitor: Visitor) -> HttpResponse {
    see_other(&visitor.frame().at, "/desk")
}

//! `/q/{image}`: a code's link as a QR code, `JOE.svg` for the web and `JOE.png` for print.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use qrcode::{Color, QrCode};

use super::app::App;
use super::callers::book_of;
use super::limits;
use super::problem::ApiError;
use crate::domain::code::Code;
use crate::domain::principal::Mode;

/// The empty border, in modules (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// The PNG's edge is at least so many pixels: some 8 cm on paper at 300 dpi.
const PNG_EDGE_MIN: usize = 1_024;

/// Adds the route.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/q/{image}").route(web::get().to(image)));
}

async fn image(req: HttpRequest, app: web::Data<App>, image: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let missing = || ApiError::not_found("code; ask for one as /q/CODE.svg or /q/CODE.png");
    let (name, kind) = image.rsplit_once('.').ok_or_else(missing)?;
    let code = Code::fold(name).filter(|_| matches!(kind, "svg" | "png")).ok_or_else(missing)?;
    let mode = Mode::asked_by(req.query_string());
    let book = book_of(&app, mode).await?;
    limits::may_guess(&req, &app)?;
    let Some(entry) = app.directory(mode).find(&book, &code).await? else {
        limits::missed(&req, &app)?;
        return Err(missing());
    };
    let link = format!("{}/r/{}{}", app.base_url, entry.code, mode.query());
    let grid = Grid::of(&link).ok_or_else(|| ApiError::internal("HOUND_BASE_URL is too long for a QR code"))?;
    let mut response = HttpResponse::Ok();
    // A retired code leaves copies behind for no longer than this.
    response.insert_header((CACHE_CONTROL, "public, max-age=3600"));
    if kind == "svg" {
        response.insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
        return Ok(response.content_type("image/svg+xml").body(grid.svg()));
    }
    let png = web::block(move || grid.png()).await.map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(response.content_type("image/png").body(png.map_err(|error| ApiError::internal(error.to_string()))?))
}

/// The dark and light modules with their border.
struct Grid {
    edge: usize,
    dark: Vec<bool>,
}

impl Grid {
    fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let (inner, edge) = (code.width(), code.width() + 2 * QUIET);
        let mut dark = vec![false; edge * edge];
        for (place, color) in code.to_colors().into_iter().enumerate() {
            let there = (place / inner + QUIET) * edge + place % inner + QUIET;
            if let (Color::Dark, Some(module)) = (color, dark.get_mut(there)) {
                *module = true;
            }
        }
        Some(Self { edge, dark })
    }

    /// One path of horizontal runs.
    fn svg(&self) -> String {
        let edge = self.edge;
        let mut path = String::new();
        for (y, row) in self.dark.chunks(edge).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|left, right| left == right) {
                if run.first() == Some(&true) {
                    path += &format!("M{x} {y}h{0}v1h-{0}z", run.len());
                }
                x += run.len();
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {edge} {edge}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{edge}v{edge}h-{edge}z\"/><path d=\"{path}\"/></svg>\n"
        )
    }

    /// One bit a pixel, each module the same whole number of pixels wide.
    fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let scale = PNG_EDGE_MIN.div_ceil(self.edge);
        let pixels = self.edge * scale;
        let mut bits = Vec::with_capacity(pixels * pixels.div_ceil(8));
        for row in self.dark.chunks(self.edge) {
            let light: Vec<bool> = row.iter().flat_map(|dark| std::iter::repeat_n(!dark, scale)).collect();
            let line: Vec<u8> = light
                .chunks(8)
                .map(|eight| (0..8).fold(0, |byte, place| (byte << 1) | u8::from(eight.get(place).copied().unwrap_or(true))))
                .collect();
            (0..scale).for_each(|_| bits.extend_from_slice(&line));
        }
        let edge = u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, edge, edge);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&bits)?;
        writer.finish()?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_images_show_the_same_modules() {
        let grid = Grid::of("https://refer.shop.example/r/JOE").expect("a code");
        // A finder pattern stands in the corner, behind the border.
        let at = |x: usize, y: usize| grid.dark[(y + QUIET) * grid.edge + x + QUIET];
        assert!((0..7).all(|place| at(place, 0) && at(0, place) && at(6, place)) && !at(1, 1) && at(2, 2) && !at(7, 7));
        assert!(grid.dark[..grid.edge * QUIET].iter().all(|dark| !dark));
        let drawn = grid.svg();
        let drawn: usize = drawn.split('h').filter_map(|part| part.strip_suffix("v1")?.parse::<usize>().ok()).sum();
        let dark = grid.dark.iter().filter(|dark| **dark).count();
        assert_eq!(drawn, dark);

        let file = grid.png().expect("an image");
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("pixels");
        let edge = usize::try_from(info.width).expect("pixels");
        let scale = edge / grid.edge;
        assert!(edge >= PNG_EDGE_MIN && edge % grid.edge == 0);
        let light = |x: usize, y: usize| (pixels[y * info.line_size + x / 8] >> (7 - x % 8)) & 1 == 1;
        for (place, dark) in grid.dark.iter().enumerate() {
            let (x, y) = (place % grid.edge * scale, place / grid.edge * scale);
            assert_eq!(light(x, y), !dark, "module {place}");
            assert_eq!(light(x + scale - 1, y + scale - 1), !dark, "module {place}");
        }
    }
}

//! The two faces everything is set in, DejaVu Sans Condensed, and how wide their letters are.

use std::cell::RefCell;
use std::collections::HashMap;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use unicode_normalization::UnicodeNormalization;

use super::PrintError;

/// What stands for a sign that has no picture.
const MISSING: char = '□';

/// The regular and the bold face.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

struct Face {
    font: Font,
    letters: Letters,
}

/// Glyph and width in em of each sign, read once for each sign.
struct Letters {
    data: &'static [u8],
    known: RefCell<HashMap<char, Option<(u32, f32)>>>,
}

impl Faces {
    pub(super) fn load() -> Result<Self, PrintError> {
        let face = |data: &'static [u8]| {
            let font = Font::new(data.into(), 0).ok_or(PrintError::Font)?;
            FontRef::new(data).map_err(|_| PrintError::Font)?;
            Ok::<Face, PrintError>(Face { font, letters: Letters { data, known: RefCell::default() } })
        };
        Ok(Self { regular: face(dejavu::sans_condensed::regular())?, bold: face(dejavu::sans_condensed::bold())? })
    }

    pub(super) fn font(&self, bold: bool) -> Font {
        self.face(bold).font.clone()
    }

    /// How wide `text` is at `size` points.
    pub(super) fn width(&self, text: &str, bold: bool, size: f32) -> f32 {
        text.chars().map(|sign| self.face(bold).letters.of(sign).1).sum::<f32>() * size
    }

    /// The glyphs of `text`, which must have gone through [`printable`].
    pub(super) fn glyphs(&self, text: &str, bold: bool) -> Vec<KrillaGlyph> {
        let glyph = |(start, sign): (usize, char)| {
            let (id, advance) = self.face(bold).letters.of(sign);
            KrillaGlyph {
                glyph_id: GlyphId::new(id),
                text_range: start..start + sign.len_utf8(),
                x_advance: advance,
                x_offset: 0.0,
                y_offset: 0.0,
                y_advance: 0.0,
                location: None,
            }
        };
        text.char_indices().map(glyph).collect()
    }

    /// `text` with composed letters, where every sign has a picture in both faces and none is forbidden by PDF/A.
    pub(super) fn printable(&self, text: &str) -> String {
        let shown = |sign: char| match sign {
            _ if sign.is_whitespace() => ' ',
            // ISO 19005-2 §6.2.11.7 forbids private signs and marks of byte order in copied text.
            '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => MISSING,
            _ if sign.is_control() || !self.regular.letters.has(sign) || !self.bold.letters.has(sign) => MISSING,
            _ => sign,
        };
        text.nfc().map(shown).collect()
    }

    const fn face(&self, bold: bool) -> &Face {
        if bold { &self.bold } else { &self.regular }
    }
}

impl Letters {
    fn has(&self, sign: char) -> bool {
        self.look_up(sign).is_some()
    }

    /// A sign that is not there is as wide as nothing.
    fn of(&self, sign: char) -> (u32, f32) {
        self.look_up(sign).unwrap_or((0, 0.0))
    }

    fn look_up(&self, sign: char) -> Option<(u32, f32)> {
        if let Some(known) = self.known.borrow().get(&sign) {
            return *known;
        }
        let found = FontRef::new(self.data).ok().and_then(|font| {
            let id = font.charmap().map(sign).filter(|id| id.to_u32() != 0)?;
            let advance = font.glyph_metrics(Size::new(1.0), LocationRef::default()).advance_width(id)?;
            Some((id.to_u32(), advance))
        });
        self.known.borrow_mut().insert(sign, found);
        found
    }
}

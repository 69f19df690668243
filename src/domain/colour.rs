//! The shop's colour: one that people can read, in the light and in the dark (WCAG 2.2, 1.4.3).

/// What text needs against its ground.
pub const CONTRAST_MIN: f64 = 4.5;

/// The grounds of a page in the light and in the dark, the ones that are hardest to read on.
const PAPER: Colour = Colour([0xff, 0xff, 0xff]);
const NIGHT: Colour = Colour([0x1d, 0x21, 0x28]);

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// Everything on a page that follows from the shop's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shades {
    /// Links and buttons in the light.
    pub accent: Colour,
    /// What lies behind a chosen thing in the light.
    pub wash: Colour,
    /// Links and buttons in the dark.
    pub night_accent: Colour,
    /// What lies behind a chosen thing in the dark.
    pub night_wash: Colour,
}

impl Colour {
    /// Parses `#rrggbb`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let mut bytes = [0_u8; 3];
        hex::decode_to_slice(digits, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// `#rrggbb`.
    #[must_use]
    pub fn hex(self) -> String {
        format!("#{}", hex::encode(self.0))
    }

    /// This colour with `percent` of `other` in it.
    fn mixed(self, other: Self, percent: u32) -> Self {
        let mut mixed = self.0;
        for (part, more) in mixed.iter_mut().zip(other.0) {
            let sum = u32::from(*part) * (100 - percent.min(100)) + u32::from(more) * percent.min(100);
            *part = u8::try_from(sum / 100).unwrap_or(u8::MAX);
        }
        Self(mixed)
    }

    /// WCAG's relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.212_6 * red + 0.715_2 * green + 0.072_2 * blue
    }

    /// WCAG's contrast of two colours, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The shades of this colour.
    ///
    /// # Errors
    /// When it is too light to be read on white: how much contrast it has where it is hardest to read, and the next darker colour that has enough.
    pub fn shades(self) -> Result<Shades, (f64, Self)> {
        let black = Self([0, 0, 0]);
        let fits = |colour: Self| colour.contrast(wash(colour)) >= CONTRAST_MIN;
        if !fits(self) {
            let darker = (1..=100).map(|percent| self.mixed(black, percent)).find(|colour| fits(*colour));
            return Err((self.contrast(wash(self)), darker.unwrap_or(black)));
        }
        let night_wash = NIGHT.mixed(self, 15);
        let readable = |colour: &Self| colour.contrast(night_wash) >= CONTRAST_MIN && colour.contrast(NIGHT) >= CONTRAST_MIN;
        let night_accent = (0..=100).map(|percent| self.mixed(PAPER, percent)).find(readable).unwrap_or(PAPER);
        Ok(Shades { accent: self, wash: wash(self), night_accent, night_wash })
    }
}

/// A breath of `colour` on white.
fn wash(colour: Colour) -> Colour {
    PAPER.mixed(colour, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).expect(text)
    }

    #[test]
    fn contrast_is_what_the_guidelines_say() {
        assert!((colour("#000000").contrast(PAPER) - 21.0).abs() < 0.001);
        assert!((colour("#767676").contrast(PAPER) - 4.54).abs() < 0.01);
        assert!((colour("#1a56c4").contrast(colour("#1a56c4")) - 1.0).abs() < 0.001);
        for bad in ["", "1a56c4", "#1a56c", "#1a56cg", "red", "#1a56c4;}"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_shade_can_be_read_where_it_stands() {
        for text in ["#1a56c4", "#000000", "#7a1f5c", "#0b5d3b", "#b00020", "#4b3fbf"] {
            let shades = colour(text).shades().expect(text);
            assert!(
                shades.accent.contrast(PAPER) >= CONTRAST_MIN && shades.accent.contrast(shades.wash) >= CONTRAST_MIN,
                "{text}"
            );
            assert!(shades.night_accent.contrast(NIGHT) >= CONTRAST_MIN, "{text}");
            assert!(shades.night_accent.contrast(shades.night_wash) >= CONTRAST_MIN, "{text}");
        }
        for text in ["#ffff00", "#ffffff", "#ff9900", "#8ab4f8"] {
            let (contrast, darker) = colour(text).shades().expect_err(text);
            assert!(contrast < 4.6 && darker.shades().is_ok(), "{text} {contrast} {darker:?}");
        }
    }
}

//! Breaks text into lines that fit.

use super::face::Faces;

/// The most lines of one cell: a row must fit on a page. What is longer ends in an ellipsis.
pub(super) const LINES_MAX: usize = 24;

/// `text` in lines no wider than `width` points: between words, and inside one only where it must be.
pub(super) fn lines(faces: &Faces, text: &str, bold: bool, size: f32, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if faces.width(&longer, bold, size) <= width {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for sign in word.chars() {
            let longer = format!("{line}{sign}");
            if !line.is_empty() && faces.width(&longer, bold, size) > width {
                lines.push(std::mem::take(&mut line));
                line.push(sign);
            } else {
                line = longer;
            }
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// As [`lines`], but no more than a row can hold.
pub(super) fn cell_lines(faces: &Faces, text: &str, bold: bool, size: f32, width: f32) -> Vec<String> {
    let mut lines = lines(faces, text, bold, size, width);
    if lines.len() > LINES_MAX {
        lines.truncate(LINES_MAX);
        if let Some(last) = lines.last_mut() {
            last.pop();
            last.push('…');
        }
    }
    lines
}

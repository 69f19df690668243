//! What is printed, looked at from outside where no reader of PDF is at hand; the text itself is read back in
//! `tests/conformance`.

use super::face::Faces;
use super::layout::{Node, lay_out};
use super::wrap::lines;
use super::{Column, Document, Paper, Table};
use crate::domain::instant::Instant;

fn document() -> Document {
    Document::new("Payout report", "en", Instant::from_micros(1_764_100_000_000_000))
}

fn long(rows: usize) -> Table {
    let mut table =
        Table::new([Column::left("Referrer"), Column::left("Why"), Column::right("Earned"), Column::right("Closing")]);
    for row in 0..rows {
        table.row([
            format!("Zoë Ångström {row}"),
            "Introduced a friend ".repeat(row % 5),
            "12,345.67".to_owned(),
            row.to_string(),
        ]);
    }
    table.total(["Total", "", "1.00", "2.00"]);
    table
}

#[test]
fn the_same_content_gives_the_same_bytes_and_any_text_can_be_printed() {
    let hostile = "a\u{0}b\u{feff}c\u{e000}d\u{202e}e\tf 王小明 😀 Γιώργος Иван \u{301} =1+1 <b>&amp;";
    let make = || {
        let mut table = Table::new([Column::left(hostile), Column::right("")]);
        table.row([hostile, "-1"]);
        table.row(["", ""]);
        document().text(hostile).heading(hostile).pairs([(hostile, hostile)]).table(table).render().expect("a PDF")
    };
    let bytes = make();
    assert!(bytes.starts_with(b"%PDF-1.7"));
    assert_eq!(bytes, make());
    assert!(Document::new(" ", "de", Instant::from_micros(0)).heading("").text("").pairs([("", "")]).render().is_ok());
}

#[test]
fn everything_stands_inside_the_margins_on_every_sheet() {
    let faces = Faces::load().expect("fonts");
    for (paper, sideways) in [(Paper::A4, false), (Paper::Letter, true)] {
        let blank = document().paper(paper);
        let blank = if sideways { blank.landscape() } else { blank };
        let laid = lay_out(&blank.text(&"word ".repeat(2_000)).table(long(400)).page().heading("Last"), &faces);
        assert!(laid.sheets.len() > 5);
        for piece in laid.sheets.iter().flat_map(|sheet| &sheet.pieces) {
            let right = piece.x + faces.width(&piece.text, piece.bold, piece.size);
            assert!(piece.x >= 42.0 - 0.01 && right <= laid.size.0 - 42.0 + 0.5, "{piece:?}");
            assert!(piece.y >= 42.0 && piece.y <= laid.size.1 - 42.0, "{piece:?}");
        }
    }
}

#[test]
fn a_tables_head_is_read_once_and_printed_on_every_sheet() {
    let faces = Faces::load().expect("fonts");
    let laid = lay_out(&document().table(long(300)), &faces);
    let heads = |sheet: &super::layout::Sheet| sheet.pieces.iter().filter(|piece| piece.text == "Closing").count();
    assert!(laid.sheets.len() > 3 && laid.sheets.iter().all(|sheet| heads(sheet) == 1));
    assert_eq!(laid.nodes.iter().filter(|(node, _)| *node == Node::HeaderCell).count(), 4);
    assert_eq!(laid.nodes.iter().filter(|(node, _)| *node == Node::Row).count(), 302);
    assert_eq!(laid.nodes.iter().filter(|(node, _)| *node == Node::Cell).count(), 301 * 4);
}

#[test]
fn lines_break_between_words_and_inside_one_only_where_they_must() {
    let faces = Faces::load().expect("fonts");
    let broken = |text: &str, width: f32| lines(&faces, text, false, 10.0, width);
    assert_eq!(broken("one two", 1_000.0), ["one two"]);
    assert_eq!(broken("", 10.0), [""]);
    let parts = broken("one Donaudampfschifffahrtsgesellschaft two", 60.0);
    assert!(parts.len() > 3 && parts.iter().all(|part| faces.width(part, false, 10.0) <= 60.0), "{parts:?}");
    assert_eq!(parts.concat().replace(' ', ""), "oneDonaudampfschifffahrtsgesellschafttwo");
}

#[test]
fn a_table_of_too_many_columns_is_printed_all_the_same() {
    let mut table = Table::new((0..40).map(|place| Column::right(format!("Column {place}"))));
    table.row((0..40).map(|_| "123,456,789.00"));
    assert!(document().table(table).render().is_ok());
}

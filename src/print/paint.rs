//! Turns laid-out pages into a tagged PDF.

use std::num::NonZeroU16;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use krilla::Document as Pdf;
use krilla::SerializeSettings;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node as TagNode, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};

use super::face::Faces;
use super::layout::{Laid, MARGIN, Node, Piece, Sheet, TEXT};
use super::{Document, PrintError};

pub(super) fn paint(document: &Document, faces: &Faces, laid: &Laid) -> Result<Vec<u8>, PrintError> {
    let rule = |error: &dyn std::fmt::Debug| PrintError::Rule(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| rule(&error))?;
    let mut pdf = Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    pdf.set_metadata(metadata(document, faces));
    let mut marks: Vec<Vec<Identifier>> = vec![Vec::new(); laid.nodes.len()];
    let mut outline = Outline::new();
    for (place, sheet) in laid.sheets.iter().enumerate() {
        let settings = PageSettings::from_wh(laid.size.0, laid.size.1).ok_or_else(|| rule(&"a page without size"))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        draw(&mut surface, faces, sheet, &mut marks);
        foot(&mut surface, faces, document, laid, place);
        surface.finish();
        page.finish();
        for piece in &sheet.pieces {
            if let Some((Node::Heading(_, words), _)) = piece.node.and_then(|node| laid.nodes.get(node)) {
                let at = XyzDestination::new(place, Point::from_xy(0.0, piece.y - piece.size));
                outline.push_child(OutlineNode::new(words.clone(), at));
            }
        }
    }
    pdf.set_outline(outline);
    pdf.set_tag_tree(tree(laid, marks));
    pdf.finish().map_err(|error| rule(&error))
}

fn metadata(document: &Document, faces: &Faces) -> Metadata {
    let mut date = DateTime::new(1970);
    if let Ok(at) = Timestamp::from_microsecond(document.at.micros()) {
        let at = at.to_zoned(TimeZone::UTC);
        let part = |value: i8| u8::try_from(value).unwrap_or(0);
        date = DateTime::new(u16::try_from(at.year()).unwrap_or(0))
            .month(part(at.month()))
            .day(part(at.day()))
            .hour(part(at.hour()))
            .minute(part(at.minute()))
            .second(part(at.second()))
            .utc_offset_hour(0)
            .utc_offset_minute(0);
    }
    Metadata::new()
        .title(faces.printable(&document.title))
        .language(document.language.clone())
        .creator("houndplan".to_owned())
        .creation_date(date)
}

fn draw(surface: &mut Surface<'_>, faces: &Faces, sheet: &Sheet, marks: &mut [Vec<Identifier>]) {
    for piece in &sheet.pieces {
        let mark = piece.node.and_then(|node| marks.get_mut(node));
        let tag = if mark.is_some() {
            ContentTag::Span(SpanTag::empty())
        } else {
            ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther))
        };
        let identifier = surface.start_tagged(tag);
        write(surface, faces, piece);
        surface.end_tagged();
        if let Some(mark) = mark {
            mark.push(identifier);
        }
    }
    for (left, right, y) in &sheet.rules {
        let mut line = PathBuilder::new();
        line.move_to(*left, *y);
        line.line_to(*right, *y);
        if let Some(path) = line.finish() {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke { width: 0.5, ..Stroke::default() }));
            surface.draw_path(&path);
            surface.set_stroke(None);
            surface.end_tagged();
        }
    }
}

fn write(surface: &mut Surface<'_>, faces: &Faces, piece: &Piece) {
    // Words must be apart also for those who read the text without its places (ISO 14289-1 §7.2).
    let text = format!("{} ", piece.text);
    let glyphs = faces.glyphs(&text, piece.bold);
    surface.draw_glyphs(Point::from_xy(piece.x, piece.y), &glyphs, faces.font(piece.bold), &text, piece.size, false);
}

/// The foot of a page: the title, and which page this is of how many.
fn foot(surface: &mut Surface<'_>, faces: &Faces, document: &Document, laid: &Laid, place: usize) {
    let (page, of) = &document.page_words;
    let number = format!("{page} {} {of} {}", place + 1, laid.sheets.len());
    let size = TEXT - 2.0;
    let y = laid.size.1 - MARGIN;
    let right = laid.size.0 - MARGIN - faces.width(&number, false, size);
    let mut title = faces.printable(&document.title);
    while faces.width(&title, false, size) > right - MARGIN - 12.0 && title.pop().is_some() {}
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    for (x, text) in [(MARGIN, title), (right, number)] {
        write(surface, faces, &Piece { x, y, size, bold: false, text, node: None });
    }
    surface.end_tagged();
}

/// The structure for readers who cannot see the pages. Children come after their parents, so the tree
/// is put together from its end.
fn tree(laid: &Laid, marks: Vec<Vec<Identifier>>) -> TagTree {
    let mut children: Vec<Vec<TagNode>> = marks.into_iter().map(|marks| marks.into_iter().map(TagNode::from).collect()).collect();
    let mut roots: Vec<TagNode> = Vec::new();
    for (place, (node, parent)) in laid.nodes.iter().enumerate().rev() {
        let mut own = children.get_mut(place).map(std::mem::take).unwrap_or_default();
        // Content was marked in order; groups were added from the last to the first.
        if matches!(node, Node::Table | Node::Row) {
            own.reverse();
        }
        let group = match node {
            Node::Heading(level, words) => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                TagGroup::with_children(Tag::Hn(level, Some(words.clone())), own)
            }
            Node::Paragraph => TagGroup::with_children(Tag::P, own),
            Node::Table => TagGroup::with_children(Tag::Table, own),
            Node::Row => TagGroup::with_children(Tag::TR, own),
            Node::HeaderCell => TagGroup::with_children(Tag::TH(TableHeaderScope::Column), own),
            Node::Cell => TagGroup::with_children(Tag::TD, own),
        };
        match parent.and_then(|parent| children.get_mut(parent)) {
            Some(siblings) => siblings.push(group.into()),
            None => roots.push(group.into()),
        }
    }
    let mut tree = TagTree::new();
    roots.into_iter().rev().for_each(|root| tree.push(root));
    tree
}

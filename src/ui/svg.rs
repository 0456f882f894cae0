//! A screen as a picture: cells to SVG text. For the README and for bug reports; no fonts are needed to
//! make it, and any browser shows it.

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::theme::rgb::Rgb;
use super::theme::{Ground, of_index};

/// A cell's size in the picture, in pixels.
const CELL: (u32, u32) = (9, 18);
/// Background and text, as themes for dark and for light backgrounds want them.
const DARK: Paper = Paper { background: "#101418", text: "#d4d4d4" };
const LIGHT: Paper = Paper { background: "#ffffff", text: "#1f2328" };

/// What is drawn on.
#[derive(Clone, Copy)]
struct Paper {
    background: &'static str,
    text: &'static str,
}

impl Paper {
    /// What a screen's letters can be read on: they are mostly dark, or they are not.
    fn under(buffer: &Buffer) -> Self {
        let shade = |color| match color {
            Color::Rgb(red, green, blue) => Some(Rgb::new(red, green, blue)),
            Color::Indexed(index) => of_index(index).map(|[red, green, blue]| Rgb::new(red, green, blue)),
            _ => None,
        };
        let written = buffer.content.iter().filter(|cell| !cell.symbol().trim().is_empty());
        let (mut dark, mut bright) = (0_usize, 0_usize);
        for shade in written.filter_map(|cell| shade(cell.fg)) {
            let [red, green, blue] = shade.parts();
            match Ground::of_background(red, green, blue) {
                Ground::Dark => dark += 1,
                Ground::Light => bright += 1,
            }
        }
        if dark > bright { LIGHT } else { DARK }
    }
}

/// The buffer as an SVG document.
pub fn picture(buffer: &Buffer) -> String {
    let (columns, rows) = (u32::from(buffer.area.width), u32::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 16, rows * CELL.1 + 16);
    let paper = Paper::under(buffer);
    let background = paper.background;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{background}\"/>\n\
         <g font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"15\" xml:space=\"preserve\">\n"
    );
    for y in 0..buffer.area.height {
        for run in runs(buffer, y) {
            draw_run(&mut svg, &run, u32::from(y), paper);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Neighbouring cells of one look.
struct Run {
    x: u32,
    width: u32,
    text: String,
    look: (Color, Color, Modifier),
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    while let Some(cell) = buffer.cell((x, y)).filter(|_| x < buffer.area.width) {
        let width = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
        let look = (cell.fg, cell.bg, cell.modifier);
        match runs.last_mut().filter(|run| run.look == look && width == 1) {
            Some(run) => {
                run.text.push_str(cell.symbol());
                run.width += 1;
            }
            None => runs.push(Run { x: x.into(), width: width.into(), text: cell.symbol().to_owned(), look }),
        }
        x += width;
    }
    runs
}

fn draw_run(svg: &mut String, run: &Run, y: u32, paper: Paper) {
    let (mut fg, mut bg) = (hex(run.look.0, paper.text), hex(run.look.1, paper.background));
    if run.look.2.contains(Modifier::REVERSED) {
        std::mem::swap(&mut fg, &mut bg);
    }
    let (left, top) = (run.x * CELL.0 + 8, y * CELL.1 + 8);
    let width = run.width * CELL.0;
    // Writing to a String cannot fail.
    if bg != paper.background {
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{bg}\"/>",
            CELL.1
        );
    }
    if run.text.trim().is_empty() {
        return;
    }
    let bold = if run.look.2.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let underline =
        if run.look.2.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fg}\"{bold}{underline}>{}</text>",
        top + 14,
        escape(&run.text)
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(' ', "\u{a0}")
}

fn hex(color: Color, default: &str) -> String {
    let named = match color {
        Color::Reset => return default.to_owned(),
        Color::Rgb(red, green, blue) => return format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Indexed(index) => return indexed(index, default),
        Color::Black => "#000000",
        Color::Red => "#cd3131",
        Color::Green => "#0dbc79",
        Color::Yellow => "#e5e510",
        Color::Blue => "#2472c8",
        Color::Magenta => "#bc3fbc",
        Color::Cyan => "#11a8cd",
        Color::Gray => "#e5e5e5",
        Color::DarkGray => "#666666",
        Color::LightRed => "#f14c4c",
        Color::LightGreen => "#23d18b",
        Color::LightYellow => "#f5f543",
        Color::LightBlue => "#3b8eea",
        Color::LightMagenta => "#d670d6",
        Color::LightCyan => "#29b8db",
        Color::White => "#ffffff",
    };
    named.to_owned()
}

fn indexed(index: u8, default: &str) -> String {
    of_index(index)
        .map_or(default.to_owned(), |[red, green, blue]| format!("#{red:02x}{green:02x}{blue:02x}"))
}

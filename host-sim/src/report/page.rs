//! A self-contained page: its style sheet inside, no script, nothing loaded.
//!
//! Captions, leads and notes are HTML that this crate writes; whatever comes
//! from outside (a file's name, a unit) goes through [`escape`] first. Titles,
//! headings, names and values are plain text and escaped here.

use std::fmt::Write;

use super::chart::Chart;
use super::palette;

const STYLE: &str = include_str!("style.css");

/// Plain text as HTML text or as the value of an attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other if other.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// A picture with its heading, key and caption.
#[derive(Clone, Debug)]
pub struct Figure {
    title: String,
    picture: String,
    caption: String,
    wide: bool,
}

impl Figure {
    /// A chart under a heading; `caption` is HTML.
    pub fn new(title: impl Into<String>, chart: &Chart, caption: impl Into<String>) -> Self {
        let picture = format!(
            "{}<div class=\"chart\">{}</div>\n",
            chart.key(),
            chart.svg()
        );
        Self::of(title, picture, caption)
    }

    /// Any picture in HTML under a heading; `caption` is HTML.
    pub fn of(
        title: impl Into<String>,
        picture: impl Into<String>,
        caption: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            picture: picture.into(),
            caption: caption.into(),
            wide: false,
        }
    }

    /// Across the page rather than beside another figure.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    fn html(&self) -> String {
        let class = if self.wide { " class=\"wide\"" } else { "" };
        format!(
            "<figure{class}>\n<h3>{}</h3>\n{}<figcaption>{}</figcaption>\n</figure>\n",
            escape(&self.title),
            self.picture,
            self.caption
        )
    }
}

/// A page in the making; parts appear in the order they are added.
#[derive(Clone, Debug)]
pub struct Page {
    title: String,
    kind: String,
    lead: String,
    tiles: String,
    body: String,
}

impl Page {
    /// A page called `title`, of this kind: `training run`, say.
    pub fn new(kind: impl Into<String>, title: impl Into<String>) -> Self {
        let (kind, title) = (kind.into(), title.into());
        Self {
            title: if title.is_empty() {
                format!("A {kind}")
            } else {
                title
            },
            kind,
            lead: String::new(),
            tiles: String::new(),
            body: String::new(),
        }
    }

    /// The paragraph under the title, in HTML.
    #[must_use]
    pub fn lead(mut self, html: impl Into<String>) -> Self {
        self.lead = html.into();
        self
    }

    /// A number to see first; `note` is HTML.
    #[must_use]
    pub fn tile(mut self, name: &str, value: &str, note: &str) -> Self {
        let (name, value) = (escape(name), escape(value));
        let _ = writeln!(
            self.tiles,
            "<div><dt>{name}</dt><dd><b>{value}</b><span>{note}</span></dd></div>"
        );
        self
    }

    /// Figures under a heading, after an introduction in HTML. Without figures, nothing.
    #[must_use]
    pub fn section(
        mut self,
        heading: &str,
        introduction: &str,
        figures: impl IntoIterator<Item = Figure>,
    ) -> Self {
        let figures: String = figures.into_iter().map(|figure| figure.html()).collect();
        let introduction = if introduction.is_empty() {
            String::new()
        } else {
            format!("<p>{introduction}</p>\n")
        };
        if !figures.is_empty() {
            let _ = write!(
                self.body,
                "<section>\n<h2>{}</h2>\n{introduction}<div class=\"figures\">\n{figures}</div>\n</section>\n",
                escape(heading)
            );
        }
        self
    }

    /// Rows of name, value and meaning under a heading.
    #[must_use]
    pub fn table<'a>(
        mut self,
        heading: &str,
        rows: impl IntoIterator<Item = (&'a str, String, &'a str)>,
    ) -> Self {
        let rows: String = rows
            .into_iter()
            .map(|(name, value, meaning)| {
                format!(
                    "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
                    escape(name),
                    escape(&value),
                    escape(meaning)
                )
            })
            .collect();
        let _ = write!(
            self.body,
            "<section>\n<h2>{}</h2>\n<div class=\"scroll\" tabindex=\"0\">\n<table>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</section>\n",
            escape(heading)
        );
        self
    }

    /// The page as one HTML document.
    #[must_use]
    pub fn render(&self) -> String {
        let (title, kind) = (escape(&self.title), escape(&self.kind));
        let version = env!("CARGO_PKG_VERSION");
        let (colours, lead, body) = (palette::css(), &self.lead, &self.body);
        let tiles = if self.tiles.is_empty() {
            String::new()
        } else {
            format!("<dl class=\"tiles\">\n{}</dl>\n", self.tiles)
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"generator\" content=\"ganlet {version}\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <title>{title} · ganlet {kind}</title>\n\
             <style>\n{colours}{STYLE}</style>\n</head>\n<body>\n\
             <header>\n<p class=\"kind\">ganlet <span>{kind}</span></p>\n<h1>{title}</h1>\n\
             <p class=\"lead\">{lead}</p>\n{tiles}</header>\n<main>\n{body}</main>\n\
             <footer><p>Made by ganlet {version}. Everything on this page is inside this file: \
             no script, nothing loaded.</p></footer>\n</body>\n</html>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_stays_text() {
        assert_eq!(
            escape("<b a='\"'>&\u{0}</b>"),
            "&lt;b a=&#39;&quot;&#39;&gt;&amp; &lt;/b&gt;"
        );
        let page = Page::new("test", "<script>alert(1)</script>")
            .tile("<i>", "<u>", "fine")
            .table("<s>", [("<q>", "<a>".into(), "<p>")])
            .render();
        for tag in ["<script", "<i>", "<u>", "<s>", "<q>", "<a>"] {
            assert!(!page.contains(tag), "{tag}");
        }
    }

    #[test]
    fn the_page_stands_alone() {
        let chart = Chart::new("a line").line(palette::Role::Data, "x", [(0.0, 1.0), (1.0, 2.0)]);
        let page = Page::new("test", "title")
            .section("heading", "", [Figure::new("figure", &chart, "caption")])
            .render();
        assert!(page.starts_with("<!DOCTYPE html>"));
        for reference in ["src=", "url(", "@import", "<script", "http"] {
            assert!(!page.contains(reference), "{reference}");
        }
        assert!(page.contains("aria-label=\"a line\""));
    }

    #[test]
    fn a_section_without_figures_is_left_out() {
        let page = Page::new("test", "title")
            .section("absent", "", [])
            .render();
        assert!(!page.contains("absent"));
    }
}

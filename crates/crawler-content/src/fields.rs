//! What can be asked for.

/// Something that is read from a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Field {
    /// The text of the main part, paragraphs apart by blank lines.
    Text = 1,
    /// The main part as Markdown.
    Markdown = 1 << 1,
    /// Title, description, author, dates, Open Graph, Twitter card, JSON-LD.
    Metadata = 1 << 2,
    /// Headings with their levels.
    Headings = 1 << 3,
    /// Links with their anchor texts.
    Links = 1 << 4,
    /// The language that the text is written in.
    Language = 1 << 5,
}

/// Several [`Field`]s.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fields(u8);

impl Fields {
    /// Whether `field` is among them.
    #[must_use]
    pub fn has(self, field: Field) -> bool {
        self.0 & field as u8 != 0
    }
}

impl FromIterator<Field> for Fields {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        Self(fields.into_iter().fold(0, |all, field| all | field as u8))
    }
}

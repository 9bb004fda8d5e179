//! HTML to text, Markdown, metadata and fields. Pure.

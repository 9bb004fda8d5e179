//! What pages show rather than link to: images, a stylesheet, a script.

/// Request target and content type of each asset; the index page of every host shows all.
pub(crate) const ASSETS: &[(&str, &str)] = &[
    ("/assets/site.css", "text/css"),
    ("/assets/app.js", "text/javascript"),
    ("/assets/img-00.png", "image/png"),
    ("/assets/img-01.png", "image/png"),
    ("/assets/img-02.png", "image/png"),
    ("/assets/img-03.png", "image/png"),
    ("/assets/img-00@2x.png", "image/png"),
    ("/assets/img-01@2x.png", "image/png"),
    ("/assets/img-02@2x.png", "image/png"),
    ("/assets/img-03@2x.png", "image/png"),
];

/// Number of images, not counting those for dense screens.
pub(crate) const IMAGES: u32 = 4;

/// Body of an asset.
pub(crate) fn body(content_type: &str) -> &'static [u8] {
    match content_type {
        "text/css" => CSS.as_bytes(),
        "text/javascript" => SCRIPT.as_bytes(),
        _ => PNG,
    }
}

const CSS: &str = "body{margin:0;font:16px/1.5 sans-serif}\n\
    .hero{background:url(/trap/from-css.png)}\n@import \"/trap/from-import.css\";\n";

const SCRIPT: &str = "document.querySelectorAll('a').forEach(function (a) {\n  \
    a.dataset.next = '<a href=\"/trap/from-script-file.html\">';\n});\n";

/// One gray pixel.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b,
    0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00,
    0x82, 0x00, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae,
    0x42, 0x60, 0x82,
];

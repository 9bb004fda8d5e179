//! The tokenizer of the WHATWG HTML Standard, state by state and byte by byte, with no thought for
//! speed: what the cursor is compared with.
#![expect(clippy::match_same_arms, reason = "one arm per rule of the standard, in its order")]

/// A finished tag.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) is_end: bool,
    pub(super) name: Vec<u8>,
    pub(super) attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Data,
    TagOpen,
    EndTagOpen,
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Quoted(u8),
    Unquoted,
    AfterQuoted,
    SelfClosing,
    Bogus,
    CommentStart,
    CommentStartDash,
    Comment,
    CommentLessThan,
    CommentLessThanBang,
    CommentLessThanBangDash,
    CommentLessThanBangDashDash,
    CommentEndDash,
    CommentEnd,
    CommentEndBang,
}

/// All tags of a page without raw text.
pub(super) fn tags(page: &[u8]) -> Vec<Token> {
    let mut tags = Vec::new();
    let mut tag = Token::default();
    let mut state = State::Data;
    let mut at = 0;
    while let Some(&byte) = page.get(at) {
        let markup = matches!(state, State::TagOpen) && byte == b'!';
        if markup && page[at..].starts_with(b"!--") {
            (state, at) = (State::CommentStart, at + 3);
            continue;
        }
        let (next, consumed) = match state {
            State::Data | State::TagOpen | State::EndTagOpen => open(state, byte, &mut tag),
            State::Bogus if byte == b'>' => (State::Data, true),
            State::Bogus => (state, true),
            _ if is_comment(state) => comment(state, byte),
            _ => in_tag(state, byte, &mut tag),
        };
        if next == State::Data && !is_comment(state) && is_tag(state) {
            tags.push(std::mem::take(&mut tag));
        }
        state = next;
        at += usize::from(consumed);
    }
    tags
}

fn open(state: State, byte: u8, tag: &mut Token) -> (State, bool) {
    match (state, byte) {
        (State::Data, b'<') => (State::TagOpen, true),
        (State::Data, _) => (State::Data, true),
        (State::TagOpen, b'/') => (State::EndTagOpen, true),
        (State::TagOpen, b'!' | b'?') => (State::Bogus, false),
        (_, b'a'..=b'z' | b'A'..=b'Z') => {
            *tag = Token { is_end: state == State::EndTagOpen, ..Token::default() };
            (State::TagName, false)
        }
        (State::EndTagOpen, b'>') => (State::Data, true),
        (State::EndTagOpen, _) => (State::Bogus, false),
        _ => (State::Data, false),
    }
}

fn in_tag(state: State, byte: u8, tag: &mut Token) -> (State, bool) {
    let space = matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | b' ');
    let value = |tag: &mut Token| tag.attributes.last_mut().unwrap().1.push(byte);
    match (state, byte) {
        (State::TagName, _) if space => (State::BeforeName, true),
        (State::TagName | State::AfterQuoted, b'/') => (State::SelfClosing, true),
        (State::TagName | State::AfterQuoted | State::SelfClosing, b'>') => (State::Data, true),
        (State::TagName, _) => {
            tag.name.push(byte);
            (state, true)
        }
        (State::BeforeName | State::AfterName | State::BeforeValue, _) if space => (state, true),
        (State::BeforeName, b'/' | b'>') => (State::AfterName, false),
        (State::BeforeName, _) => {
            // An equals sign is the start of a name here.
            tag.attributes.push((vec![byte], Vec::new()));
            (State::Name, true)
        }
        (State::Name, b'/' | b'>') => (State::AfterName, false),
        (State::Name, _) if space => (State::AfterName, false),
        (State::Name | State::AfterName, b'=') => (State::BeforeValue, true),
        (State::Name, _) => {
            tag.attributes.last_mut().unwrap().0.push(byte);
            (state, true)
        }
        (State::AfterName, b'/') => (State::SelfClosing, true),
        (State::AfterName | State::BeforeValue, b'>') => (State::Data, true),
        (State::AfterName, _) => (State::BeforeName, false),
        (State::BeforeValue, b'"' | b'\'') => (State::Quoted(byte), true),
        (State::BeforeValue, _) => (State::Unquoted, false),
        (State::Quoted(quote), _) if byte == quote => (State::AfterQuoted, true),
        (State::Unquoted, _) if space => (State::BeforeName, true),
        (State::Unquoted, b'>') => (State::Data, true),
        (State::Quoted(_) | State::Unquoted, _) => {
            value(tag);
            (state, true)
        }
        (State::AfterQuoted, _) if space => (State::BeforeName, true),
        _ => (State::BeforeName, false),
    }
}

fn comment(state: State, byte: u8) -> (State, bool) {
    match (state, byte) {
        (State::CommentStart, b'-') => (State::CommentStartDash, true),
        (State::CommentStartDash, b'-') => (State::CommentEnd, true),
        (
            State::CommentStart
            | State::CommentStartDash
            | State::CommentEnd
            | State::CommentEndBang,
            b'>',
        ) => (State::Data, true),
        (State::Comment, b'<') => (State::CommentLessThan, true),
        (State::Comment, b'-') => (State::CommentEndDash, true),
        (State::Comment, _) => (state, true),
        (State::CommentLessThan, b'!') => (State::CommentLessThanBang, true),
        (State::CommentLessThan, b'<') => (state, true),
        (State::CommentLessThanBang, b'-') => (State::CommentLessThanBangDash, true),
        (State::CommentLessThanBangDash, b'-') => (State::CommentLessThanBangDashDash, true),
        (State::CommentLessThanBangDash, _) => (State::CommentEndDash, false),
        (State::CommentLessThanBangDashDash, _) => (State::CommentEnd, false),
        (State::CommentEndDash, b'-') => (State::CommentEnd, true),
        (State::CommentEnd, b'!') => (State::CommentEndBang, true),
        (State::CommentEnd, b'-') => (state, true),
        (State::CommentEndBang, b'-') => (State::CommentEndDash, true),
        _ => (State::Comment, false),
    }
}

fn is_comment(state: State) -> bool {
    !is_tag(state)
        && !matches!(state, State::Data | State::TagOpen | State::EndTagOpen | State::Bogus)
}

fn is_tag(state: State) -> bool {
    use State::{
        AfterName, AfterQuoted, BeforeName, BeforeValue, Name, Quoted, SelfClosing, TagName,
        Unquoted,
    };
    matches!(
        state,
        TagName
            | BeforeName
            | Name
            | AfterName
            | BeforeValue
            | Quoted(_)
            | Unquoted
            | AfterQuoted
            | SelfClosing
    )
}

/// Where the content of a script ends, told by the script data states. `script` begins behind the
/// start tag; its length when nothing ends it.
pub(super) fn script_end(script: &[u8]) -> usize {
    #[derive(PartialEq)]
    enum Data {
        Plain,
        Escaped,
        DoubleEscaped,
    }
    let mut data = Data::Plain;
    let mut dashes = 0;
    let mut at = 0;
    while at < script.len() {
        let rest = &script[at..];
        let named = |prefix: &str| {
            let word = rest
                .get(..prefix.len())
                .is_some_and(|word| word.eq_ignore_ascii_case(prefix.as_bytes()));
            word && rest.get(prefix.len()).is_some_and(|byte| b"\t\n\x0C\r />".contains(byte))
        };
        if data == Data::Plain && rest.starts_with(b"<!--") {
            (data, dashes, at) = (Data::Escaped, 2, at + 4);
            continue;
        }
        if named("</script") {
            if data != Data::DoubleEscaped {
                return at;
            }
            (data, dashes, at) = (Data::Escaped, 0, at + "</script>".len());
            continue;
        }
        if data == Data::Escaped && named("<script") {
            (data, dashes, at) = (Data::DoubleEscaped, 0, at + "<script>".len());
            continue;
        }
        match rest[0] {
            b'-' => dashes += 1,
            b'>' if dashes >= 2 => (data, dashes) = (Data::Plain, 0),
            _ => dashes = 0,
        }
        at += 1;
    }
    script.len()
}

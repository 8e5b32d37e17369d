//! Rust as words: enough of a lexer to tell code from comments and strings.
//!
//! Job: words and punctuation with their lines. Promise: nothing inside a comment (documentation
//! too) becomes a token, and a string or character is one token that starts with its quote or
//! prefix. Not here: syntax; numbers and keywords are words like any other.

/// A word, one character of punctuation, or a whole literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    pub(crate) line: usize,
}

/// The tokens of `source`.
pub(crate) fn lex(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, is_token) = next(rest, first);
        let (text, after) = rest.split_at(length);
        if is_token {
            tokens.push(Token { text, line });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    tokens
}

/// The length of what `rest` opens with, and whether it is a token (not space, not a comment).
fn next(rest: &str, first: char) -> (usize, bool) {
    if first.is_whitespace() {
        (first.len_utf8(), false)
    } else if rest.starts_with("//") {
        (rest.find('\n').unwrap_or(rest.len()), false)
    } else if rest.starts_with("/*") {
        (block_comment(rest), false)
    } else if let Some(length) = string(rest) {
        (length, true)
    } else if first == '\'' {
        (character_or_lifetime(rest), true)
    } else if is_word(first) {
        (word(rest), true)
    } else {
        (first.len_utf8(), true)
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn word(rest: &str) -> usize {
    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of a string literal of any kind, if `rest` opens with one.
fn string(rest: &str) -> Option<usize> {
    let prefix = word(rest);
    let after = &rest[prefix..];
    match &rest[..prefix] {
        "" | "b" | "c" if after.starts_with('"') => Some(prefix + 1 + quoted(&after[1..], '"')),
        "r" | "br" | "cr" => {
            let hashes = after.len() - after.trim_start_matches('#').len();
            after[hashes..].strip_prefix('"').map(|body| {
                let close = format!("\"{}", "#".repeat(hashes));
                let end = body.find(&close).map_or(body.len(), |at| at + close.len());
                prefix + hashes + 1 + end
            })
        }
        _ => None,
    }
}

/// The length up to and including the closing quote, escapes skipped.
fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    body.len()
}

/// `'a'` and `'\n'` are characters, `'a` is a lifetime.
fn character_or_lifetime(rest: &str) -> usize {
    let mut body = rest[1..].chars();
    let is_character = match (body.next(), body.next()) {
        (Some('\\'), _) => true,
        (_, second) => second == Some('\''),
    };
    if is_character { 1 + quoted(&rest[1..], '\'') } else { 1 + word(&rest[1..]) }
}

/// The lines where `pattern` (words and single characters, divided by spaces) occurs.
pub(crate) fn lines_of(tokens: &[Token<'_>], pattern: &str) -> Vec<usize> {
    let pattern: Vec<&str> = pattern.split(' ').collect();
    tokens
        .windows(pattern.len())
        .filter(|window| window.iter().map(|token| token.text).eq(pattern.iter().copied()))
        .map(|window| window[0].line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{lex, lines_of};

    fn texts(source: &str) -> Vec<&str> {
        lex(source).iter().map(|token| token.text).collect()
    }

    #[test]
    fn code_is_words_and_punctuation() {
        assert_eq!(
            texts("use a::b2;\nfn f() {}"),
            ["use", "a", ":", ":", "b2", ";", "fn", "f", "(", ")", "{", "}"]
        );
    }

    #[test]
    fn comments_are_no_tokens() {
        assert_eq!(texts("a // use b\n/// c\n//! d\n/* e /* f */ g */ h"), ["a", "h"]);
    }

    #[test]
    fn a_literal_is_one_token() {
        assert_eq!(texts(r#"("a \" // b", 'x')"#), ["(", r#""a \" // b""#, ",", "'x'", ")"]);
        assert_eq!(texts(r##"r#"a " b"# c"##), [r##"r#"a " b"#"##, "c"]);
        assert_eq!(texts(r"b'\'' '\\' 'a b"), ["b", r"'\''", r"'\\'", "'a", "b"]);
    }

    #[test]
    fn lines_are_counted_through_comments_and_strings() {
        let source = "/* one\ntwo */ \"three\nfour\" x\ny";
        let lines: Vec<_> = lex(source).iter().map(|token| (token.text, token.line)).collect();
        assert_eq!(lines, [("\"three\nfour\"", 2), ("x", 3), ("y", 4)]);
    }

    #[test]
    fn a_pattern_is_found_whatever_the_spaces() {
        assert_eq!(lines_of(&lex("x\n#[allow(a)]\n# [ allow ( b )]"), "# [ allow ("), [2, 3]);
    }
}

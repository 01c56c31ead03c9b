//! The `file:` URI of a path, as RFC 8089 has it. Everything but RFC 3986's unreserved characters is
//! percent-encoded, as the editors themselves do, so the URI survives being compared as text.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The URI of an absolute path.
#[cfg(not(windows))]
pub fn file_uri(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    format!("file://{}", percent_encode(bytes, ENCODED))
}

/// The URI of an absolute path.
#[cfg(windows)]
pub fn file_uri(path: &Path) -> String {
    windows_uri(&path.to_string_lossy())
}

#[cfg(any(windows, test))]
fn windows_uri(path: &str) -> String {
    /// The colon of a drive letter stays.
    const KEPT_COLON: &AsciiSet = &ENCODED.remove(b':');
    let path = path.replace('\\', "/");
    let (host, path) = match path.strip_prefix("//?/") {
        Some(verbatim) => match verbatim.strip_prefix("UNC/") {
            Some(share) => ("", share),
            None => ("/", verbatim),
        },
        None => match path.strip_prefix("//") {
            Some(share) => ("", share),
            None => ("/", path.as_str()),
        },
    };
    format!("file://{host}{}", percent_encode(path.as_bytes(), KEPT_COLON))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn unix_paths() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        fn check(path: &[u8], expected: &str) {
            assert_eq!(file_uri(Path::new(OsStr::from_bytes(path))), expected);
        }
        check(b"/w/.a-b_c~/m.md", "file:///w/.a-b_c~/m.md");
        check(b"/a b/100%/#?[x]:y", "file:///a%20b/100%25/%23%3F%5Bx%5D%3Ay");
        check("/日".as_bytes(), "file:///%E6%97%A5");
        check(b"/\xff", "file:///%FF");
    }

    #[test]
    fn windows_paths() {
        fn check(path: &str, expected: &str) {
            assert_eq!(windows_uri(path), expected);
        }
        check(r"C:\a b\m.md", "file:///C:/a%20b/m.md");
        check(r"\\host\share\m.md", "file://host/share/m.md");
        check(r"\\?\C:\m.md", "file:///C:/m.md");
        check(r"\\?\UNC\host\share\m.md", "file://host/share/m.md");
    }
}

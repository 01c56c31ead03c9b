//! What a word is by its form: a file name, a hash, an error code.

/// Extensions of files that agents name.
const EXTENSIONS: [&str; 62] = [
    "bash", "bat", "c", "cc", "cfg", "cjs", "conf", "cpp", "cs", "css", "csv", "diff", "env", "gif", "go", "gradle",
    "h", "hpp", "html", "ini", "ipynb", "java", "jpg", "js", "json", "jsonl", "jsx", "kt", "lock", "log", "lua", "md",
    "mdx", "mjs", "mod", "patch", "pdf", "php", "png", "proto", "py", "pyi", "rb", "rs", "rst", "scss", "sh", "sql",
    "sum", "svelte", "svg", "swift", "tf", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml", "yml", "zsh",
];

pub fn is_file(piece: &str) -> bool {
    let Some((stem, extension)) = piece.rsplit_once('.') else { return false };
    let known = EXTENSIONS.binary_search(&extension).is_ok();
    known && !stem.is_empty() && stem.bytes().any(|byte| byte.is_ascii_alphabetic())
}

pub fn is_hex(piece: &str) -> bool {
    piece.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

/// `TS2304`, `E0308`, `C2065`: a letter or two, then four digits.
pub fn is_error_code(piece: &str) -> bool {
    let digits = piece.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    digits.len() == 4 && piece.starts_with(['E', 'T', 'C']) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `ENOENT`, `SIGSEGV` and their like.
pub fn is_errno(piece: &str) -> bool {
    const NAMES: [&str; 20] = [
        "EACCES",
        "EADDRINUSE",
        "EAGAIN",
        "ECONNREFUSED",
        "ECONNRESET",
        "EEXIST",
        "EHOSTUNREACH",
        "EINVAL",
        "EISDIR",
        "EMFILE",
        "ENOENT",
        "ENOMEM",
        "ENOSPC",
        "ENOTDIR",
        "ENOTEMPTY",
        "EPERM",
        "EPIPE",
        "ETIMEDOUT",
        "SIGKILL",
        "SIGSEGV",
    ];
    NAMES.binary_search(&piece).is_ok()
}
